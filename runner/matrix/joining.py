"""The fewest cells to add so that steps along one axis join all cells. Pure.

What is sought is a smallest Steiner tree in a Hamming graph, for which there is no quick exact way
(it is NP-hard: Foulds and Graham, "The Steiner problem in phylogeny is NP-complete", 1982). Cells
are added one at a time, each time the one that leaves the least to do by the shortest paths between
what is joined (the iterated 1-Steiner heuristic of Kahng and Robins, 1992). Then all smaller sets
are tried, as far as that is quick, so that it is known whether these are the fewest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import comb, prod
from typing import TYPE_CHECKING, Final

from runner.matrix.lines import Islands, varying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.matrix.lines import Axes

    Row = tuple[str, ...]  # a cell: one value for each axis that varies, empty where it has none
    Possible = Callable[[Row], bool]
    Island = Sequence[Row]
    Apart = dict[tuple[int, int], int]

MOST_ISLANDS: Final = 40
"""More than these are not joined, for so many cells would be no advice."""
MOST_CELLS: Final = 600
"""Among more than these no cells to add are sought."""
_MOST_TRIED: Final = 5_000  # sets of cells, from which on smaller ones are not tried
_MOST_AXES: Final = 6  # in which two islands differ, from which on no cell between them is sought


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Cells to add, by their axes, and how many islands stay apart even so; 1 is all joined.

    `fewest` says that no smaller set does, which is not known of every one.
    """

    cells: tuple[Axes, ...]
    islands: int
    fewest: bool


def join(cells: Sequence[Axes], possible: Callable[[Axes], bool]) -> Joining:
    """Find few cells that join all; none where they are joined, or are far too scattered.

    `possible` is asked with all axes of a cell that might be added.
    """
    moving = varying(cells)
    constant = {axis: value for axis, value in (*cells, {})[0].items() if axis not in moving}
    rows = [tuple(one.get(axis, "") for axis in moving) for one in cells]

    def axes_of(row: Row) -> dict[str, str]:
        both = zip(moving, row, strict=True)
        return constant | {axis: value for axis, value in both if value}

    added, fewest = _few(rows, lambda row: possible(axes_of(row)))
    return Joining(
        cells=tuple(map(axes_of, added)),
        islands=len(_islands([*rows, *added])),
        fewest=fewest,
    )


def _few(rows: Sequence[Row], possible: Possible) -> tuple[Sequence[Row], bool]:
    groups = _islands(rows)
    if len(groups) <= 1:
        return (), True
    if len(groups) > MOST_ISLANDS or len(rows) > MOST_CELLS:
        return (), False
    return _fewer(rows, _greedy(rows, possible), possible)


def _islands(rows: Sequence[Row]) -> list[Island]:
    joined = Islands(len(rows))
    for axis in range(len(rows[0]) if rows else 0):
        first: dict[Row, int] = {}
        for place, row in enumerate(rows):
            joined.join((first.setdefault(row[:axis] + row[axis + 1 :], place), place))
    found: dict[int, list[Row]] = {}
    for place, row in enumerate(rows):
        found.setdefault(joined.of(place), []).append(row)
    return list(found.values())


# smaller sets


def _fewer(
    rows: Sequence[Row], found: Sequence[Row], possible: Possible
) -> tuple[Sequence[Row], bool]:
    """Try all smaller sets, or where none was found all sets, the smallest first."""
    joined = len(_islands([*rows, *found])) == 1
    values = [dict.fromkeys(column) for column in zip(*rows, strict=True)]
    if prod(map(len, values)) > _MOST_TRIED:
        return found, False
    there = set(rows)
    free = [row for row in product(*values) if row not in there and possible(row)]
    for count in range(1, len(found) if joined else len(free) + 1):
        if comb(len(free), count) > _MOST_TRIED:
            return found, False
        for chosen in combinations(free, count):
            if len(_islands([*rows, *chosen])) == 1:
                return chosen, True
    return found, joined


# one cell after another


def _greedy(rows: Sequence[Row], possible: Possible) -> list[Row]:
    added: list[Row] = []
    while len(groups := _islands([*rows, *added])) > 1:
        best = _best(groups, possible)
        if best is None:
            break
        added.append(best)
    return added


def _best(groups: Sequence[Island], possible: Possible) -> Row | None:
    """Choose the cell that leaves the least to do, the first of several; None where none helps."""
    apart = {
        (one, other): _distance(groups[one], groups[other])
        for one, other in combinations(range(len(groups)), 2)
    }
    least, best = _left(len(groups), apart), None
    there = {row for group in groups for row in group}
    for row in dict.fromkeys(_between(groups, apart)):
        if row in there:
            continue
        near = {(place, len(groups)): _distance(one, [row]) for place, one in enumerate(groups)}
        left = _left(len(groups) + 1, apart | near)
        if left < least and possible(row):
            least, best = left, row
    return best


def _left(count: int, apart: Apart) -> int:
    """Count the cells that a shortest tree of direct paths over all islands would need."""
    away = {place: apart[0, place] for place in range(1, count)}
    total = 0
    while away:
        nearest = min(away, key=lambda place: away[place])
        total += away.pop(nearest) - 1
        for place, before in away.items():
            ends = min(place, nearest), max(place, nearest)
            away[place] = min(before, apart[ends])
    return total


def _between(groups: Sequence[Island], apart: Apart) -> Iterator[Row]:
    """Give the cells between the nearest two of each two islands, if any are near enough."""
    for (one, other), least in apart.items():
        for left, right in product(groups[one], groups[other]):
            if least <= _MOST_AXES and _steps(left, right) == least:
                yield from product(*(dict.fromkeys(ends) for ends in zip(left, right, strict=True)))


def _distance(one: Island, other: Island) -> int:
    return min(_steps(left, right) for left, right in product(one, other))


def _steps(left: Row, right: Row) -> int:
    return sum(a != b for a, b in zip(left, right, strict=True))
