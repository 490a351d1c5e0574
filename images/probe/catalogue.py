"""All cases, in the order they run."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from probe.cases import (
    attention,
    conv,
    data,
    distributions,
    dropout,
    generator,
    image,
    init,
    linalg,
    loss,
    maths,
    matmul,
    pool,
    reduce,
    rnn,
    scatter,
    segment,
    signal,
    sparse,
    stateless,
    stream,
    train,
    xla,
)
from probe.registry import Case

if TYPE_CHECKING:
    from collections.abc import Sequence

MODULES = (
    stream,
    distributions,
    stateless,
    generator,
    dropout,
    init,
    data,
    image,
    maths,
    reduce,
    matmul,
    conv,
    pool,
    segment,
    scatter,
    sparse,
    loss,
    rnn,
    attention,
    linalg,
    signal,
    xla,
    train,
)
CASES = tuple(
    declared
    for module in MODULES
    for declared in vars(module).values()
    if isinstance(declared, Case)
)


def select(globs: Sequence[str], order: str, cases: Sequence[Case] = CASES) -> tuple[Case, ...]:
    """Return the cases whose names match one of `globs`, `forward` or `reversed`."""
    chosen = tuple(case for case in cases if any(fnmatchcase(case.name, glob) for glob in globs))
    return chosen[::-1] if order == "reversed" else chosen
