"""What changes from one cell to another, in words that are the same for every format."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import CellResult
from runner.analysis.diff import Outcome
from runner.analysis.draws import Moved
from runner.reports.describe import spelled
from runner.reports.diff_notes import diff_notes
from runner.reports.evidence import amount, bounds
from runner.reports.extent import mismatched, relative, ulps
from runner.reports.grid import UNPROVEN
from runner.reports.notes import Note
from runner.reports.section import heading
from runner.reports.words import brief, number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.diff import CaseDiff, Change, Diff
    from runner.analysis.naming import AnyCell
    from runner.analysis.pairing import Pairing

HEADER: Final = ("case", "moved", "mismatched", "ULPs (median)", "relative")
LEGEND: Final = (
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
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[Note, ...]


def make_parts(pairing: Pairing, diffs: Sequence[Diff]) -> tuple[Part, ...]:
    """Say what changes in each pair of a context; the last part says what was left out."""
    left_out = _left_out(pairing.alone)
    return tuple(_part(pairing, one, left_out if one is diffs[-1] else ()) for one in diffs)


def _part(pairing: Pairing, diff: Diff, left_out: tuple[Note, ...]) -> Part:
    return Part(
        title=one_line(f"{diff.pair.left.cell} → {diff.pair.right.cell}"),
        caption=tuple(map(one_line, _caption(pairing, diff))),
        rows=tuple(_row(*changed) for changed in _worst_first(diff)),
        notes=(*diff_notes(diff), *left_out),
    )


def _caption(pairing: Pairing, diff: Diff) -> Iterator[str]:
    yield f"{heading(pairing.context)}; {spelled(diff.pair.apart)}."
    counts = {outcome: len(diff.of(outcome)) for outcome in Outcome}
    told = ", ".join(f"{count} {_COUNTED[outcome]}" for outcome, count in counts.items() if count)
    yield f"{number(len(diff.cases), 'case')}: {told}."
    if kept := diff.of(Outcome.KEEPS):
        yield f"Same bits: {_by_family(kept, diff.cases)}."
    if diff.evidence:
        least = diff.evidence
        yield f"Each rests on at least {amount(least)} in either cell: {bounds(least)}."


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


def _worst_first(diff: Diff) -> list[tuple[CaseDiff, Change]]:
    """Sort what changed: another stream first, then by the median distance."""
    return sorted(diff.changed, key=lambda pair: _badness(pair[1]), reverse=True)


def _badness(change: Change) -> tuple[bool, int, int]:
    extent = change.extent
    median = -1 if extent.median is None else extent.median
    return change.moved is Moved.STREAM, median, extent.mismatched


def _row(one: CaseDiff, change: Change) -> tuple[str, ...]:
    name = one_line(one.case) + ("" if one.proven else f" {UNPROVEN}")
    return name, _MOVED[change.moved], *(say(change.extent) for say in (mismatched, ulps, relative))


def _left_out(alone: Iterable[AnyCell]) -> tuple[Note, ...]:
    lines = [
        f"{cell.cell}: {_ALONE if isinstance(cell, CellResult) else f'no result, {cell.status}'}"
        for cell in alone
    ]
    return (Note.of("Named, but not compared", lines),) if lines else ()


_ALONE: Final = "no cell that is otherwise alike"
