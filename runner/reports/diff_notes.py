"""What is said under a table of what changes from one cell to another: why, and where to stop."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Verdict
from runner.analysis.diff import Outcome
from runner.analysis.draws import Moved
from runner.reports.describe import spelled
from runner.reports.fold import NOT_APPLICABLE
from runner.reports.notes import Note
from runner.reports.words import brief, first_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.comparison import CellResult
    from runner.analysis.diff import Diff, Stop

_NAMED: Final = 6  # cases that a sentence names


def diff_notes(diff: Diff) -> Iterator[Note]:
    """Give the notes on two cells that have anything to say."""
    if diff.changed:
        yield Note.of("What moved", _what_moved(diff))
        yield Note.of("Responsible", _responsible(diff))
        yield Note.of("Nearest that changes nothing", _nearest(diff))
    found = (
        Note.of("Varies, so neither kept nor changed", _varying(diff)),
        Note.of("Can't be compared", _incomparable(diff)),
        Note.of("Changed, but not measured", _unmeasured(diff)),
    )
    yield from (note for note in found if note.lines)


def _what_moved(diff: Diff) -> Iterator[str]:
    for moved, meaning in _MEANINGS.items():
        families = Counter(
            brief(one.family) for one, change in diff.changed if change.moved is moved
        )
        if families:
            told = ", ".join(f"{family} {count}" for family, count in families.items())
            yield f"{moved} in {number(families.total(), 'case')} ({told}): {meaning}"


_MEANINGS: Final = {
    Moved.STREAM: "the same seed gives altogether other numbers",
    Moved.ARITHMETIC: "fixed inputs, or the same draws, are computed with in another way",
    Moved.UNKNOWN: "they draw, and what they drew is not stored; or samebits does not know them",
}


def _responsible(diff: Diff) -> Iterator[str]:
    if len(diff.pair.apart) == 1:
        yield f"{spelled(diff.pair.apart)}, the only axis in which the two differ"
    else:
        yield from _through(diff)
    if diff.beside:
        yield f"{spelled(diff.beside)} moved beside that: these two cells do not rule it out"


def _through(diff: Diff) -> Iterator[str]:
    """Put cases together that change along the same axes."""
    through: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one, change in diff.changed:
        through[change.axes].append(one.case)
    for axes, cases in through.items():
        told = spelled(move for move in diff.pair.apart if move.axis in axes)
        names = ", ".join(map(brief, cases))
        yield f"{told or _NOT_SEPARABLE}: {number(len(cases), 'case')} ({names})"


_NOT_SEPARABLE: Final = "not separable, as no stored cells lead from one to the other axis by axis"


def _nearest(diff: Diff) -> Iterator[str]:
    if not diff.stops:
        yield "no such cell is stored: none lies between the two"
    elif diff.nearest:
        yield _stop(diff, diff.nearest)
    elif diff.least:
        place = _stop(diff, diff.least)
        yield f"no such cell is stored; fewest change at {place}: {_named(diff.least.changed)}"
    else:
        yield "no such cell is stored, and none between the two is known to change fewer"


def _stop(diff: Diff, stop: Stop) -> str:
    doubt = f"; {number(len(stop.unknown), 'case')} can't be compared" if stop.unknown else ""
    return f"{_values(diff, stop.cell)} ({stop.cell.cell}{doubt})"


def _values(diff: Diff, cell: CellResult) -> str:
    """Name a cell by the axes in which the two differ."""
    values = {**cell.factors, **cell.axes}
    axes = (move.axis for move in diff.pair.apart)
    return ", ".join(f"{axis} {values.get(axis) or NOT_APPLICABLE}" for axis in axes)


def _named(cases: Sequence[str]) -> str:
    return f"{number(len(cases), 'case')} ({first_of(cases, _NAMED)})"


def _varying(diff: Diff) -> Iterator[str]:
    sides = [_values(diff, cell) for cell in (diff.pair.left, diff.pair.right)]
    where: dict[str, list[str]] = defaultdict(list)
    for one in diff.of(Outcome.VARIES):
        own = [
            side
            for side, verdict in zip(sides, one.verdicts, strict=True)
            if verdict is Verdict.VARIES
        ]
        where[" and ".join(own)].append(one.case)
    return (f"{place}: {', '.join(map(brief, cases))}" for place, cases in where.items())


def _incomparable(diff: Diff) -> Iterator[str]:
    """Say why a case did not run, on each side where it did not; alike cases share a line."""
    sides = [_values(diff, cell) for cell in (diff.pair.left, diff.pair.right)]
    alike: dict[str, list[str]] = defaultdict(list)
    for one in diff.of(Outcome.UNKNOWN):
        told = [
            f"{_WITHOUT[verdict]} at {side}" + (f" ({brief(reason)})" if reason else "")
            for side, verdict, reason in zip(sides, one.verdicts, one.reasons, strict=True)
            if verdict is not Verdict.IDENTICAL
        ]
        alike[", ".join(told)].append(one.case)
    return (f"{', '.join(map(brief, cases))}: {words}" for words, cases in alike.items())


_WITHOUT: Final = {
    Verdict.UNSUPPORTED: "not supported",
    Verdict.ERROR: "failed",
    None: "not there",
}


def _unmeasured(diff: Diff) -> Iterator[str]:
    alike: dict[str, list[str]] = defaultdict(list)
    for one, change in diff.changed:
        for output in change.outputs:
            if output.distance is None:
                alike[brief(output.reason)].append(f"{one.case} {output.output}")
    return (f"{reason}: {', '.join(map(brief, names))}" for reason, names in alike.items())
