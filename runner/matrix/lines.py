"""Cells on lines: those that differ in one axis alone, and what such lines join. Pure.

Between two cells of a line, nothing but the axis can have changed the bits. Cells that a path of
such steps joins can be told apart axis by axis; between others several axes move at once.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Axes = Mapping[str, str]
    Order = Callable[[str, str], Any]


def lines(cells: Iterable[Axes], moving: Collection[str]) -> list[list[int]]:
    """Sort cells, by their places, into those that are equal in all axes but the moving ones."""
    alike: dict[frozenset[tuple[str, str]], list[int]] = defaultdict(list)
    for place, axes in enumerate(cells):
        rest = frozenset((axis, value) for axis, value in axes.items() if axis not in moving)
        alike[rest].append(place)
    return list(alike.values())


def varying(cells: Sequence[Axes]) -> tuple[str, ...]:
    """Name the axes in which some cells differ, in the order in which they occur."""
    axes = dict.fromkeys(axis for cell in cells for axis in cell)
    return tuple(axis for axis in axes if len({cell.get(axis, "") for cell in cells}) > 1)


class Islands:
    """Which cells are joined, by their places; at first each is alone."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def of(self, place: int) -> int:
        """Name the island of a cell."""
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def join(self, places: Sequence[int]) -> None:
        """Join cells with the first of them."""
        for place in places[1:]:
            self._above[self.of(place)] = self.of(places[0])

    def __len__(self) -> int:
        return sum(above == place for place, above in enumerate(self._above))


def islands(cells: Sequence[Axes]) -> Islands:
    """Join all cells that differ in one axis alone."""
    found = Islands(len(cells))
    for axis in varying(cells):
        for line in lines(cells, (axis,)):
            found.join(line)
    return found


class Bridge(NamedTuple):
    """Two cells, by their places, of two islands, and the axes in which alone they differ."""

    before: int
    after: int
    axes: tuple[str, ...]


def bridges(
    cells: Sequence[Axes], joined: Islands, moving: Sequence[str], order: Order
) -> tuple[Bridge, ...]:
    """Join the islands by the fewest axes that have to move at once.

    `order` gives what sorts a value of an axis; neighbours in that order are what is joined.
    """
    found: list[Bridge] = []
    for size in range(2, len(moving) + 1):
        if len(joined) <= 1:
            break
        here = [
            one for axes in combinations(moving, size) for one in _gaps(cells, axes, joined, order)
        ]
        found += here
        for bridge in here:
            joined.join((bridge.before, bridge.after))
    return tuple(found)


def _gaps(
    cells: Sequence[Axes], axes: tuple[str, ...], joined: Islands, order: Order
) -> Iterator[Bridge]:
    for places in lines(cells, axes):
        places.sort(key=lambda place: [order(axis, cells[place].get(axis, "")) for axis in axes])
        for before, after in pairwise(places):
            if joined.of(before) != joined.of(after):
                yield Bridge(before, after, axes)
