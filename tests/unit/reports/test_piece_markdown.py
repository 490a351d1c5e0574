"""Pieces as Markdown: code of our own stays code, what comes out of results is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.reports.stores import HOSTILE, small

from runner.reports import block_contents, piece_markdown
from runner.reports.pieces import Items, Lines, Link, Paragraph, Prose, Table, Title

if TYPE_CHECKING:
    from runner.reports.pieces import Piece


def test_each_kind_of_piece() -> None:
    pieces: list[Piece] = [
        Title("One"),
        Title("Under it", 1),
        Lines(("first", "second")),
        Paragraph(Prose("`--a|b` of *it*.")),
        Items("Such", ("one", Link("two", "https://example.org"))),
        Items("None", ()),
        Table.of(("a", "b"), [("x", Prose("`y|z`"))]),
        Table((("a",), ("b", "c")), (("x", "A~"),), letters=True),
    ]
    assert piece_markdown.write(pieces, 2) == (
        "## One\n\n### Under it\n\n"
        "first<br>\nsecond\n\n"
        "`--a|b` of \\*it\\*.\n\n"
        "**Such**\n\n- one\n- [two](https://example.org)\n\n"
        "**None**\n\n"
        "| a | b |\n| --- | --- |\n| x | `y\\|z` |\n\n"
        "| a   | b<br>c |\n| --- | :----: |\n| x   | A\\~    |\n"
    )


def test_hostile_text_is_escaped() -> None:
    text = piece_markdown.write([Title(HOSTILE), Table.of(("a",), [(HOSTILE,)])], 3)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<b" not in text.replace("\\<b", "")
    assert "[link]" not in text
    assert len([line for line in text.splitlines() if line.startswith("|")]) == 3


def test_a_brief_table_has_no_caption_and_no_notes() -> None:
    brief, full = (
        piece_markdown.write(block_contents.table(small(), "families", brief=brief), 3)
        for brief in (True, False)
    )
    assert "trials of 2 repeats" not in brief
    assert "no GPU on this host" not in brief
    assert "\nNot in the table: 3 cells without a result.\n" in brief
    assert "trials of 2 repeats" in full
    assert "no GPU on this host" in full
    grid = [line for line in full.splitlines() if line.startswith("|")]
    assert [line for line in brief.splitlines() if line.startswith("|")] == grid
