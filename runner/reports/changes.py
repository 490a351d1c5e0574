"""At which releases each case changed bits, in words that are the same for every format.

One row per case that changed on some walk; walks on which it did the same are one row.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING, Final

from runner.analysis.changes import moves
from runner.analysis.comparison import Verdict
from runner.analysis.groups import lettered
from runner.analysis.natural import rank
from runner.reports.describe import describe, spelled
from runner.reports.fold import Scales
from runner.reports.grid import MARKS
from runner.reports.section import heading
from runner.reports.words import number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.analysis.changes import CaseWalk, Change, Move, Walk
    from runner.analysis.comparison import Context

_NEVER: Final = "never"
_UNKNOWN: Final = "not comparable"
_WITHOUT: Final[Mapping[Verdict | None, tuple[str, str]]] = {
    Verdict.VARIES: (MARKS[Verdict.VARIES], "varies"),
    Verdict.UNSUPPORTED: (MARKS[Verdict.UNSUPPORTED], "is not supported"),
    Verdict.ERROR: (MARKS[Verdict.ERROR], "failed"),
    None: ("…", "no result"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One case on the walks that `where` names: a mark for each stop, and when it changed."""

    case: str
    where: str
    bits: str
    changed: str


@dataclass(frozen=True, slots=True)
class Part:
    """The walks of one context that have the same stops. Every text in it is inert."""

    title: str
    caption: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def make_parts(context: Context, walks: Sequence[Walk]) -> tuple[Part, ...]:
    """Say what changed on the walks of a context."""
    alike: dict[tuple[str, ...], list[Walk]] = defaultdict(list)
    for walk in walks:
        alike[_stops(walk)].append(walk)
    return tuple(_part(context, same, stops) for stops, same in alike.items())


def _part(context: Context, walks: Sequence[Walk], stops: tuple[str, ...]) -> Part:
    scales = Scales.of([walk.axes for walk in walks])
    by_case: dict[str, list[tuple[Walk, CaseWalk]]] = defaultdict(list)
    for walk in walks:
        for case in walk.cases:
            by_case[case.case].append((walk, case))
    rows: list[Row] = []
    unchanged: dict[str, list[str]] = {_STEADY: [], _UNSTEADY: [], _NOWHERE: []}
    for name, tracks in by_case.items():
        if any(case.changes for _, case in tracks):
            rows += _rows(one_line(name), tracks, scales, [walk.axes for walk in walks])
        else:
            unchanged[_standing([case for _, case in tracks])].append(one_line(name))
    return Part(
        title=heading(context),
        caption=tuple(_caption(walks[0], stops)),
        rows=tuple(rows),
        notes=tuple(_notes(walks, chain.from_iterable(by_case.values()), unchanged)),
    )


_STEADY = "Never changed"
_UNSTEADY = "Varies somewhere, else never changed"
_NOWHERE = "Nowhere comparable"


def _standing(walked: Sequence[CaseWalk]) -> str:
    """Say what is known of a case that changed on no walk."""
    if not any(case.comparable for case in walked):
        return _NOWHERE
    varies = any(stop.verdict is Verdict.VARIES for case in walked for stop in case.stops)
    return _UNSTEADY if varies else _STEADY


def _stops(walk: Walk) -> tuple[str, ...]:
    """Name the stops: the values of the axis, parted where what moves beside it does."""
    moving = [axis for axis in walk.stops[0] if axis not in walk.axes and axis != walk.axis]
    stops = [
        (stop[walk.axis], ", ".join(f"{axis} {stop.get(axis)}" for axis in moving))
        for stop in walk.stops
    ]
    return tuple(
        one_line(", ".join(value for value, _ in same) + (f" with {beside}" if beside else ""))
        for beside, same in groupby(stops, key=lambda stop: stop[1])
    )


def _caption(walk: Walk, stops: Sequence[str]) -> Iterable[str]:
    yield f"Along {walk.axis}, one letter for each of: {'; '.join(stops)}."
    marks = map(" ".join, _WITHOUT.values())
    yield f"In a row, the same letter is the same bits; {', '.join(marks)}."
    yield "A change is told by the first that has the new bits, against the one before it."


def _rows(
    name: str,
    tracks: Iterable[tuple[Walk, CaseWalk]],
    scales: Scales,
    among: Sequence[Mapping[str, str]],
) -> Iterable[Row]:
    alike: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for walk, case in tracks:
        alike[_bits(case), _changed(case)].append(walk.axes)
    for (bits, changed), axes in alike.items():
        yield Row(name, one_line(describe(scales, axes, among)), bits, changed)


def _bits(case: CaseWalk) -> str:
    """One mark per stop, with letters of this row alone, by first appearance."""
    letters = lettered([stop.group or None for stop in case.stops])
    marks = [
        letter or _WITHOUT[stop.verdict][0]
        for letter, stop in zip(letters, case.stops, strict=True)
    ]
    return ("" if max(map(len, marks)) == 1 else " ").join(marks)


def _changed(case: CaseWalk) -> str:
    if not case.comparable:
        return _UNKNOWN
    return ", ".join(map(_change, case.changes)) or _NEVER


def _change(change: Change) -> str:
    alone = change.before == change.after
    told = [
        *_between(change.unknown),
        *([f"{', '.join(change.untried)} not tried"] if change.untried else []),
        *([f"with {spelled(change.moved)}"] if change.moved and not alone else []),
        *([f"back to the bits of {change.back_to}"] if change.back_to else []),
        *(["perhaps by chance, as it varies nearby"] if change.doubtful else []),
        *([] if change.proven else ["seen once"]),
    ]
    apart = change.unknown or change.untried
    place = f"between {change.before} and {change.after}" if apart else _place(change)
    return one_line(place + (f" ({'; '.join(told)})" if told else ""))


def _between(unknown: Iterable[tuple[str, Verdict | None]]) -> Iterable[str]:
    values: dict[str, list[str]] = defaultdict(list)
    for value, verdict in unknown:
        values[_WITHOUT[verdict][1]].append(value)
    return (f"{', '.join(dict.fromkeys(found))} {word}" for word, found in values.items())


def _notes(
    walks: Sequence[Walk],
    tracks: Iterable[tuple[Walk, CaseWalk]],
    unchanged: Mapping[str, Sequence[str]],
) -> Iterable[str]:
    seams = {seam: set[str]() for walk in walks for seam in _seams(walk)}
    changed: defaultdict[str, set[str]] = defaultdict(set, seams)
    for _, case in tracks:
        for change in case.changes:
            if not change.doubtful:
                changed[_place(change)].add(case.case)
    if changed:
        told = (f"{place} ({len(changed[place])})" for place in sorted(changed, key=rank))
        yield one_line(f"Cases that changed, by {walks[0].axis}: {', '.join(told)}.")
    for standing, names in unchanged.items():
        if names:
            yield f"{standing} ({number(len(names), 'case')}): {', '.join(names)}."


def _seams(walk: Walk) -> Iterable[str]:
    """Name the steps on which the axis itself stays, whether anything changed there or not."""
    for before, after in pairwise(walk.stops):
        if before[walk.axis] == after[walk.axis]:
            yield _alone(moves(before, after, walk.axis))


def _alone(moved: Iterable[Move]) -> str:
    return f"{spelled(moved)} alone"


def _place(change: Change) -> str:
    return _alone(change.moved) if change.before == change.after else change.after
