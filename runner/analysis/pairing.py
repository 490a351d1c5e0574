"""Which of the cells that two names mean belong together. Pure.

What the names are about are the axes in which the cells of one have another value than those of the
other. Cells are paired that are alike in every other axis, so that there is a pair for each setting
that both have. Cells of different contexts are never paired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.changes import moves
from runner.analysis.naming import SEE, read_name
from runner.analysis.natural import rank
from runner.errors import InputError, NothingSelected
from runner.matrix.cells import AXES
from runner.matrix.problems import listed, shown
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.changes import Move
    from runner.analysis.comparison import CellResult, Comparison, Context
    from runner.analysis.naming import AnyCell, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two cells with a result that are alike in all axes but those that `moved`.

    An axis that one of them does not declare has the value there that its trials told.
    """

    left: CellResult
    right: CellResult
    moved: tuple[Move, ...]

    @property
    def apart(self) -> tuple[Move, ...]:
        """What moved, without what one cell declares as it is in the other anyway."""
        return tuple(move for move in self.moved if move.before != move.after) or self.moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The pairs of one context. `alone` are the cells that a name means and that are in none.

    Some have no result, others no counterpart. Cells that the other name leaves out on purpose,
    by a condition that they don't meet, are not among them.
    """

    context: Context
    pairs: tuple[Pair, ...]
    alone: tuple[AnyCell, ...]


def find_pairs(comparison: Comparison, left: str, right: str) -> tuple[Pairing, ...]:
    """Pair the cells that two names mean, in each context that has pairs.

    Raises
    ------
    InputError
        A name can't be read, or the two can't be paired as they are.
    NothingSelected
        A name means no stored cell, or none with a result, or none that may be compared.
    """
    everything = [cell for one in comparison.contexts for cell in _all(one)]
    names = read_name(left, everything), read_name(right, everything)
    for name in names:
        _refuse_without_result(name, comparison)
    sides = [
        _Sides(one, *(list(filter(name.means, one.cells)) for name in names))
        for one in comparison.contexts
    ]
    shared = [one for one in sides if one.left and one.right]
    if not shared:
        raise _elsewhere(names, sides)
    pairings = [_pairing(one, names) for one in shared]
    if not any(one.pairs for one in pairings):
        raise _unpaired(names, shared[0])
    return tuple(one for one in pairings if one.pairs)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The cells with a result of one context that either name means."""

    context: Context
    left: Sequence[CellResult]
    right: Sequence[CellResult]

    def values(self, axis: str) -> tuple[set[str], set[str]]:
        """Give the values of an axis on either side."""
        left, right = (
            {cell.axes.get(axis, "") for cell in side} for side in (self.left, self.right)
        )
        return left, right

    @property
    def apart(self) -> tuple[str, ...]:
        """Name the axes of which the two sides share no value."""
        axes = dict.fromkeys(axis for cell in (*self.left, *self.right) for axis in cell.axes)
        return tuple(axis for axis in axes if not set.intersection(*self.values(axis)))


def _pairing(sides: _Sides, names: tuple[Name, Name]) -> Pairing:
    _refuse_several(names, sides)
    pairs = tuple(_pairs(sides))
    paired = {cell.cell for pair in pairs for cell in (pair.left, pair.right)}
    alone = tuple(
        cell
        for cell in _all(sides.context)
        if cell.cell not in paired and _is_missed(cell, names, sides.apart)
    )
    return Pairing(context=sides.context, pairs=pairs, alone=alone)


def _is_missed(cell: AnyCell, names: tuple[Name, Name], about: tuple[str, ...]) -> bool:
    """Whether a name means a cell, and the other one does not leave it out on purpose."""
    return any(
        name.means(cell) and not other.narrows(cell, about) for name, other in (names, names[::-1])
    )


def _all(context: Context) -> tuple[AnyCell, ...]:
    return (*context.cells, *context.missing)


def _pairs(sides: _Sides) -> Iterator[Pair]:
    about = set(sides.apart)
    for left in sides.left:
        for right in sides.right:
            moved = tuple(sorted(moves(left.axes, right.axes), key=_rank))
            if moved and {move.axis for move in moved} <= about:
                seen = tuple(_seen(move, left, right) for move in moved)
                yield Pair(left=left, right=right, moved=seen)


def _seen(move: Move, left: CellResult, right: CellResult) -> Move:
    return move._replace(
        before=move.before or left.factors.get(move.axis, ""),
        after=move.after or right.factors.get(move.axis, ""),
    )


def _rank(move: Move) -> tuple[int, str]:
    """Put moves in the order of the axes, whatever order a record has them in."""
    known = AXES.index(move.axis) if move.axis in AXES else len(AXES)
    return known, move.axis


def _refuse_without_result(name: Name, comparison: Comparison) -> None:
    if any(name.means(cell) for one in comparison.contexts for cell in one.cells):
        return
    missing = next(cell for one in comparison.contexts for cell in one.missing if name.means(cell))
    why = f": {missing.reason}" if missing.reason else ""
    raise NothingSelected(
        f"{shown(name.text)}: {one_line(f'{missing.cell} has no result: {missing.status}{why}')}",
        "Run it, or name another cell.",
    )


def _refuse_several(names: tuple[Name, Name], sides: _Sides) -> None:
    for axis in sides.apart:
        for name, values in zip(names, sides.values(axis), strict=True):
            if len(values) > 1:
                found = [one_line(value) or "none" for value in sorted(values, key=rank)]
                raise InputError(
                    f"{shown(name.text)}: this names {one_line(axis)} {listed(found)}",
                    "Name one of them.",
                )


def _elsewhere(names: tuple[Name, Name], sides: Iterable[_Sides]) -> NothingSelected:
    found = list(sides)
    left = [_place(one.context) for one in found if one.left]
    right = [_place(one.context) for one in found if one.right]
    told = "; ".join(
        f"{shown(name.text)} has results on {listed(places)}"
        for name, places in zip(names, (left, right), strict=True)
    )
    return NothingSelected(
        f"{told}: bits of another engine or host class are not compared",
        "Run both on one host with one engine.",
    )


def _place(context: Context) -> str:
    return one_line(f"{context.engine}, {context.host_class}")


def _unpaired(names: tuple[Name, Name], sides: _Sides) -> InputError:
    told = f"{shown(names[0].text)} and {shown(names[1].text)}"
    if not sides.apart:
        return InputError(
            f"{told}: no axis tells one from the other",
            "Name two values of one axis, such as tensorflow=2.15.1 and tensorflow=2.16.2.",
        )
    return InputError(f"{told}: no two cells are alike in all axes but {listed(sides.apart)}", SEE)
