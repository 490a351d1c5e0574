"""Pieces of a document as reStructuredText, for docutils and Sphinx.

Text out of results means itself: whatever docutils would take for markup is escaped, also where
it opens a line. Titles are rubrics, since a heading in the middle of somebody's document would
have to know the marks of those around it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runner.reports.pieces import Items, Lines, Link, Paragraph, Prose, Table, Text, Title
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.reports.pieces import Piece

_SPECIAL: Final = re.compile(r"[\\*`|_<>@\[\]]|:(?=\S)")
_CODE: Final = re.compile(r"`([^`]+)`")
# A bullet, a number with its dot, a rule, or anything else that begins more than a paragraph.
# Backslashes alone, which two make of one, are a rule from four on.
_OPENING: Final = re.compile(r"[^\w\\]|\\{4,}$|(\w+|#)[.)](\s|$)")
_JOINT: Final = "\\ "
_CLOSING: Final = ".,;:!?)"


def write(pieces: Iterable[Piece]) -> str:
    """Write pieces one below the other, an empty line between two."""
    blocks = [block for piece in pieces for block in _blocks(piece)]
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Make text mean itself, on one line, wherever it stands."""
    plain = _SPECIAL.sub(r"\\\g<0>", one_line(text))
    return _JOINT + plain if _OPENING.match(plain) else plain


def _blocks(piece: Piece) -> Iterator[str]:
    match piece:
        case Title(text):
            yield f".. rubric:: {_written(text)}"
        case Paragraph(text):
            yield _written(text)
        case Lines(lines):
            yield _lines(lines)
        case Items(title, items):
            yield f"**{escape(title)}**"
            if items:
                yield "\n".join(f"- {_written(item)}" for item in items)
        case Table():
            yield _table(piece)


def _written(text: Text) -> str:
    match text:
        case Link(words, url):
            return f"`{escape(words)} <{url}>`__"
        case Prose():
            return _prose(text)
        case str():
            return escape(text)


def _prose(text: str) -> str:
    """Keep code as literals, parted by joints from what they would else run into."""
    parts = _CODE.split(one_line(text))
    written = ""
    for place, part in enumerate(parts):
        if place % 2:
            written += _JOINT if written and not written[-1].isspace() else ""
            following = parts[place + 1]
            apart = not following or following[0].isspace() or following[0] in _CLOSING
            written += f"``{part}``" + ("" if apart else _JOINT)
        else:
            written += _SPECIAL.sub(r"\\\g<0>", part)
    return _JOINT + written if _OPENING.match(written) and written[0] != "`" else written


def _lines(lines: Iterable[Text]) -> str:
    return "\n".join(f"| {_written(line)}" for line in lines)


def _table(table: Table) -> str:
    rows = [
        ".. list-table::",
        "   :header-rows: 1",
        f"   :stub-columns: {table.labels}",
        "",
        *_row([_lines(entry) if len(entry) > 1 else _written(*entry) for entry in table.header]),
    ]
    for row in table.rows:
        rows += _row(map(_written, row))
    return "\n".join(rows)


def _row(entries: Iterable[str]) -> Iterator[str]:
    for place, entry in enumerate(entries):
        first, *rest = entry.split("\n")
        yield f"   {' ' if place else '*'} - {first}".rstrip()
        yield from (f"       {line}" for line in rest)
