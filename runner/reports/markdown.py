"""A comparison as GitHub Markdown: for a README, a docs page or the summary of a CI job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.reports.against import against_note
from runner.reports.notes import damage
from runner.reports.section import make_section
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.comparison import Comparison
    from runner.analysis.gate import Gate
    from runner.reports.grid import Columns, Grid
    from runner.reports.notes import Note
    from runner.reports.section import Section

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#$]")
# GitHub turns these into links and notifications; a comment inside stops it.
_LINKING = re.compile(r"(@|:(?=//)|www(?=\.))")
_NOTHING = "The store has no results yet."


def render(
    comparison: Comparison,
    gate: Gate | None = None,
    *,
    columns: Columns = "families",
    level: int = 3,
) -> str:
    """Write a comparison as Markdown whose headings are of the given level.

    What differs from a baseline comes first.
    """
    blocks = [*_note(against_note(gate, comparison))] if gate else []
    blocks += [
        block
        for context in comparison.contexts
        for block in _section(make_section(context, columns), level)
    ]
    blocks += [block for note in damage(comparison) for block in _note(note)]
    return "\n\n".join(blocks or [_NOTHING]) + "\n"


def escape(text: str) -> str:
    """Make text mean itself: no markup, no table separator, no line break, no mention, no link."""
    plain = _SPECIAL.sub(r"\\\g<0>", one_line(text))
    return _LINKING.sub(r"\1<!-- -->", plain)


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escape(section.title)}"
    yield "\n".join(map(escape, section.caption))
    if section.grid.rows:
        yield _table(section.grid)
    if section.legend:
        yield "<br>\n".join(map(escape, section.legend))
    for note in section.notes:
        yield from _note(note)


def _note(note: Note) -> Iterator[str]:
    yield f"**{escape(note.title)}**"
    yield "\n".join(f"- {escape(line)}" for line in note.lines)


def _table(grid: Grid) -> str:
    header = ["<br>".join(map(escape, lines)) for lines in grid.headers]
    rows = [[escape(cell.text) for cell in row] for row in grid.rows]
    widths = [max(3, *map(len, column)) for column in zip(header, *rows, strict=True)]
    dashes = [
        "-" * width if place < grid.labels else f":{'-' * (width - 2)}:"
        for place, width in enumerate(widths)
    ]
    return "\n".join(_row(row, widths) for row in (header, dashes, *rows))


def _row(row: Iterable[str], widths: Sequence[int]) -> str:
    cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
    return f"| {' | '.join(cells)} |"
