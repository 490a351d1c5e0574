"""The heat map of a context: a row for each cell with a result, a column for each family."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from runner.analysis.comparison import Verdict
from runner.reports.fold import NOT_APPLICABLE
from runner.reports.grid import MARKS, PARTIAL, UNPROVEN, family_text
from runner.reports.html.recorded import clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.analysis.comparison import CellResult, Context, MissingCell
    from runner.reports.fold import Scales

COLOURS: Final = 8
"""Colours that the style sheet has for the letters after A, which is grey. Later letters have the
same colours again, with a bar below."""
LONGEST_LABEL: Final = 24
_LETTERS: Final = re.compile("[A-Z]+")
_TONES: Final = {
    MARKS[Verdict.ERROR]: "error",
    MARKS[Verdict.VARIES]: "varies",
    MARKS[Verdict.UNSUPPORTED]: "unsupported",
    PARTIAL: "partial",
    UNPROVEN: "unproven",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """The text of one entry and the classes by which the style sheet colours it."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One cell. `label` has the values of the axes that vary, padded so that they are columns."""

    cell: str
    link: str
    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """One cell without a result."""

    cell: str
    link: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Heat:
    """The whole map; `label` names the axes as the labels of the rows are written."""

    label: str
    families: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    without: tuple[Without, ...]


def heat(context: Context, scales: Scales, number: int) -> Heat:
    """Make the map of the context that is the `number`-th of the page."""
    names = [_values(scales, dict(zip(scales.varying, scales.varying, strict=True)))]
    labels = names + [_values(scales, cell.axes) for cell in context.cells]
    widths = [max(map(len, column)) for column in zip(*labels, strict=True)]
    padded = [
        "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()
        for words in labels
    ]
    return Heat(
        label=padded[0],
        families=tuple((clip(name), len(cases)) for name, cases in context.families.items()),
        rows=tuple(
            Row(clip(cell.cell), link(number, cell.cell), label, _entries(cell, context))
            for cell, label in zip(context.cells, padded[1:], strict=True)
        ),
        without=tuple(_without(cell, number) for cell in context.missing),
    )


def link(number: int, cell: str) -> str:
    """The address inside the page of a cell's own view."""
    return f"#cell/{number}/{quote(clip(cell), safe='')}"


def tone(text: str) -> str:
    """Give the classes of an entry: a colour for its letter, and one for each mark."""
    tones = [word for mark, word in _TONES.items() if mark in text]
    letters = _LETTERS.match(text)
    if letters:
        again, colour = divmod(_place(letters[0]) - 1, COLOURS)
        tones = [f"g{colour + 1 if again >= 0 else 0}", *(["again"] if again > 0 else []), *tones]
    return " ".join(tones or ["absent"])


def _place(letters: str) -> int:
    """A, B, … Z, AA as 0, 1, … 25, 26."""
    place = 0
    for letter in letters:
        place = place * len(ascii_uppercase) + ascii_uppercase.index(letter) + 1
    return place - 1


def _values(scales: Scales, axes: Mapping[str, str]) -> list[str]:
    words = (axes.get(axis, "") or NOT_APPLICABLE for axis in scales.varying)
    return [clip(word, LONGEST_LABEL) for word in words]


def _entries(cell: CellResult, context: Context) -> tuple[Entry, ...]:
    texts = {one.family: family_text(one) for one in cell.families}
    found = (texts.get(family, "") for family in context.families)
    return tuple(Entry(text, tone(text)) for text in found)


def _without(cell: MissingCell, number: int) -> Without:
    return Without(
        cell=clip(cell.cell),
        link=link(number, cell.cell),
        status=cell.status.value,
        reason=clip(cell.reason),
    )
