"""Text from a file is inert, JSON is strict, and only regular files are read."""

from __future__ import annotations

import json
import os
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.results.untrusted import (
    RefusedError,
    Rejected,
    inert,
    one_line,
    parse_json,
    read_regular,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain text, naïve — 結果", "plain text, naïve — 結果", id="plain"),
        pytest.param("a\tb\nc", "a\tb\nc", id="tab and newline stay"),
        pytest.param("\x1b[31mred\x1b[0m", "�[31mred�[0m", id="ANSI colour"),
        pytest.param("\x1b]0;title\x07", "�]0;title�", id="OSC window title"),
        pytest.param("\x9b31m", "�31m", id="C1 control sequence"),
        pytest.param("100 %\rfake", "100 %�fake", id="carriage return"),
        pytest.param("nul\0", "nul�", id="NUL"),
        pytest.param("abc\u202ecba", "abc�cba", id="right-to-left override"),
        pytest.param("a\u2066b\u2069", "a�b�", id="isolates"),
        pytest.param("a\u200bb\ufeff", "a�b�", id="zero width"),
        pytest.param("a\u2028b", "a�b", id="line separator"),
        pytest.param("a\ud800b", "a�b", id="lone surrogate"),
        pytest.param("a\U000e0041b", "a�b", id="tag"),
    ],
)
def test_text_is_made_inert(text: str, expected: str) -> None:
    assert inert(text) == expected


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_no_control_character_is_left(text: str) -> None:
    shown = inert(text)
    assert len(shown) == len(text)
    assert not {unicodedata.category(letter) for letter in shown if letter not in "\t\n"} & {
        "Cc",
        "Cs",
        "Zl",
        "Zp",
    }
    assert not {unicodedata.bidirectional(letter) for letter in shown} & {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }
    shown.encode("utf-8")


def test_one_line_has_single_spaces() -> None:
    assert one_line(" a\n\n b\t\tc \r") == "a b c �"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("::error::no", ": :error::no", id="at the start"),
        pytest.param("a\n  ::stop-commands::x", "a : :stop-commands::x", id="on a line"),
        pytest.param("##[error]no", "## [error]no", id="old form"),
        pytest.param("tensorflow::errors::Internal", "tensorflow::errors::Internal", id="C++"),
    ],
)
def test_one_line_holds_no_command_for_a_ci_service(text: str, expected: str) -> None:
    assert one_line(text) == expected


def test_a_reason_is_one_bounded_line() -> None:
    assert Rejected.because("a\n" * 10_000).reason == ("a " * 250)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b'{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}, id="plain"),
        pytest.param(rb'{"a": "\u001b[2J"}', {"a": "�[2J"}, id="escaped control character"),
        pytest.param(rb'[["\u0000"]]', [["�"]], id="in nested lists"),
        pytest.param(rb'{"\u0007": {"b": "\u009b"}}', {"�": {"b": "�"}}, id="in keys"),
        pytest.param(rb'"\ud83d\ude00"', "😀", id="a pair of surrogates is one character"),
    ],
)
def test_strict_json_is_parsed(text: bytes, expected: object) -> None:
    assert parse_json(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(b"", "not JSON: Expecting value at line 1 column 1", id="empty"),
        pytest.param(b'{"a"', "not JSON: Expecting ':' delimiter at line 1 column 5", id="cut"),
        pytest.param(b"{}{}", "not JSON: Extra data at line 1 column 3", id="trailing data"),
        pytest.param(b"{}\0", "not JSON: Extra data at line 1 column 3", id="trailing NUL"),
        pytest.param(b'"\xff"', "not UTF-8 at byte 1", id="not UTF-8"),
        pytest.param(b"\xed\xa0\x80", "not UTF-8 at byte 0", id="surrogate as UTF-8"),
        pytest.param(
            b"\xef\xbb\xbf{}",
            "not JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) at line 1 column 1",
            id="BOM",
        ),
        pytest.param(b"{}".decode().encode("utf-16-le"), None, id="UTF-16"),
        pytest.param(b'{"a": 1, "a": 2}', "the key 'a' is there twice", id="key twice"),
        pytest.param(rb'{"\u0001": 1, "\u0002": 2}', "the key '�' is there twice", id="inert key"),
        pytest.param(b"[NaN]", "NaN is no JSON number", id="NaN"),
        pytest.param(b"[-Infinity]", "-Infinity is no JSON number", id="infinity"),
        pytest.param(b"[1e999]", "1e999 is too large a number", id="overflow"),
        pytest.param(b"[" + b"9" * 5000 + b"]", "a number is too long", id="5,000 digits"),
        pytest.param(rb'["\ud800"]', "a lone surrogate in a string", id="lone surrogate"),
        pytest.param(rb'{"\udfff": 1}', "a lone surrogate in a string", id="surrogate in a key"),
        pytest.param(b"[" * 200_000, "nested too deep", id="lists 200,000 deep"),
        pytest.param(b'{"a":' * 200_000, "nested too deep", id="objects 200,000 deep"),
        pytest.param(b'["\x1b"]', None, id="raw control character"),
        pytest.param(b"{'a': 1}", None, id="single quotes"),
        pytest.param(b"[1,]", None, id="trailing comma"),
        pytest.param(b"[01]", None, id="leading zero"),
        pytest.param(b"// a\n1", None, id="comment"),
    ],
)
def test_anything_else_is_refused(text: bytes, reason: str | None) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_json(text)
    if reason:
        assert str(caught.value) == reason


def test_many_keys_take_no_quadratic_time() -> None:
    pairs = ",".join(f'"{number}":0' for number in range(200_000))
    with pytest.raises(RefusedError, match="the key '0' is there twice"):
        parse_json(("{" + pairs + ',"0":0}').encode())


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_random_bytes_give_a_value_or_a_refusal(data: bytes) -> None:
    with suppress(RefusedError):
        parse_json(data)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("abc \n"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", max_size=3), inner),
    max_leaves=20,
)


@settings(max_examples=200)
@given(_VALUES)
def test_json_without_control_characters_is_what_it_was(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value


def test_a_file_up_to_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    with pytest.raises(RefusedError, match=r"^larger than 4 bytes$"):
        read_regular(path, 4)


def _link(path: Path) -> None:
    (path.parent / "target").write_text("secret")
    path.symlink_to("target")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda _: None, "no such file or directory", id="missing"),
        pytest.param(lambda path: path.mkdir(), "not a regular file", id="folder"),
        pytest.param(os.mkfifo, "not a regular file", id="pipe nobody writes to"),
        pytest.param(_link, "a symbolic link", id="link"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "a symbolic link", id="device"),
    ],
)
def test_only_a_regular_file_is_read(tmp_path: Path, make: object, reason: str) -> None:
    path = tmp_path / "file"
    assert callable(make)
    make(path)
    with pytest.raises(RefusedError) as caught:
        read_regular(path, 100)
    assert str(caught.value) == reason
