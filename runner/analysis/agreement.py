"""How far each two cells of a context agree: in how many cases, of those that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runner.analysis.comparison import Context


class Shared(NamedTuple):
    """Two cells: `same` cases have the same bits, of `comparable` that are identical in both."""

    same: int
    comparable: int


def agreement(context: Context) -> tuple[tuple[Shared, ...], ...]:
    """Compare each cell with a result with those before it: a lower triangle, in axis order.

    Row n has n entries. A case that varies, failed or did not run in one of two cells tells nothing
    of them.
    """
    bits = _bits(context)
    return tuple(_row(bits[place], bits[:place]) for place in range(len(bits)))


def _bits(context: Context) -> NDArray[np.int64]:
    """Give a row for each cell and a column for each case: a number for its bits, -1 for none."""
    cases = [case for names in context.families.values() for case in names]
    column = {case: place for place, case in enumerate(cases)}
    bits = np.full((len(context.cells), len(cases)), -1, dtype=np.int64)
    numbers: dict[str, int] = {}
    for row, cell in enumerate(context.cells):
        for case in cell.cases:
            if case.group:
                bits[row, column[case.case]] = numbers.setdefault(case.group, len(numbers))
    return bits


def _row(cell: NDArray[np.int64], before: NDArray[np.int64]) -> tuple[Shared, ...]:
    comparable = (cell >= 0) & (before >= 0)
    same = comparable & (cell == before)
    counts = zip(same.sum(axis=1), comparable.sum(axis=1), strict=True)
    return tuple(Shared(int(equal), int(of)) for equal, of in counts)
