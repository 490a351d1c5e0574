"""The grid of letters: folded cells down, families or cases across. No layout yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from runner.analysis.comparison import Verdict
from runner.reports.fold import fold
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.comparison import CaseResult, CellResult, Context, FamilyResult
    from runner.reports.fold import Fold, Scales

Columns = Literal["families", "cases"]

MARKS = {Verdict.VARIES: "~", Verdict.UNSUPPORTED: "·", Verdict.ERROR: "!"}
PARTIAL = "…"
UNPROVEN = "?"
_AFTER_LETTERS = (*MARKS.values(), PARTIAL, UNPROVEN)
TRIALS = "trials"


class Tone(StrEnum):
    """What an entry says, for whoever colours it."""

    TITLE = "title"
    LABEL = "label"
    SAME = "same"
    CHANGED = "changed"
    VARIES = "varies"
    UNSUPPORTED = "unsupported"
    ERROR = "error"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class TableCell:
    """The text of one entry, inert and on one line, and what it says.

    `CHANGED` is a letter other than that of the cells before, `SAME` any other letter.
    """

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under headers; the first `labels` entries of each row name it.

    A header is a tuple of lines, the same number for all headers of a grid.
    """

    labels: int
    headers: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[TableCell, ...], ...]


def make_grid(context: Context, scales: Scales, columns: Columns) -> Grid:
    """Fold the cells of a context.

    Families go across and cells down. Cases, of which there are many with long names, go down and
    cells across.
    """
    names = _names(context, columns)
    told = any(fewer_trials(cell) for cell in context.cells)
    folds = fold(
        scales,
        [
            (cell.axes, (_trials(cell) if told else "", *_entries(cell, columns, names)))
            for cell in context.cells
        ],
    )
    axes = (*scales.varying, *([TRIALS] if told else []))
    rows = [_label(scales, one, told=told) for one in folds]
    entries = _toned([one.content[1:] for one in folds])
    if columns == "families":
        return Grid(
            labels=len(axes),
            headers=tuple((one_line(name),) for name in (*axes, *names)),
            rows=tuple(
                (*(TableCell(word, Tone.LABEL) for word in words), *row)
                for words, row in zip(rows, entries, strict=True)
            ),
        )
    return Grid(
        labels=1,
        headers=(tuple(map(one_line, axes)), *rows),
        rows=tuple(
            (TableCell(name, Tone.LABEL), *(row[place] for row in entries))
            for place, name in enumerate(names)
        ),
    )


def _label(scales: Scales, one: Fold[tuple[str, ...]], *, told: bool) -> tuple[str, ...]:
    words = (
        scales.spell(axis, positions)
        for axis, positions in zip(scales.varying, one.positions, strict=True)
    )
    return (*map(one_line, words), *(one.content[:1] if told else ()))


def fewer_trials(cell: CellResult) -> bool:
    """Whether a cell rests on fewer trials than were started or stored."""
    return cell.done < cell.attempted + cell.damaged


def _trials(cell: CellResult) -> str:
    started = cell.attempted + cell.damaged
    return f"{cell.done} of {started}" if fewer_trials(cell) else str(cell.done)


def _names(context: Context, columns: Columns) -> tuple[str, ...]:
    if columns == "families":
        return tuple(context.families)
    return tuple(case for cases in context.families.values() for case in cases)


def _entries(cell: CellResult, columns: Columns, names: Iterable[str]) -> tuple[str, ...]:
    texts = (
        {one.family: family_text(one) for one in cell.families}
        if columns == "families"
        else {one.case: case_text(one) for one in cell.cases}
    )
    return tuple(texts.get(name, "") for name in names)


def case_text(case: CaseResult) -> str:
    """Write a case in a cell: its letter, or the mark of its verdict."""
    if case.verdict is not Verdict.IDENTICAL:
        return MARKS[case.verdict]
    return case.group + ("" if case.proven else UNPROVEN)


def family_text(family: FamilyResult) -> str:
    """Write a family in a cell: its letter, if it has one, and the marks of what is not so."""
    flaws = "".join(MARKS[verdict] for verdict in family.flaws)
    flaws += PARTIAL if family.partial else ""
    return family.group + flaws + ("" if family.proven else UNPROVEN)


def _toned(rows: Sequence[Sequence[str]]) -> list[list[TableCell]]:
    return [
        [TableCell(text, _tone(text, before)) for text, before in zip(row, above, strict=True)]
        for row, above in zip(rows, (*rows[:1], *rows), strict=False)
    ]


def _tone(text: str, before: str) -> Tone:
    for verdict, tone in (
        (Verdict.ERROR, Tone.ERROR),
        (Verdict.VARIES, Tone.VARIES),
        (Verdict.UNSUPPORTED, Tone.UNSUPPORTED),
    ):
        if MARKS[verdict] in text:
            return tone
    mine, theirs = (one.rstrip("".join(_AFTER_LETTERS)) for one in (text, before))
    if not mine:
        return Tone.ABSENT
    return Tone.CHANGED if theirs and mine != theirs else Tone.SAME
