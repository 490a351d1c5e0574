"""What a block of a document holds, before it is written in a markup: titles, lines, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Prose(str):
    """Text of our own, in which what stands in backticks is code. Any other text is only text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to an address of our own."""

    text: str
    url: str


Text = str | Link
"""One line. Whatever comes out of results is a plain `str`, which a writer makes inert."""


@dataclass(frozen=True, slots=True)
class Title:
    """A heading; `depth` counts from 0, the outermost of the block."""

    text: Text
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that stay apart."""

    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Items:
    """A list under a title that is none of the document's headings; it may be empty."""

    title: str
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header, whose entries may have several lines; `labels` columns name a row.

    The other entries of a table of `letters` are so short that they are centred.
    """

    header: tuple[tuple[Text, ...], ...]
    rows: tuple[tuple[Text, ...], ...]
    labels: int = 1
    letters: bool = False

    @classmethod
    def of(cls, header: Iterable[Text], rows: Iterable[Iterable[Text]]) -> Table:
        """Make a table whose header has one line, and whose first column names its rows."""
        return cls(tuple((entry,) for entry in header), tuple(map(tuple, rows)))


Piece = Title | Lines | Paragraph | Items | Table
