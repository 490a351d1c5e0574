"""What lies between two cells: which axes are responsible where several moved. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.natural import rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.analysis.comparison import CellResult, Context
    from runner.analysis.pairing import Pair

    Corner = frozenset[str]
    Corners = dict[Corner, CellResult]
    Groups = Mapping[Corner, str]


def responsible(corners: Corners, pair: Pair, case: str) -> tuple[str, ...]:
    """Name the axes along which a case that changes in a pair does so; none: not separable.

    The corners lead from end to end in steps along one axis, on which the bits change or do not.
    """
    if len(pair.apart) == 1:
        return (pair.apart[0].axis,)
    axes = tuple(move.axis for move in pair.moved)
    groups = {corner: group for corner, cell in corners.items() if (group := _group(cell, case))}
    changing = set(_changing(groups, axes))
    return tuple(move.axis for move in pair.apart if move.axis in changing)


def corners_of(context: Context, pair: Pair) -> Corners:
    """Give both ends, and the cells that are on each axis at the one end or at the other.

    They are found by the axes on which they are at the right end.
    """
    found: Corners = {}
    for cell in context.cells:
        axes = {axis for axis in {*cell.axes, *pair.left.axes} if _differs(cell, pair.left, axis)}
        if axes <= {move.axis for move in pair.moved} and not any(
            _differs(cell, pair.right, axis) for axis in axes
        ):
            found[frozenset(axes)] = cell
    return found


def _differs(one: CellResult, other: CellResult, axis: str) -> bool:
    return one.axes.get(axis, "") != other.axes.get(axis, "")


def _group(cell: CellResult, case: str) -> str:
    return next((one.group for one in cell.cases if one.case == case), "")


def _changing(groups: Groups, axes: Sequence[str]) -> Iterator[str]:
    """Give the axes of all steps with a change, on all ways from one end to the other."""
    ahead = _reached(groups, axes, frozenset(), back=False)
    on_the_way = ahead & _reached(groups, axes, frozenset(axes), back=True)
    for corner in on_the_way:
        for axis in axes:
            further = corner | {axis}
            if further in on_the_way and groups[further] != groups[corner]:
                yield axis


def _reached(groups: Groups, axes: Iterable[str], start: Corner, *, back: bool) -> set[Corner]:
    found: set[Corner] = set()
    ends = {start}
    while ends:
        found |= ends
        steps = {end - {axis} if back else end | {axis} for end in ends for axis in axes}
        ends = {corner for corner in steps if corner in groups} - found
    return found


def stored_between(context: Context, pair: Pair) -> tuple[CellResult, ...]:
    """Give the cells from the right one back towards the left one, the nearest first.

    They have on each axis that moved a value of one end or between both, and are equal otherwise.
    Nearest is what is away from the right end on the fewest axes, and there by the fewest values.
    """
    scales = {move.axis: _scale(context, pair, move.axis) for move in pair.moved}
    ends = {pair.left.cell, pair.right.cell}
    inside = [
        (_steps_back(cell, scales), cell)
        for cell in context.cells
        if cell.cell not in ends and _is_inside(cell, pair, scales)
    ]
    return tuple(cell for _, cell in sorted(inside, key=lambda one: one[0]))


def _scale(context: Context, pair: Pair, axis: str) -> list[str]:
    """Give the values of an axis from the right end to the left one."""
    first, last = (cell.axes.get(axis, "") for cell in (pair.right, pair.left))
    low, high = sorted((first, last), key=rank)
    values = {cell.axes.get(axis, "") for cell in context.cells}
    inside = [one for one in values if rank(low) <= rank(one) <= rank(high)]
    return sorted(inside, key=rank, reverse=first == high)


def _is_inside(cell: CellResult, pair: Pair, scales: Mapping[str, Sequence[str]]) -> bool:
    return all(
        cell.axes.get(axis, "") in scales[axis]
        if axis in scales
        else not _differs(cell, pair.left, axis)
        for axis in {*cell.axes, *pair.left.axes, *pair.right.axes}
    )


def _steps_back(cell: CellResult, scales: Mapping[str, Sequence[str]]) -> tuple[int, list[int]]:
    steps = [scale.index(cell.axes.get(axis, "")) for axis, scale in scales.items()]
    return sum(step > 0 for step in steps), steps
