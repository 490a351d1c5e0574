"""The changes of cases as plain text, Markdown and JSON."""

from __future__ import annotations

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.reports import words
from runner.reports.markdown import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.changes import CaseWalk, Change, Walk
    from runner.analysis.comparison import Context
    from runner.reports.changes import Part

WIDTH: Final = 100
_NARROWEST: Final = 20
_NOTHING: Final = "Nothing to walk along: no two cells with a result differ in this axis."


def text(parts: Iterable[Part], width: int = WIDTH) -> str:
    """Write plain text for a terminal."""
    blocks = [block for part in parts for block in _text_blocks(part, width)]
    return "\n\n".join(blocks or [_NOTHING]) + "\n"


def markdown(parts: Iterable[Part], level: int = 3) -> str:
    """Write GitHub Markdown whose headings are of the given level."""
    blocks = []
    for part in parts:
        blocks += [f"{'#' * level} {escape(part.title)}", "\n".join(map(escape, part.caption))]
        if part.rows:
            blocks.append("\n".join(_markdown_row(cells) for cells in _cells(part)))
        blocks += map(escape, part.notes)
    return "\n\n".join(blocks or [_NOTHING]) + "\n"


def as_json(found: Iterable[tuple[Context, Sequence[Walk]]]) -> str:
    """Write all walks for programs: ASCII, stop by stop, with the changes of each case."""
    document = [
        {
            "engine": context.engine,
            "host_class": context.host_class,
            "walks": [_walk_document(walk) for walk in walks],
        }
        for context, walks in found
    ]
    return words.as_json({"schema_version": 1, "contexts": document})


def _text_blocks(part: Part, width: int) -> Iterable[str]:
    yield "\n".join([part.title, "=" * len(part.title), *_wrapped(part.caption, width)])
    if part.rows:
        header, *rows = _cells(part)
        columns = [*zip(header, *rows, strict=True)][:-1]
        # tabulate makes a column two wider than its header, and leaves a gap of two after it
        taken = sum(max(len(name) + 2, *map(len, column)) + 2 for name, *column in columns)
        widths = [None] * (len(header) - 1) + [max(_NARROWEST, width - taken)]
        table = tabulate(rows, headers=header, disable_numparse=True, maxcolwidths=widths)
        yield "\n".join(line.rstrip() for line in table.splitlines())
    yield from ("\n".join(_wrapped([note], width)) for note in part.notes)


def _wrapped(lines: Iterable[str], width: int) -> list[str]:
    return [
        row
        for line in lines
        for row in wrap(line, width, break_long_words=False, break_on_hyphens=False)
    ]


def _cells(part: Part) -> list[tuple[str, ...]]:
    """The header and the rows; the cells are named only where that tells rows apart."""
    named = len({row.where for row in part.rows}) > 1
    header = ("case", *(["cells"] if named else []), "bits", "changed at")
    rows = ((row.case, *([row.where] if named else []), row.bits, row.changed) for row in part.rows)
    return [header, *rows]


def _markdown_row(cells: Sequence[str]) -> str:
    line = f"| {' | '.join(map(escape, cells))} |"
    return f"{line}\n|{' --- |' * len(cells)}" if cells[0] == "case" else line


def _walk_document(walk: Walk) -> dict[str, object]:
    return {
        "axis": walk.axis,
        "axes": dict(walk.axes),
        "stops": [dict(stop) for stop in walk.stops],
        "cases": [_case_document(case) for case in walk.cases],
    }


def _case_document(case: CaseWalk) -> dict[str, object]:
    return {
        "case": case.case,
        "family": case.family,
        "bits": [stop.group or None for stop in case.stops],
        "verdicts": [stop.verdict for stop in case.stops],
        "changes": [_change_document(one) for one in case.changes],
    }


def _change_document(change: Change) -> dict[str, object]:
    return asdict(change) | {
        "back_to": change.back_to or None,
        "moved": [one._asdict() for one in change.moved],
    }
