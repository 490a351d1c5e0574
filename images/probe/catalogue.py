"""All cases, in the order they run."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from probe import (
    cases_attention,
    cases_conv,
    cases_data,
    cases_distributions,
    cases_dropout,
    cases_generator,
    cases_image,
    cases_init,
    cases_linalg,
    cases_loss,
    cases_maths,
    cases_matmul,
    cases_pool,
    cases_reduce,
    cases_rnn,
    cases_scatter,
    cases_segment,
    cases_signal,
    cases_sparse,
    cases_stateless,
    cases_stream,
    cases_train,
    cases_xla,
)
from probe.registry import Case

if TYPE_CHECKING:
    from collections.abc import Sequence

MODULES = (
    cases_stream,
    cases_distributions,
    cases_stateless,
    cases_generator,
    cases_dropout,
    cases_init,
    cases_data,
    cases_image,
    cases_maths,
    cases_reduce,
    cases_matmul,
    cases_conv,
    cases_pool,
    cases_segment,
    cases_scatter,
    cases_sparse,
    cases_loss,
    cases_rnn,
    cases_attention,
    cases_linalg,
    cases_signal,
    cases_xla,
    cases_train,
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
