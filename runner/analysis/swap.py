"""Sets of cells that can stand for each other: alike in every case that does not vary. Pure.

A case that varies in a cell is neither equal nor different there, so it keeps nothing apart, and
what is said of a set leaves it out. A case that runs in one cell and not in the other does keep
them apart. Being alike is not passed on through a cell in which a case varies, so a cell may be in
several sets; any two cells of a set are alike.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Final

import numpy as np

from runner.analysis.changes import moves
from runner.analysis.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.comparison import CellResult, Context

State = str | None
"""What a case came to in a cell: the letter of its bits, why it has none, or None: it varies."""
Pattern = tuple[State, ...]

_TWO: Final = 2
_VARIES: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapSet:
    """Two cells or more that are alike, in axis order.

    In all of them `compared` cases have the same bits; those named in `varying` vary in some. The
    rest does not run in any. `proven` is false where some bits were seen only once.
    """

    cells: tuple[CellResult, ...]
    compared: int
    varying: tuple[str, ...]
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The two cells that the fewest cases keep apart, and these; of several those most alike."""

    cells: tuple[CellResult, CellResult]
    apart: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swaps:
    """The sets of a context; where there is none, the `nearest` two of its cells, if it has two."""

    sets: tuple[SwapSet, ...]
    nearest: Nearest | None


def swaps(context: Context) -> Swaps:
    """Find the sets of cells that are alike in every case of a context that does not vary."""
    names = [case for cases in context.families.values() for case in cases]
    patterns = [_pattern(cell, names) for cell in context.cells]
    sets = [
        _set(tuple(context.cells[place] for place in places), names) for places in _alike(patterns)
    ]
    known = tuple(one for one in sets if one.compared)
    return Swaps(sets=known, nearest=None if known else _nearest(context, names, patterns))


def _pattern(cell: CellResult, names: Iterable[str]) -> Pattern:
    cases = {case.case: case for case in cell.cases}
    return tuple(
        _state(cases[name].verdict, cases[name].group) if name in cases else "" for name in names
    )


def _state(verdict: Verdict, group: str) -> State:
    if verdict is Verdict.VARIES:
        return None
    return group or str(verdict)


def _alike(patterns: Sequence[Pattern]) -> Iterator[tuple[int, ...]]:
    """Give the sets of two cells or more, as their places, by their first cells."""
    cells: dict[Pattern, list[int]] = defaultdict(list)
    for place, pattern in enumerate(patterns):
        cells[pattern].append(place)
    steady = [case for case, states in enumerate(zip(*cells, strict=True)) if None not in states]
    buckets: dict[Pattern, list[Pattern]] = defaultdict(list)
    for pattern in cells:
        buckets[tuple(pattern[case] for case in steady)].append(pattern)
    sets = (
        tuple(sorted(place for pattern in alike for place in cells[pattern]))
        for bucket in buckets.values()
        for alike in _cover(bucket)
    )
    return (places for places in sorted(sets) if len(places) >= _TWO)


def _cover(bucket: Sequence[Pattern]) -> Iterator[list[Pattern]]:
    """Give sets, to which no pattern can be added, so that any two that fit are in one of them."""
    together: set[tuple[Pattern, Pattern]] = set()
    for one, other in combinations_with_replacement(bucket, 2):
        if (one, other) in together or not _fit(one, other):
            continue
        members, whole = [], _joined(one, other)
        for pattern in bucket:
            if _fit(whole, pattern):
                members.append(pattern)
                whole = _joined(whole, pattern)
        together |= set(combinations_with_replacement(members, 2))
        yield members


def _fit(left: Pattern, right: Pattern) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(left, right, strict=True))


def _joined(left: Pattern, right: Pattern) -> Pattern:
    return tuple(b if a is None else a for a, b in zip(left, right, strict=True))


def _set(cells: tuple[CellResult, ...], names: Sequence[str]) -> SwapSet:
    states = dict(
        zip(names, zip(*(_pattern(cell, names) for cell in cells), strict=True), strict=True)
    )
    varying = tuple(name for name, seen in states.items() if None in seen)
    same = {
        case.case
        for case in cells[0].cases
        if case.verdict is Verdict.IDENTICAL and case.case not in varying
    }
    return SwapSet(
        cells=cells,
        compared=len(same),
        varying=varying,
        proven=all(case.proven for cell in cells for case in cell.cases if case.case in same),
    )


def _nearest(context: Context, names: Sequence[str], patterns: Sequence[Pattern]) -> Nearest | None:
    if len(patterns) < _TWO:
        return None
    left, right = min(
        ((context.cells[one], context.cells[other]) for one, other in _closest(patterns)),
        key=lambda pair: len(moves(pair[0].axes, pair[1].axes)),
    )
    both = zip(names, _pattern(left, names), _pattern(right, names), strict=True)
    apart = tuple(name for name, a, b in both if None not in {a, b} and a != b)
    return Nearest(cells=(left, right), apart=apart)


def _closest(patterns: Sequence[Pattern]) -> list[tuple[int, int]]:
    """Give the pairs of places that the fewest cases keep apart."""
    codes: dict[State, int] = {None: _VARIES}
    rows = [[codes.setdefault(one, len(codes)) for one in pattern] for pattern in patterns]
    table = np.array(rows, np.int32)
    fewest = table.shape[1] + 1
    pairs: list[tuple[int, int]] = []
    for place in range(len(table) - 1):
        own, others = table[place], table[place + 1 :]
        counts = ((others != own) & (others != _VARIES) & (own != _VARIES)).sum(axis=1)
        if counts.min() < fewest:
            fewest, pairs = int(counts.min()), []
        pairs += [(place, place + 1 + int(at)) for at in np.flatnonzero(counts == fewest)]
    return pairs
