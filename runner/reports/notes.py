"""What a report says beside the grid: what varies, fails or is missing, and where."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from runner.analysis.comparison import CellResult, MissingCell, Verdict
from runner.reports.describe import ALL, describe
from runner.reports.grid import fewer_trials
from runner.reports.stages import stage_lines
from runner.reports.words import brief, number
from runner.results.records import Status
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runner.analysis.comparison import CaseResult, Comparison, Context
    from runner.reports.fold import Scales

_SHOWN_DAMAGE = 5
_STAGES = "Stage of training that differs first, where a case has bits not seen before"

Cell = TypeVar("Cell", CellResult, MissingCell)


@dataclass(frozen=True, slots=True)
class Note:
    """A heading and its lines, all inert."""

    title: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, title: str, lines: Iterable[str]) -> Note:
        """Make the lines inert."""
        return cls(title, tuple(map(one_line, lines)))


def make_notes(context: Context, scales: Scales, wider: Scales) -> tuple[Note, ...]:
    """Give the notes on one context that have anything to say.

    `scales` tell cells with results apart, `wider` those without a result too.
    """
    notes = (
        Note.of("Varies from run to run", _cases(context, scales, Verdict.VARIES, _variation)),
        Note.of(_STAGES, stage_lines(context, scales)),
        Note.of("Failed", _cases(context, scales, Verdict.ERROR, _reason)),
        Note.of("Not supported", _cases(context, scales, Verdict.UNSUPPORTED, _reason)),
        Note.of("Rests on fewer trials than were started", _fewer(context, scales)),
        Note.of("The last run did not get through", _unfinished(context, scales)),
        Note.of("No result", _missing(context, wider)),
        Note.of("Not counted", _superseded(context)),
    )
    return tuple(note for note in notes if note.lines)


def damage(comparison: Comparison) -> tuple[Note, ...]:
    """Give the note on the files of a store that can't be read."""
    if not comparison.damaged:
        return ()
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in comparison.damaged:
        by_reason[brief(one.reason)].append(brief(one.path))
    lines = tuple(
        f"{reason}: {', '.join(paths[:_SHOWN_DAMAGE])}"
        + (f" and {len(paths) - _SHOWN_DAMAGE} more" if len(paths) > _SHOWN_DAMAGE else "")
        for reason, paths in sorted(by_reason.items())
    )
    files = number(len(comparison.damaged), "file")
    return (Note.of(f"{files} in the store can't be read and count for nothing", lines),)


def _cases(
    context: Context, scales: Scales, verdict: Verdict, say: Callable[[CaseResult], str]
) -> tuple[str, ...]:
    """Say once what many cases have in common: the same words in the same cells."""
    among = [cell.axes for cell in context.cells]
    where: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for cell in context.cells:
        for case in cell.cases:
            if case.verdict is verdict:
                where[say(case), case.case].append(cell.axes)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (words, name), cells in where.items():
        alike[describe(scales, cells, among), words].append(name)
    return tuple(
        f"{place}: {', '.join(cases)}" + (f" ({words})" if words else "")
        for (place, words), cases in alike.items()
    )


def _variation(case: CaseResult) -> str:
    return str(case.level)


def _reason(case: CaseResult) -> str:
    return brief(case.reason)


def _fewer(context: Context, scales: Scales) -> tuple[str, ...]:
    cells = [(cell, _shortfall(cell)) for cell in context.cells if fewer_trials(cell)]
    return _told(scales, cells, context)


def _shortfall(cell: CellResult) -> str:
    parts = [f"{cell.done} of {cell.attempted + cell.damaged} trials"]
    parts += [f"{number(cell.damaged, 'file')} damaged"] if cell.damaged else []
    parts += [] if cell.status is Status.DONE else [f"last {_status(cell.status, cell.reason)}"]
    return ", ".join(parts)


def _unfinished(context: Context, scales: Scales) -> tuple[str, ...]:
    cells = [
        (cell, f"{_status(cell.status, cell.reason)}; {number(cell.done, 'trial')} shown")
        for cell in context.cells
        if cell.status is not Status.DONE and not fewer_trials(cell)
    ]
    return _told(scales, cells, context)


def _told(
    scales: Scales, cells: Iterable[tuple[CellResult, str]], context: Context
) -> tuple[str, ...]:
    among = [cell.axes for cell in context.cells]
    return tuple(
        f"{describe(scales, [cell.axes for cell in same], among)}: {words}"
        for words, same in _by_words(cells)
    )


def _missing(context: Context, scales: Scales) -> tuple[str, ...]:
    among = [cell.axes for cell in context.cells] + [cell.axes for cell in context.missing]
    cells = [(cell, _status(cell.status, cell.reason)) for cell in context.missing]
    lines = []
    for words, same in _by_words(cells):
        where = describe(scales, [cell.axes for cell in same], among)
        place = "" if where == ALL else f" ({where})"
        lines.append(f"{number(len(same), 'cell')} {words}{place}")
    return tuple(lines)


def _status(status: Status, reason: str) -> str:
    # "No gpu" would read as a reason, not as a status.
    words = status.value if status is Status.NO_GPU else status.value.replace("-", " ")
    return f"{words}: {brief(reason)}" if reason else words


def _superseded(context: Context) -> tuple[str, ...]:
    older = sum(cell.superseded for cell in context.cells)
    older += sum(cell.superseded for cell in context.missing)
    if not older:
        return ()
    what = "the lock, probe, setting or base of the cell has changed since"
    return (f"{number(older, 'older trial')}: {what}",)


def _by_words(cells: Iterable[tuple[Cell, str]]) -> list[tuple[str, list[Cell]]]:
    alike: dict[str, list[Cell]] = defaultdict(list)
    for cell, words in cells:
        alike[words].append(cell)
    return list(alike.items())
