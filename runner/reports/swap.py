"""What a report says of cells that can stand for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runner.analysis.swap import swaps
from runner.reports.describe import describe
from runner.reports.notes import Note
from runner.reports.words import brief, first_of, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.analysis.comparison import CellResult, Context
    from runner.analysis.swap import Nearest, SwapSet
    from runner.reports.fold import Scales

_TITLE: Final = "Safe to swap, as far as the probe tells"
_SETS: Final = 6
_CASES: Final = 6


def swap_notes(context: Context, scales: Scales) -> tuple[Note, ...]:
    """Give the note on sets of cells that are alike, or on the two that nearly are."""
    found = swaps(context)
    cases = sum(map(len, context.families.values()))
    lines = [
        f"{_place(context, scales, one.cells)}: {_alike(one, cases)}" for one in found.sets[:_SETS]
    ]
    if len(found.sets) > _SETS:
        lines.append(f"and {number(len(found.sets) - _SETS, 'more set')}; JSON has all")
    if found.nearest and found.nearest.apart:
        lines.append(_nearest(found.nearest))
    return (Note.of(_TITLE, lines),) if lines else ()


def _place(context: Context, scales: Scales, cells: Sequence[CellResult]) -> str:
    among = [cell.axes for cell in context.cells]
    return describe(scales, [cell.axes for cell in cells], among)


def _alike(one: SwapSet, cases: int) -> str:
    """Say in how many cases the cells of a set have the same bits, and which are left out."""
    idle = cases - one.compared - len(one.varying)
    left_out = [*(["runs"] if idle else []), *(["does not vary"] if one.varying else [])]
    that = f" that {' and '.join(left_out)}" if left_out else ""
    told = f"the same bits in every case{that} ({one.compared})"
    if one.varying:
        told += f"; {first_of(one.varying, _CASES)} {'varies' if len(one.varying) == 1 else 'vary'}"
    return told + ("" if one.proven else "; some of them were seen once, which proves nothing")


def _nearest(found: Nearest) -> str:
    """Name the two by their ids: what they have in common with others would tell less."""
    one, other = (brief(cell.cell) for cell in found.cells)
    return (
        f"no two cells are alike in all cases; {one} and {other} come closest, with other bits in "
        f"{number(len(found.apart), 'case')} ({first_of(found.apart, _CASES)})"
    )
