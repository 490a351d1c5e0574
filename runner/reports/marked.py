"""Marked blocks in documents: where they begin and end, and a document with others inside them.

A block lies between two comments of its format, each alone on a line. What begins one says what it
holds; `block_request` reads that. In Markdown and MyST::

    <!-- samebits: table columns=cases -->          % samebits: table columns=cases
    <!-- /samebits -->                              % /samebits

in reStructuredText::

    .. samebits: table columns=cases
    .. /samebits

A marker inside a fenced or indented piece of code is an example and no marker. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from runner.errors import InputError
from runner.matrix.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from re import Pattern

Markup = Literal["markdown", "rst"]
ENDINGS: Final[dict[str, Markup]] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".myst": "markdown",
    ".rst": "rst",
    ".rest": "rst",
}
_BEGINS: Final[dict[Markup, Pattern[str]]] = {
    "markdown": re.compile(
        r" {0,3}(?:<!-- *samebits:(?P<html>.*?)--> *|% *samebits:(?P<myst>.*))", re.DOTALL
    ),
    "rst": re.compile(r"\.\. samebits:(?!:)(?P<rst>.*)"),
}
_ENDS: Final[dict[Markup, Pattern[str]]] = {
    "markdown": re.compile(r" {0,3}(?:<!-- */samebits *--> *|% */samebits *)"),
    "rst": re.compile(r"\.\. /samebits *"),
}
# What was surely meant as a marker, so that one with a slip is no silent comment.
_MEANT: Final[dict[Markup, Pattern[str]]] = {
    "markdown": re.compile(r" {0,3}(?:<!--|%) *(?:/ *)?samebits *(?::|-->|$)", re.IGNORECASE),
    "rst": re.compile(r"\.\. *(?:/ *)?samebits *(?::(?!:)|$)", re.IGNORECASE),
}
_EXAMPLES: Final[dict[Markup, tuple[str, str]]] = {
    "markdown": ("<!-- samebits: table -->", "<!-- /samebits -->"),
    "rst": (".. samebits: table", ".. /samebits"),
}
_FENCE: Final = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\r\n]*)")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block: what its beginning says, and which characters of the document it holds.

    `line` counts from 1 and is that of the beginning. `text[start:stop]` is what lies between the
    two markers, and `newline` the line ending of the first.
    """

    words: str
    line: int
    start: int
    stop: int
    newline: str


def find_blocks(text: str, name: str, markup: Markup) -> tuple[Block, ...]:
    """Find the blocks of a document; `name` is its file's, for messages.

    Raises
    ------
    InputError
        A beginning without an end, an end without a beginning, one block inside another, or a
        marker that is not alone on its line. All are told, each with its line.
    """
    found: list[Block] = []
    problems: list[str] = []
    begun: Block | None = None
    for line in _lines(text, markup):
        begins, ends = (one[markup].fullmatch(line.text) for one in (_BEGINS, _ENDS))
        if begins:
            if begun:
                problems.append(f"{name}:{line.number}: a block inside that of line {begun.line}")
            begun = _begun(begins, line)
        elif ends and begun:
            found.append(_ended(begun, line.start))
            begun = None
        elif ends:
            problems.append(f"{name}:{line.number}: the end of a block that never began")
        elif _MEANT[markup].match(line.text) and not begun:
            problems.append(f"{name}:{line.number}: no marker of a block: {shown(line.text)}")
    if begun:
        problems.append(f"{name}:{begun.line}: a block without its end")
    if problems:
        first, last = _EXAMPLES[markup]
        hint = f"A block begins with `{first}` and ends with `{last}`, each alone on a line."
        raise InputError("\n".join(problems), f"{hint} Nothing was written.")
    return tuple(found)


def fill(text: str, blocks: Sequence[Block], contents: Iterable[str]) -> str:
    """Put new contents into the blocks of a document; what lies outside stays as it is."""
    parts, last = [], 0
    for block, content in zip(blocks, contents, strict=True):
        parts += [text[last : block.start], inside(block, content)]
        last = block.stop
    return "".join([*parts, text[last:]])


def inside(block: Block, content: str) -> str:
    """Write a content as it stands in a block, with an empty line before and after it."""
    return block.newline.join(["", *content.strip("\n").split("\n"), "", ""])


@dataclass(frozen=True, slots=True)
class _Line:
    """One line without its ending, and where it and the next one start."""

    number: int
    text: str
    start: int
    stop: int
    newline: str


def _lines(text: str, markup: Markup) -> Iterator[_Line]:
    """Give all lines that are not inside fenced code."""
    fence = ""
    inside = False
    for number, match in enumerate(_LINE.finditer(text), 1):
        whole = match[0].removeprefix("\ufeff")
        bare = whole.rstrip("\r\n")
        opened = _FENCE.match(bare) if markup == "markdown" and not inside else None
        if fence:
            if opened and opened["fence"].startswith(fence) and not opened["info"].strip():
                fence = ""
            continue
        if opened and not ("`" in opened["fence"] and "`" in opened["info"]):
            fence = opened["fence"]
            continue
        # What a block holds is replaced whole, so a fence in it opens nothing.
        inside = (inside or bool(_BEGINS[markup].fullmatch(bare))) and not _ENDS[markup].fullmatch(
            bare
        )
        yield _Line(number, bare, match.start(), match.end(), whole[len(bare) :] or "\n")


def _begun(match: re.Match[str], line: _Line) -> Block:
    words = next(group for group in match.groups() if group is not None)
    return Block(
        words=words.strip(),
        line=line.number,
        start=line.stop,
        stop=line.stop,
        newline=line.newline,
    )


def _ended(begun: Block, stop: int) -> Block:
    return Block(
        words=begun.words,
        line=begun.line,
        start=begun.start,
        stop=stop,
        newline=begun.newline,
    )
