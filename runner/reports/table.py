"""A comparison as plain text for a terminal."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from tabulate import tabulate

from runner.reports.against import against_note
from runner.reports.grid import Grid, Tone
from runner.reports.notes import damage
from runner.reports.section import make_section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.analysis.comparison import Comparison
    from runner.analysis.gate import Gate
    from runner.reports.grid import Columns
    from runner.reports.notes import Note
    from runner.reports.section import Section

    Paint = Callable[[str, Tone], str]

WIDTH = 100
_GAP = 2
_NOTHING = "The store has no results yet."


def plain(text: str, tone: Tone) -> str:  # noqa: ARG001 - the shape of a Paint
    """Leave text as it is."""
    return text


def render(
    comparison: Comparison,
    gate: Gate | None = None,
    *,
    columns: Columns = "families",
    width: int = WIDTH,
    paint: Paint = plain,
) -> str:
    """Write a comparison as text of at most `width` columns, where no single word is wider.

    `paint` may add colour by ANSI codes; it must not change what is seen of a text. What differs
    from a baseline comes last, where a terminal shows it.
    """
    blocks = [
        block
        for context in comparison.contexts
        for block in _section(make_section(context, columns), width, paint)
    ]
    last = (against_note(gate, comparison),) if gate else ()
    blocks += [_note(note, width, paint) for note in (*damage(comparison), *last)]
    return "\n\n".join(blocks or [_NOTHING]) + "\n"


def _section(section: Section, width: int, paint: Paint) -> Iterator[str]:
    lines = [line for text in section.caption for line in _wrapped(text, width)]
    title = wrap(section.title, width)
    rule = "=" * max(map(len, title))
    yield "\n".join([*(paint(line, Tone.TITLE) for line in title), rule, *lines])
    if section.grid.rows:
        yield from (_table(part, paint) for part in split(section.grid, width))
    if section.legend:
        yield "\n".join(line for text in section.legend for line in _wrapped(text, width))
    yield from (_note(note, width, paint) for note in section.notes)


def _note(note: Note, width: int, paint: Paint) -> str:
    lines = [line for text in note.lines for line in _wrapped(f"- {text}", width, 2)]
    return "\n".join([paint(f"{note.title}:", Tone.TITLE), *lines])


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    return wrap(
        text,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def split(grid: Grid, width: int) -> list[Grid]:
    """Cut a grid into grids of at most `width` columns of text, each with all labels.

    A label column or a single other column that is wider makes its part wider.
    """
    widths = _widths(grid)
    room = width - sum(widths[: grid.labels]) - _GAP * grid.labels
    parts: list[list[int]] = []
    left = 0
    for place in range(grid.labels, len(widths)):
        if not parts or widths[place] > left:
            parts.append([])
            left = room
        parts[-1].append(place)
        left -= widths[place] + _GAP
    return [_part(grid, [*range(grid.labels), *places]) for places in parts]


def _part(grid: Grid, places: Sequence[int]) -> Grid:
    return Grid(
        labels=grid.labels,
        headers=tuple(grid.headers[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in grid.rows),
    )


def _widths(grid: Grid) -> list[int]:
    return [
        max(len(text) for text in (*lines, *(row[place].text for row in grid.rows)))
        for place, lines in enumerate(_header_lines(grid))
    ]


def _header_lines(grid: Grid) -> list[list[str]]:
    """Break each line of the headers where one value ends, the same number of times in all."""
    columns: list[list[str]] = [[] for _ in grid.headers]
    for line in zip(*grid.headers, strict=True):
        broken = [_VALUES.sub(r"\1\n", text).split("\n") for text in line]
        height = max(map(len, broken))
        for column, parts in zip(columns, broken, strict=True):
            column.extend(parts + [""] * (height - len(parts)))
    return columns


_VALUES = re.compile(r"(,| to) ")


def _table(grid: Grid, paint: Paint) -> str:
    headers = [
        [paint(line, Tone.LABEL) for line in line]
        for line in zip(*_header_lines(grid), strict=True)
    ]
    rules = ["-" * width for width in _widths(grid)]
    rows = [[paint(cell.text, cell.tone) for cell in row] for row in grid.rows]
    # tabulate pads headers of its own by two, so these are rows.
    text = tabulate([*headers, rules, *rows], tablefmt="plain", disable_numparse=True)
    return "\n".join(line.rstrip() for line in text.split("\n"))
