"""How YAML text becomes plain data, and what is refused while it is read."""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import pytest

from runner.matrix import document
from runner.matrix.problems import Finding, MatrixError

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def refused(text: str) -> str:
    with pytest.raises(MatrixError) as caught:
        document.read(text, "m.yaml")
    return caught.value.message


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("12.10", "12.10", id="no float"),
        pytest.param("010", "010", id="no octal"),
        pytest.param("12:30:45", "12:30:45", id="no base 60"),
        pytest.param("1_000", "1_000", id="no underscores"),
        pytest.param("off", "off", id="off is a word"),
        pytest.param("NO", "NO", id="no is a word"),
        pytest.param("~", "~", id="no null"),
        pytest.param("", "", id="nothing is an empty text"),
        pytest.param("2026-11-01", "2026-11-01", id="no date"),
        pytest.param("'quoted'", "quoted", id="single quotes"),
        pytest.param(r'"tab\there"', "tab\there", id="escape"),
        pytest.param("0x1f", "0x1f", id="no hexadecimal"),
        pytest.param(".inf", ".inf", id="no infinity"),
        pytest.param("2.15.1 # stable", "2.15.1", id="comment"),
    ],
)
def test_a_scalar_is_the_text_that_was_written(written: str, value: str) -> None:
    assert document.read(f"key: {written}\n", "m.yaml").data == {"key": value}


def test_every_value_has_the_place_of_its_key_or_item() -> None:
    text = "a:\n  b: [x,\n      y]\n  c:\n    - d: z\n"
    assert document.read(text, "m.yaml").positions == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", "b"): (2, 3),
        ("a", "b", 0): (2, 7),
        ("a", "b", 1): (3, 7),
        ("a", "c"): (4, 3),
        ("a", "c", 0): (5, 7),
        ("a", "c", 0, "d"): (5, 7),
    }


def test_a_finding_gets_the_line_of_the_nearest_part_that_was_written() -> None:
    read = document.read("a:\n  b: one\n", "m.yaml")
    problem = read.problem(Finding(path=("a", "b", 0), message="wrong"))
    assert (problem.line, problem.path, problem.value) == (2, "a.b", "one")
    items = document.read("a: [x, {b: y}]\n", "m.yaml")
    assert items.problem(Finding(path=("a", 0), message="wrong")).value == "x"
    assert items.problem(Finding(path=("a", 1), message="wrong")).value == ""
    assert read.problem(Finding(path=("gone", 3), message="wrong")).text("m.yaml") == (
        "m.yaml:1: wrong"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: x\r\nb:\r\n  - y\r\n", id="CRLF"),
        pytest.param("\ufeffa: x\nb:\n  - y\n", id="byte order mark"),
        pytest.param("a: x\rb:\r  - y\r", id="CR"),
        pytest.param("---\na: x\nb: [y]\n...\n", id="document marks"),
        pytest.param("a: x\nb:\n- y", id="no newline at the end"),
        pytest.param("{a: x, b: [y]}", id="flow"),
    ],
)
def test_the_same_data_in_other_clothes(text: str) -> None:
    read = document.read(text, "m.yaml")
    assert read.data == {"a": "x", "b": ["y"]}
    assert read.problems == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "m.yaml:1: the file is empty", id="empty"),
        pytest.param("# only this\n", "m.yaml:1: the file is empty", id="only a comment"),
        pytest.param(LAUGHS, "m.yaml:1: a: anchor &a: write each value out", id="billion laughs"),
        pytest.param(
            "a: x\nb: *a\n", "m.yaml:2: b: alias *a: write the value out", id="alias of nothing"
        ),
        pytest.param("&k a: x\n", "m.yaml:1: anchor &k: write each value out", id="anchored key"),
        pytest.param(
            "a: 1\nb: {<<: {c: 2}}\n",
            "m.yaml:2: b: merge key <<: write the values out",
            id="merge key",
        ),
        pytest.param(
            "a: !!str 2.10\n",
            "m.yaml:1: a: a tag; every value is text as it stands",
            id="tag",
        ),
        pytest.param(
            "a: !!python/object/apply:os.system [id]\n",
            "m.yaml:1: a: a tag; every value is text as it stands",
            id="python tag",
        ),
        pytest.param(
            "a: ! x\n", "m.yaml:1: a: a tag; every value is text as it stands", id="bare tag"
        ),
        pytest.param(
            "!!map\na: x\n", "m.yaml:1: a tag; every value is text as it stands", id="root tag"
        ),
        pytest.param(
            "a: x\n---\nb: y\n",
            "m.yaml:2: a second document starts here; a matrix is one",
            id="two documents",
        ),
        pytest.param("[" * 51 + "]" * 51, "m.yaml:1: nested more than 50 deep", id="51 deep"),
        pytest.param("[" * 5000, "m.yaml:1: nested more than 50 deep", id="5,000 deep"),
        pytest.param("? " * 5000, "m.yaml:1: a key has to be a word", id="5,000 keys deep"),
        pytest.param("[" + "x," * 10_000 + "]", "m.yaml:1: more than 10,000 values", id="many"),
        pytest.param("a: x\nb: \x00\n", "m.yaml:2: control character U+0000", id="NUL"),
        pytest.param("a: \x1b[31m\n", "m.yaml:1: control character U+001B", id="escape sequence"),
        pytest.param("a: x\r\nb: \x7f", "m.yaml:2: control character U+007F", id="DEL after CRLF"),
        pytest.param("a: x\u2028b: y", "m.yaml:1: control character U+2028", id="separator"),
        pytest.param("a: \u202ex", "m.yaml:1: control character U+202E", id="right to left"),
        pytest.param("a: x\ufeff", "m.yaml:1: control character U+FEFF", id="mark inside"),
        pytest.param("a: \ud800", "m.yaml:1: control character U+D800", id="lone surrogate"),
        pytest.param(
            'a:\n  b: "\\0"\n', "m.yaml:2: a.b: control character U+0000", id="escaped NUL"
        ),
        pytest.param('"\\e[31m": x\n', "m.yaml:1: control character U+001B", id="escaped in a key"),
        pytest.param("[x]: y\n", "m.yaml:1: a key has to be a word", id="list as a key"),
        pytest.param("? {a: b}\n: y\n", "m.yaml:1: a key has to be a word", id="mapping as a key"),
        pytest.param(
            "a:\n\tb: x\n",
            "m.yaml:2: not YAML: found character '\\t' that cannot start any token (column 1)",
            id="tab",
        ),
        pytest.param(
            "a: [x\nb: y\n",
            "m.yaml:2: not YAML: expected ',' or ']', but got ':' (column 2)",
            id="open bracket",
        ),
        pytest.param(
            "a: x\n b: y\n",
            "m.yaml:2: not YAML: mapping values are not allowed here (column 3)",
            id="indented too far",
        ),
        pytest.param(
            'a: "x\n',
            "m.yaml:2: not YAML: found unexpected end of stream (column 1)",
            id="open quote",
        ),
        pytest.param(
            'a: "\\UFFFFFFFF"\n',
            "m.yaml:1: not YAML: an escape in quotes names no character",
            id="no such character",
        ),
        pytest.param(
            "x" * (256 * 1024 + 1),
            "m.yaml:1: larger than 256 KiB, which no matrix needs",
            id="too large",
        ),
    ],
)
def test_what_is_refused_with_its_place(text: str, message: str) -> None:
    assert refused(text) == message


def test_what_is_just_allowed() -> None:
    assert document.read("[" * 50 + "]" * 50, "m.yaml").data != []
    assert document.read("[" + "x," * 9_999 + "]", "m.yaml").data == ["x"] * 9_999
    assert document.read("a: b\n" + "#" * (256 * 1024 - 5), "m.yaml").data == {"a": "b"}


def test_repeated_keys_are_all_reported_and_the_first_stays() -> None:
    read = document.read("a: 1\nb: {c: 1, c: 2}\na: {d: 1, d: 2}\na: 3\n", "m.yaml")
    assert read.data == {"a": "1", "b": {"c": "1"}}
    assert [problem.text("m.yaml") for problem in read.problems] == [
        "m.yaml:2: b.c: 'c' is there twice, first in line 2",
        "m.yaml:3: a: 'a' is there twice, first in line 1",
        "m.yaml:3: 'a (again)'.d: 'd' is there twice, first in line 3",
        "m.yaml:4: a: 'a' is there twice, first in line 1",
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param(b"a: x\nb: \xff\n", "m.yaml:2: not UTF-8: byte 0xff", id="byte"),
        pytest.param("a: x".encode("utf-16"), "m.yaml:1: not UTF-8: byte 0xff", id="UTF-16"),
        pytest.param(b"a: \xc0\xaf", "m.yaml:1: not UTF-8: byte 0xc0", id="overlong"),
        pytest.param(
            b" " * (256 * 1024 + 1),
            "m.yaml:1: larger than 256 KiB, which no matrix needs",
            id="too large",
        ),
    ],
)
def test_bytes_that_are_no_text(raw: bytes, message: str) -> None:
    with pytest.raises(MatrixError) as caught:
        document.decode(raw, "m.yaml")
    assert caught.value.message == message


def test_bytes_that_are_text() -> None:
    assert document.decode(b"\xef\xbb\xbfa: \xc3\xa9", "m.yaml") == "a: é"
    assert document.decode(b" " * 256 * 1024, "m.yaml") == " " * 256 * 1024


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: " + "x" * 262_000, id="one long value"),
        pytest.param("\n" * 262_000, id="blank lines"),
        pytest.param("{a: " * 65_000, id="deep mappings"),
        pytest.param("- " * 130_000, id="deep lists"),
        pytest.param("".join(f"k{i}: v\n" for i in range(25_000)), id="many keys"),
        pytest.param("a: b\n" * 50_000, id="one key repeated"),
        pytest.param(LAUGHS, id="billion laughs"),
    ],
)
def test_hostile_files_cost_little(text: str) -> None:
    tracemalloc.start()
    started = time.process_time()
    with contextlib.suppress(MatrixError):
        document.read(text, "m.yaml")
    seconds = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 10  # well under one second when memory is not being traced
    assert peak < 100_000_000
