"""What changes from one cell to another, in words that are the same for every format."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import CellResult, Verdict
from runner.analysis.diff import Outcome
from runner.analysis.draws import Moved
from runner.reports.describe import spelled
from runner.reports.extent import mismatched, relative, ulps
from runner.reports.fold import NOT_APPLICABLE
from runner.reports.grid import UNPROVEN
from runner.reports.notes import Note
from runner.reports.section import heading
from runner.reports.words import brief, number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.diff import CaseDiff, Change, Diff, Stop
    from runner.analysis.naming import AnyCell
    from runner.analysis.pairing import Pairing

_NAMED: Final = 6  # cases that a sentence names
_LEGEND: Final = (
    "Of the outputs that differ: elements with other bits; the greatest distance in ULPs, and the "
    "median; the greatest difference, divided by the larger of the two numbers."
)
_MOVED: Final = {
    Moved.STREAM: "stream",
    Moved.ARITHMETIC: "arithmetic",
    Moved.UNKNOWN: "not known",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One pair of cells. Every text in it is inert and on one line."""

    title: str
    caption: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: str
    notes: tuple[Note, ...]


def make_parts(pairing: Pairing, diffs: Sequence[Diff]) -> tuple[Part, ...]:
    """Say what changes in each pair of a context; the last part says what was left out."""
    left_out = _left_out(pairing.alone)
    return tuple(_part(pairing, one, left_out if one is diffs[-1] else ()) for one in diffs)


def _part(pairing: Pairing, diff: Diff, left_out: tuple[Note, ...]) -> Part:
    pair = diff.pair
    through = len(pair.moved) > 1
    header = ("case", "moved", "mismatched", "ULPs (median)", "relative")
    return Part(
        title=one_line(f"{pair.left.cell} → {pair.right.cell}"),
        caption=tuple(map(one_line, _caption(pairing, diff))),
        header=(*header, *(["through"] if through else [])),
        rows=tuple(_row(one, one.change, through=through) for one in _worst_first(diff)),
        legend=_LEGEND,
        notes=(*_notes(diff), *left_out),
    )


def _caption(pairing: Pairing, diff: Diff) -> Iterator[str]:
    yield f"{heading(pairing.context)}; {spelled(diff.pair.moved)}."
    counts = {outcome: len(diff.of(outcome)) for outcome in Outcome}
    told = ", ".join(f"{count} {_COUNTED[outcome]}" for outcome, count in counts.items() if count)
    yield f"{number(len(diff.cases), 'case')}: {told}."
    if kept := diff.of(Outcome.KEEPS):
        yield f"Same bits: {_by_family(kept, diff.cases)}."
    if diff.seen:
        bound = min(100.0, 300 / diff.seen)
        yield (
            f"Each rests on at least {number(diff.seen, 'repeat')} in either cell: at 95 %, "
            f"fewer than {bound:.0f} % of repeats differ."
        )


_COUNTED: Final = {
    Outcome.KEEPS: "with the same bits",
    Outcome.CHANGES: "with other bits",
    Outcome.VARIES: "varying",
    Outcome.UNKNOWN: "not comparable",
}


def _by_family(some: Iterable[CaseDiff], among: Iterable[CaseDiff]) -> str:
    """Count cases by family, those of which all are meant first."""
    counts, whole = Counter(one.family for one in some), Counter(one.family for one in among)
    complete = [brief(family) for family in whole if counts[family] == whole[family]]
    parts = [
        f"{counts[family]} of {whole[family]} in {brief(family)}"
        for family in whole
        if 0 < counts[family] < whole[family]
    ]
    return "; ".join(([f"all of {', '.join(complete)}"] if complete else []) + parts)


def _worst_first(diff: Diff) -> list[CaseDiff]:
    return sorted(diff.of(Outcome.CHANGES), key=_rank, reverse=True)


def _rank(one: CaseDiff) -> tuple[bool, int, int]:
    extent = one.change.extent if one.change else None
    stream = one.change is not None and one.change.moved is Moved.STREAM
    if extent is None:
        return stream, -1, -1
    return stream, -1 if extent.median is None else extent.median, extent.mismatched


def _row(one: CaseDiff, change: Change | None, *, through: bool) -> tuple[str, ...]:
    if change is None:
        return ()
    name = one_line(one.case) + ("" if one.proven else f" {UNPROVEN}")
    figures = (say(change.extent) for say in (mismatched, ulps, relative))
    axes = ", ".join(map(one_line, change.axes)) or "not separable"
    return name, _MOVED[change.moved], *figures, *([axes] if through else [])


def _notes(diff: Diff) -> Iterator[Note]:
    changed = diff.of(Outcome.CHANGES)
    if changed:
        yield Note.of("What moved", _what_moved(changed))
        yield Note.of("Responsible", _responsible(diff, changed))
        yield Note.of("Nearest that changes nothing", _nearest(diff))
    found = (
        Note.of("Varies, so neither kept nor changed", _varying(diff)),
        Note.of("Can't be compared", _incomparable(diff)),
        Note.of("Changed, but not measured", _unmeasured(changed)),
    )
    yield from (note for note in found if note.lines)


def _what_moved(changed: Sequence[CaseDiff]) -> Iterator[str]:
    for moved, meaning in _MEANINGS.items():
        cases = [one for one in changed if one.change and one.change.moved is moved]
        if cases:
            families = Counter(brief(one.family) for one in cases)
            told = ", ".join(f"{family} {count}" for family, count in families.items())
            yield f"{moved} in {number(len(cases), 'case')} ({told}): {meaning}"


_MEANINGS: Final = {
    Moved.STREAM: "the same seed gives altogether other numbers",
    Moved.ARITHMETIC: "fixed inputs, or the same draws, are computed with in another way",
    Moved.UNKNOWN: "they draw, and what they drew is not stored; or samebits does not know them",
}


def _responsible(diff: Diff, changed: Sequence[CaseDiff]) -> Iterator[str]:
    moved = diff.pair.moved
    if len(moved) == 1:
        yield f"{spelled(moved)}, the only axis in which the two differ"
    else:
        yield from _through(diff, changed)
    if diff.beside:
        yield f"{spelled(diff.beside)} moved beside that: these two cells do not rule it out"


def _through(diff: Diff, changed: Sequence[CaseDiff]) -> Iterator[str]:
    """Put cases together that change along the same axes."""
    through: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in changed:
        through[one.change.axes if one.change else ()].append(one.case)
    for axes, cases in through.items():
        told = spelled(move for move in diff.pair.moved if move.axis in axes)
        yield f"{told or _NOT_SEPARABLE}: {_named(cases)}"


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
        yield "no such cell is stored, and none between the two changes fewer cases"


def _stop(diff: Diff, stop: Stop) -> str:
    doubt = f"; {number(len(stop.unknown), 'case')} can't be compared" if stop.unknown else ""
    return f"{_values(diff, stop.cell)} ({stop.cell.cell}{doubt})"


def _values(diff: Diff, cell: CellResult) -> str:
    """Name a cell by the axes in which the two differ."""
    axes = (move.axis for move in diff.pair.moved)
    return ", ".join(f"{axis} {cell.axes.get(axis) or NOT_APPLICABLE}" for axis in axes)


def _named(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - _NAMED} more" if len(cases) > _NAMED else ""
    return f"{number(len(cases), 'case')} ({', '.join(map(brief, cases[:_NAMED]))}{more})"


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


def _unmeasured(changed: Iterable[CaseDiff]) -> Iterator[str]:
    alike: dict[str, list[str]] = defaultdict(list)
    for one in changed:
        for output in one.change.outputs if one.change else ():
            if output.distance is None:
                alike[brief(output.reason)].append(f"{one.case} {output.output}")
    return (f"{reason}: {', '.join(map(brief, names))}" for reason, names in alike.items())


def _left_out(alone: Iterable[AnyCell]) -> tuple[Note, ...]:
    lines = [
        f"{cell.cell}: {_ALONE if isinstance(cell, CellResult) else f'no result, {cell.status}'}"
        for cell in alone
    ]
    return (Note.of("Named, but not compared", lines),) if lines else ()


_ALONE: Final = "no cell that is otherwise alike"
