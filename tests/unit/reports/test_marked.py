"""Blocks of documents: what is one, what is none, what is wrong, and that all else stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InputError
from runner.reports.marked import fill, find_blocks

if TYPE_CHECKING:
    from runner.reports.marked import Markup

MARKDOWN = """\
# Mine

<!-- samebits: table columns=cases -->
old
<!-- /samebits -->
after
"""
RST = """\
Mine
====

.. samebits: table columns=cases

old

.. /samebits

after
"""
HINT = (
    "A block begins with `<!-- samebits: table -->` and ends with `<!-- /samebits -->`, each alone "
    "on a line. Nothing was written."
)


@pytest.mark.parametrize(
    ("text", "markup", "line"),
    [
        pytest.param(MARKDOWN, "markdown", 3, id="Markdown"),
        pytest.param(RST, "rst", 4, id="RST"),
        pytest.param(
            MARKDOWN.replace(
                "<!-- samebits: table columns=cases -->", "% samebits: table columns=cases"
            ).replace("<!-- /samebits -->", "% /samebits"),
            "markdown",
            3,
            id="MyST",
        ),
    ],
)
def test_a_block(text: str, markup: Markup, line: int) -> None:
    (block,) = find_blocks(text, "a", markup)
    assert (block.words, block.line) == ("table columns=cases", line)
    assert text[block.start : block.stop].strip() == "old"
    before, after = text[: block.start], text[block.stop :]
    assert fill(text, [block], ["new\ntwo\n"]) == f"{before}\nnew\ntwo\n\n{after}"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        pytest.param("```\n<!-- samebits: table -->\n```\n", "markdown", id="in a fence"),
        pytest.param("~~~~\n```\n% /samebits\n~~~\n~~~~ \n", "markdown", id="in a longer fence"),
        pytest.param("```\n<!-- /samebits -->\n", "markdown", id="in a fence that nothing ends"),
        pytest.param("    <!-- samebits: table -->\n", "markdown", id="in indented code"),
        pytest.param("`<!-- samebits: table -->` begins one\n", "markdown", id="in a sentence"),
        pytest.param("<!-- samebits is a tool -->\n", "markdown", id="a comment about it"),
        pytest.param(".. samebits:: table\n", "rst", id="the directive"),
        pytest.param("::\n\n   .. samebits: table\n", "rst", id="in a literal block"),
        pytest.param("<!-- samebits: table -->\n", "rst", id="of another format"),
        pytest.param(".. samebits: table\n", "markdown", id="of RST in Markdown"),
    ],
)
def test_what_is_no_block(text: str, markup: Markup) -> None:
    assert find_blocks(text, "a", markup) == ()


def test_a_fence_inside_a_block_is_replaced_with_it() -> None:
    text = "<!-- samebits: table -->\n```\n<!-- /samebits -->\n```\n<!-- samebits: table -->\n```\n"
    (block,) = find_blocks(text, "a", "markdown")
    assert text[block.start : block.stop] == "```\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "\n<!-- samebits: table -->\n", "a.md:2: a block without its end", id="no end"
        ),
        pytest.param(
            "<!-- /samebits -->\n", "a.md:1: the end of a block that never began", id="no beginning"
        ),
        pytest.param(
            "% samebits: a\n<!-- samebits: b -->\n% /samebits\n",
            "a.md:2: a block inside that of line 1",
            id="nested",
        ),
        pytest.param(
            "<!-- samebits: table --> text\n",
            "a.md:1: no marker of a block: '<!-- samebits: table --> text'",
            id="not alone on its line",
        ),
        pytest.param(
            "<!-- samebits: table\n-->\n",
            "a.md:1: no marker of a block: '<!-- samebits: table'",
            id="over two lines",
        ),
        pytest.param(
            "<!-- Samebits: table -->\n<!-- / samebits -->\n<!-- samebits -->\n",
            "a.md:1: no marker of a block: '<!-- Samebits: table -->'\n"
            "a.md:2: no marker of a block: '<!-- / samebits -->'\n"
            "a.md:3: no marker of a block: '<!-- samebits -->'",
            id="with a slip, all at once",
        ),
        pytest.param(
            f"<!-- samebits: \x1b[31m{'x' * 100_000}\n",
            "a.md:1: no marker of a block: '<!-- samebits: \\x1b[31m"
            f"{'x' * 40}' (and 99,960 characters more)",
            id="hostile and long",
        ),
    ],
)
def test_what_is_wrong_with_markers(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        find_blocks(text, "a.md", "markdown")
    assert (caught.value.message, caught.value.hint) == (said, HINT)


def test_what_is_wrong_with_markers_of_rst() -> None:
    with pytest.raises(InputError, match=r"^b\.rst:3: a block without its end\n"):
        find_blocks("\n\n.. samebits: table\n", "b.rst", "rst")
    with pytest.raises(
        InputError, match=r"^b.rst:1: no marker of a block: '\.\. Samebits: table'\n"
    ):
        find_blocks(".. Samebits: table\n", "b.rst", "rst")


def test_a_block_keeps_the_line_endings_of_its_document() -> None:
    text = "\ufeff<!-- samebits: a -->\r\nold\r\n<!-- /samebits -->\r\nafter\x0b\u2028\x85 \r"
    (block,) = find_blocks(text, "a", "markdown")
    assert fill(text, [block], ["1\n2"]) == (
        "\ufeff<!-- samebits: a -->\r\n\r\n1\r\n2\r\n\r\n<!-- /samebits -->\r\n"
        "after\x0b\u2028\x85 \r"
    )


PARTS = st.sampled_from(
    [
        "text",
        "",
        " ",
        "| a |",
        "```",
        "~~~",
        "    <!-- samebits: a -->",
        "\x0b",
        "\u2028",
        "é\ufeff",
    ]
)
ENDINGS = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(st.tuples(PARTS, ENDINGS)), st.lists(st.tuples(PARTS, ENDINGS)), ENDINGS, PARTS)
def test_nothing_outside_changes_and_filling_again_changes_nothing(
    before: list[tuple[str, str]], after: list[tuple[str, str]], ending: str, content: str
) -> None:
    first, last = ("".join(map("".join, lines)) for lines in (before, after))
    text = f"{first}<!-- samebits: a -->{ending}old{ending}<!-- /samebits -->{ending}{last}"
    blocks = find_blocks(text, "a", "markdown")
    filled = fill(text, blocks, [content] * len(blocks))
    if not blocks:  # the beginning stands in a fence
        assert filled == text
        return
    assert filled.startswith(first)
    assert filled.endswith(f"<!-- /samebits -->{ending}{last}")
    assert fill(filled, find_blocks(filled, "a", "markdown"), [content] * len(blocks)) == filled
