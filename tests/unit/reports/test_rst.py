"""Pieces as RST: docutils finds the pieces and nothing else, whatever their text says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from hypothesis import example, given
from hypothesis import strategies as st
from unit.reports.stores import HOSTILE, hostile, small

from runner.reports import block_contents, rst
from runner.reports.pieces import Items, Lines, Link, Paragraph, Prose, Table, Title
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from runner.reports.grid import Columns
    from runner.reports.pieces import Piece


def read(text: str) -> nodes.document:
    """Parse, with every complaint an error."""
    return publish_doctree(
        text, settings_overrides={"halt_level": 2, "file_insertion_enabled": False}
    )


def test_each_kind_of_piece() -> None:
    assert rst.write(
        [
            Title("One"),
            Lines(("first", "second")),
            Paragraph(Prose("`run --only` of `a`s: done.")),
            Items("Such", ("one", Link("two", "https://example.org"))),
            Items("None", ()),
            Table((("a",), ("b", "c")), (("x", "y"), ("", "-"))),
        ]
    ) == (
        ".. rubric:: One\n\n"
        "| first\n| second\n\n"
        "``run --only`` of ``a``\\ s: done.\n\n"
        "**Such**\n\n"
        "- one\n- `two <https://example.org>`__\n\n"
        "**None**\n\n"
        ".. list-table::\n   :header-rows: 1\n   :stub-columns: 1\n\n"
        "   * - a\n     - | b\n       | c\n"
        "   * - x\n     - y\n"
        "   * -\n     - \\ -\n"
    )


MARKUP = (
    nodes.comment,
    nodes.definition_list,
    nodes.doctest_block,
    nodes.emphasis,
    nodes.enumerated_list,
    nodes.field_list,
    nodes.literal,
    nodes.literal_block,
    nodes.raw,
    nodes.reference,
    nodes.target,
)
ATTACKS = [
    HOSTILE,
    "*a* **b** `c` ``d`` |e| f_ g__ [1]_ :role:`x` <http://evil>",
    "http://evil.example javascript:alert(1) me@evil.example",
    ".. raw:: html",
    "- item",
    "1. item",
    "A) item",
    "(1) item",
    "#. item",
    ":field: value",
    "====",
    ">>> 1",
    "| line",
    "\\",
    "a\\",
    ".. /samebits",
    "::",
    "ends with::",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_text_is_only_text(text: str) -> None:
    pieces: list[Piece] = [Title(text), Lines((text, text)), Paragraph(text), Items(text, (text,))]
    document = read(rst.write([*pieces, Table.of((text, "b"), [(text, text)])]))
    told = [node for node in document.findall(nodes.Element) if isinstance(node, MARKUP)]
    assert told == []
    line = one_line(text)
    texts = [node.astext() for node in document.findall(nodes.paragraph)]
    assert texts.count(line) >= 4
    assert document.next_node(nodes.rubric).astext() == line  # type: ignore[union-attr] # it is there


@example("\\\\")  # escaped it is four backslashes, which are a rule
@example("\\" * 3)
@given(st.text(st.sampled_from("ab1 .:-+*`|_<>@[]()#=~\\/'\"\n")))
def test_any_text_is_only_text(text: str) -> None:
    found = read(rst.write([Paragraph(f"x{text}"), Paragraph(text or "x")]))
    first, *_ = found.findall(nodes.paragraph)
    assert first.astext() == one_line(f"x{text}")
    assert {type(node) for node in found.findall(nodes.Element)} <= {
        nodes.document,
        nodes.paragraph,
    }


def test_a_whole_report() -> None:
    document = read(rst.write(block_contents.table(small(), "families", brief=False)))
    table = next(document.findall(nodes.table))
    rows = [
        [entry.astext() for entry in row.findall(nodes.entry)] for row in table.findall(nodes.row)
    ]
    assert rows[0] == ["tensorflow", "determinism", "stream", "conv"]
    assert rows[1] == ["2.15.1", "off", "A·", "A~"]


@pytest.mark.parametrize("columns", ["families", "cases"])
def test_a_hostile_store(columns: Columns) -> None:
    document = read(rst.write(block_contents.table(hostile(), columns, brief=False)))
    assert not list(document.findall(nodes.reference))
    assert "\x1b" not in document.astext()
