"""Pieces of a document as GitHub Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runner.reports.markdown import escape
from runner.reports.pieces import Items, Lines, Link, Paragraph, Prose, Table, Text, Title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.reports.pieces import Piece

_CODE: Final = re.compile(r"(`[^`]+`)")


def write(pieces: Iterable[Piece], level: int) -> str:
    """Write pieces one below the other; the outermost headings are of the given level."""
    blocks = [block for piece in pieces for block in _blocks(piece, level)]
    return "\n\n".join(blocks) + "\n"


def _blocks(piece: Piece, level: int) -> Iterator[str]:
    match piece:
        case Title(text, depth):
            yield f"{'#' * (level + depth)} {_written(text)}"
        case Paragraph(text):
            yield _written(text)
        case Lines(lines):
            yield "<br>\n".join(map(_written, lines))
        case Items(title, items):
            yield f"**{escape(title)}**"
            if items:
                yield "\n".join(f"- {_written(item)}" for item in items)
        case Table():
            yield _table(piece)


def _written(text: Text) -> str:
    match text:
        case Link(words, url):
            return f"[{escape(words)}]({url})"
        case Prose():
            parts = _CODE.split(text)
            return "".join(
                part if place % 2 else _escaped_part(part) for place, part in enumerate(parts)
            )
        case str():
            return escape(text)


def _entry(text: Text) -> str:
    """Write an entry of a table, which a bar would end even inside code."""
    bars = (
        _CODE.sub(lambda code: code[0].replace("|", "\\|"), text) if isinstance(text, Prose) else ""
    )
    return _written(Prose(bars) if bars else text)


def _escaped_part(text: str) -> str:
    """Escape a part of a line; the blanks at its ends belong to the line."""
    if not text.strip():
        return " " if text else ""
    before, after = (" " if text[place].isspace() else "" for place in (0, -1))
    return f"{before}{escape(text)}{after}"


def _table(table: Table) -> str:
    header = ["<br>".join(map(_entry, entry)) for entry in table.header]
    rows = [[_entry(entry) for entry in row] for row in table.rows]
    if not table.letters:
        return "\n".join(map(_row, (header, ["---"] * len(header), *rows)))
    widths = [max(3, *map(len, column)) for column in zip(header, *rows, strict=True)]
    dashes = [
        "-" * width if place < table.labels else f":{'-' * (width - 2)}:"
        for place, width in enumerate(widths)
    ]
    return "\n".join(
        _row([entry.ljust(width) for entry, width in zip(row, widths, strict=True)])
        for row in (header, dashes, *rows)
    )


def _row(entries: Sequence[str]) -> str:
    return f"| {' | '.join(entries)} |"
