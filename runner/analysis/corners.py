"""Corners of a pair of cells, and what they leave as the cause of its difference. Pure.

A corner has some of what moved between the two as it was before, and the rest as it is after. Equal
bits in two corners clear all that lies between them; where one thing alone lies between two with
different bits, it is a cause.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import TYPE_CHECKING

from runner.analysis.changes import Move
from runner.analysis.neighbours import beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.analysis.neighbours import Pair, Point

    Corners = Mapping[frozenset[tuple[str, str]], Sequence[Point]]

_MOST = 8  # axes that move in one pair, from which on its corners are not looked up


def by_values(known: Iterable[Point]) -> Corners:
    """Sort points by the values of all their axes."""
    found: dict[frozenset[tuple[str, str]], list[Point]] = defaultdict(list)
    for one in known:
        found[frozenset(one.values.items())].append(one)
    return found


def differs_across(step: tuple[str, str], pair: Pair, corners: Corners) -> bool:
    """Whether, all else as in a pair, bits differ across a step beside which nothing moves."""
    ends = (
        corners.get(frozenset({**end.values, pair.axis: value}.items()), ())
        for end, value in zip((pair.before, pair.after), step, strict=True)
    )
    return any(
        before.group != after.group and not beside(before, after, (pair.axis,))
        for before, after in product(*ends)
    )


@dataclass(frozen=True, slots=True)
class Cause:
    """What the corners of a pair that differs leave as its cause.

    `alone` says that its axis surely is one, `innocent` that it is none. `rest` is what moved
    beside it and may be one; those of `guilty` surely are.
    """

    alone: bool
    innocent: bool
    rest: tuple[Move, ...]
    guilty: frozenset[Move]


def weigh(pair: Pair, corners: Corners) -> Cause:
    """Say what the corners of a pair that differs leave as its cause."""
    moved = (Move(pair.axis, *pair.step), *pair.beside)
    guilty: set[str] = set()
    cleared: set[str] = set()
    for one, other in combinations(_box(pair, corners), 2):
        apart = _apart(one, other, moved)
        if one.group == other.group:
            cleared |= apart
        elif len(apart) == 1:
            guilty |= apart
    cleared -= guilty
    rest = tuple(move for move in pair.beside if move.axis not in cleared)
    innocent = pair.axis in cleared
    return Cause(
        alone=pair.axis in guilty or not (rest or innocent),
        innocent=innocent,
        rest=rest,
        guilty=frozenset(move for move in pair.beside if move.axis in guilty),
    )


def _apart(one: Point, other: Point, moved: Iterable[Move]) -> set[str]:
    """Name what of a pair lies between two of its corners."""
    return {move.axis for move in moved if one.value(move.axis) != other.value(move.axis)}


def _box(pair: Pair, corners: Corners) -> list[Point]:
    """Give the two cells of a pair and all whose every value is that of one or of the other."""
    ends = pair.before, pair.after
    names = [*dict.fromkeys(chain(*(end.values for end in ends)))]
    moving = [name for name in names if ends[0].value(name) != ends[1].value(name)]
    if len(moving) > _MOST:
        return [*ends]
    fixed = {name: value for name, value in ends[0].values.items() if name not in moving}
    found: list[Point] = []
    for chosen in product(ends, repeat=len(moving)):
        values = {
            name: end.values[name]
            for name, end in zip(moving, chosen, strict=True)
            if name in end.values
        }
        found += corners.get(frozenset((fixed | values).items()), ())
    return [one for one in found if _inside(one, ends)]


def _inside(one: Point, ends: tuple[Point, Point]) -> bool:
    return all(value in {end.value(name) for end in ends} for name, value in one.factors.items())
