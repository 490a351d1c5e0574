"""Naming a set of cells by as few axes as tell it from the rest, and a step between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.reports.fold import NOT_APPLICABLE, fold
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from runner.analysis.changes import Move
    from runner.reports.fold import Positions, Scales

    Cells = Sequence[Mapping[str, str]]
    Place = tuple[Positions, ...]
    Box = dict[int, frozenset[int]]

ALL = "all cells"
SHOWN = 6
# Where more axes than needed tell a set apart, these are the last to go.
_TELLING = ("determinism", "device", "tensorflow")


def describe(scales: Scales, cells: Cells, among: Cells, *, shown: int = SHOWN) -> str:
    """Name `cells`, which are some of `among`, such as ``device gpu`` or ``all cells``.

    A ragged set takes several products, of which `shown` are written and the other cells counted.
    """
    everything = [scales.positions(cell) for cell in among]
    wanted = {scales.positions(cell) for cell in cells}
    whole = _box(wanted)
    if set(_inside(whole, everything)) == wanted:
        boxes = [whole]
    else:
        products = fold(scales, [(cell, None) for cell in cells], gaps=True)
        boxes = [_box([product.positions]) for product in products]
    words = [_words(scales, _simplest(scales, box, everything)) for box in boxes[:shown]]
    more = sum(len(_inside(box, wanted)) for box in boxes[shown:])
    return "; ".join(words) + (f"; and {number(more, 'more cell')}" if more else "")


def _box(places: Collection[Place]) -> Box:
    """Give for each axis the positions that occur."""
    return {
        axis: frozenset(position for positions in column for position in positions)
        for axis, column in enumerate(zip(*places, strict=True))
    }


def _inside(box: Box, everything: Collection[Place]) -> list[Place]:
    return [
        place
        for place in everything
        if all(place[axis][0] in positions for axis, positions in box.items())
    ]


def _simplest(scales: Scales, box: Box, everything: Collection[Place]) -> Box:
    """Drop each axis without which the same cells are inside, the longest to write first."""

    def keep_worth(axis: int) -> tuple[int, int]:
        name = scales.varying[axis]
        return -len(box[axis]), _TELLING.index(name) if name in _TELLING else -1

    target = _inside(box, everything)
    for axis in sorted(box, key=keep_worth):
        fewer = {one: positions for one, positions in box.items() if one != axis}
        if _inside(fewer, everything) == target:
            box = fewer
    return box


def _words(scales: Scales, box: Box) -> str:
    parts = (
        f"{scales.varying[axis]} {scales.spell(scales.varying[axis], tuple(sorted(positions)))}"
        for axis, positions in sorted(box.items())
    )
    return ", ".join(parts) or ALL


def spelled(moved: Iterable[Move]) -> str:
    """Write a step, such as ``tensorflow 2.19.1 → 2.20.0``."""
    return " and ".join(
        f"{one.axis} {one.before or NOT_APPLICABLE} → {one.after or NOT_APPLICABLE}"
        for one in moved
    )
