"""By how much the bits of a case differ between two cells, in the first output that does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from runner.analysis.distance import measure
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.analysis.comparison import CaseResult
    from runner.analysis.distance import Distance
    from runner.results.loaded import LoadedArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first output that differs; `distance` is None where the two can't be compared."""

    output: str
    distance: Distance | None


def find_difference(
    before: CaseResult, after: CaseResult, load: Callable[[str], LoadedArray | Rejected]
) -> Difference | None:
    """Measure two results of one case; None where their outputs have the same bits.

    `load` finds an array by its digest. An output that only one of them has differs.
    """
    for one, other in zip_longest(before.outputs, after.outputs):
        if one == other:
            continue
        if not (one and other):
            return Difference(output=(one or other).name, distance=None)
        left, right = load(one.digests[0]), load(other.digests[0])
        if isinstance(left, Rejected) or isinstance(right, Rejected):
            return Difference(output=one.name, distance=None)
        return Difference(output=one.name, distance=measure(left, right))
    return None
