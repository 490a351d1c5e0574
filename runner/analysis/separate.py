"""The fewest cells to add that would tell apart what moved at one step. Pure.

For each of n things that moved between two cells there has to be a pair that differs in it alone,
and no fewer than n - 1 cells between the two give n such pairs: each moves one thing more than the
one before it. With them the cause is certain, be it one of the things or several together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, permutations
from typing import TYPE_CHECKING

from runner.analysis.changes import TENSORFLOW, Move
from runner.analysis.natural import is_version
from runner.matrix.carried import impossible_axes
from runner.matrix.cells import AXES
from runner.matrix.problems import listed
from runner.matrix.versions import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.analysis.attribution import Effect
    from runner.analysis.neighbours import Pair

    Axes = Mapping[str, str]
    Block = tuple[Move, ...]

_MOST = 5  # blocks of which every order is tried
_VERSIONED = ("python", "tensorflow", "keras", "numpy", "cuda", "cudnn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Cells to add, by their axes, and reasons why more can't be told apart than they do."""

    cells: tuple[Axes, ...]
    because: tuple[str, ...]


def separate(effect: Effect) -> Separation:
    """Find the cells that would tell the suspects of an effect apart; none where it has none."""
    if not effect.suspects:
        return Separation(cells=(), because=())
    pair = max(reversed(effect.different), key=lambda one: -len(_moved(effect, one)))
    moved = _moved(effect, pair)
    axes = tuple(move for move in moved if move.axis in AXES)
    free = [move.axis for move in moved if move.axis not in AXES]
    blocks, tied = _blocks(pair, axes)
    because = [_no_axis(free)] if free else []
    cells, refused = _between(pair, blocks)
    return Separation(cells=cells, because=(*because, *tied, *refused))


def _moved(effect: Effect, pair: Pair) -> tuple[Move, ...]:
    """Give what an effect may be of, as far as it moved between the cells of a pair."""
    names = {effect.name, *(move.axis for move in effect.suspects)}
    both = (Move(pair.axis, *pair.step), *pair.beside)
    return tuple(move for move in both if move.axis in names)


def _no_axis(names: Sequence[str]) -> str:
    is_, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return f"{listed(names)} {is_} no axis of a matrix, so no cell can hold {them}"


def _blocks(pair: Pair, moved: tuple[Move, ...]) -> tuple[list[Block], list[str]]:
    """Put together with tensorflow what each of its two releases asks for in its own way."""
    release = next((move for move in moved if move.axis == TENSORFLOW), None)
    if release is None:
        return [(move,) for move in moved], []
    tied = {
        move: why for move in moved if move is not release and (why := _tied(pair, moved, move))
    }
    alone = [(move,) for move in moved if move is not release and move not in tied]
    return [(release, *tied), *alone], list(tied.values())


def _tied(pair: Pair, moved: Sequence[Move], move: Move) -> str:
    """Say why one move can't be without the others, nor they without it; empty where either can."""
    others = tuple(one for one in moved if one is not move)
    whys = [_impossible(_cell(pair, [block])) for block in (others, (move,))]
    return "; ".join(dict.fromkeys(whys)) if all(whys) else ""


def _between(pair: Pair, blocks: Sequence[Block]) -> tuple[tuple[Axes, ...], list[str]]:
    """Go from one cell of a pair to the other, a block at a time, by cells that are possible."""
    refused: dict[str, None] = {}
    for order in permutations(blocks) if len(blocks) <= _MOST else [tuple(blocks)]:
        cells = tuple(_cell(pair, order[:count]) for count in range(1, len(order)))
        whys = [why for axes in cells if (why := _impossible(axes))]
        if not whys:
            return cells, []
        refused |= dict.fromkeys(whys)
    return (), list(refused)


def _cell(pair: Pair, after: Iterable[Block]) -> dict[str, str]:
    """Give the axes of the first cell with some of what moves as it is in the second.

    What moves and is an axis is named, even where neither cell names it.
    """
    done = {move.axis for move in chain.from_iterable(after)}
    moving = [move for move in (Move(pair.axis, *pair.step), *pair.beside) if move.axis in AXES]
    values = dict(pair.before.axes)
    for move in moving:
        values[move.axis] = move.after if move.axis in done else move.before
    return {axis: values[axis] for axis in AXES if values.get(axis)}


def _impossible(axes: Axes) -> str:
    """Say why there can be no such cell, empty where there can or nothing is known."""
    versions = [axes.get(axis) for axis in _VERSIONED]
    known = all(value is None or value == SYSTEM or is_version(value) for value in versions)
    if not (known and axes.get("python") and axes.get("tensorflow")):
        return ""
    return impossible_axes(axes) or ""
