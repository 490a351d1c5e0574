"""Whatever the text, the answer is a matrix or a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.matrix.matrix_text import GPU, SMALL

from runner.errors import InputError
from runner.matrix import document, spec

if TYPE_CHECKING:
    from runner.matrix.spec import Matrix

BIG = (
    GPU
    + """\
    exclude: [{tensorflow: 2.19.1, because: why}]
    include: [{cuda: 12.5.0}]
settings: {threads: [1, 2], env: {none: {}, a: {X: y}}}
probe: {trials: 3, repeats: 2, seed: 42, timeout: 10m, memory: 8g}
"""
)

PIECES = st.sampled_from(
    [
        "version: 1\n",
        "environments:\n",
        "  g:\n",
        "    python: 3.11\n",
        "    tensorflow: 2.20.0\n",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "- ",
        "\n",
        "  ",
        "&a ",
        "*a",
        "<<: ",
        "!!str ",
        "---\n",
        "? ",
        "|\n",
        ">-\n",
        '"',
        "'",
        "\\U0010FFFF",
        "#",
        "%YAML 1.2\n",
        "\t",
        "\x00",
        "\r",
        "~",
        "é",
    ]
)
KEYS = st.sampled_from(
    [
        "version",
        "base",
        "environments",
        "settings",
        "probe",
        "python",
        "tensorflow",
        "keras",
        "numpy",
        "cuda",
        "cudnn",
        "device",
        "exclude",
        "include",
        "because",
        "threads",
        "env",
        "timeout",
        "x",
    ]
)
WORDS = st.sampled_from(
    ["1", "3.11", "2.20.0", "12.9.1", "system", "9.3.0.75", "gpu", "off", "10m", "8g", "", "x:1"]
)
TREES = st.recursive(
    WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | WORDS, inner, max_size=4),
    max_leaves=20,
)


def answer(text: str) -> Matrix | InputError:
    try:
        return spec.parse(text, "m.yaml")
    except InputError as error:
        return error


def check(answer: Matrix | InputError) -> None:
    if isinstance(answer, InputError):
        lines = answer.message.splitlines()
        assert lines
        assert all(line.startswith("m.yaml:") and line.isprintable() for line in lines)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check(answer(text))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_pieces_of_yaml(text: str) -> None:
    check(answer(text))


def flow(tree: object) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(flow(item) for item in tree) + "]"
    return '"' + "".join(f"\\U{ord(character):08x}" for character in str(tree)) + '"'


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_any_tree(tree: dict[str, object]) -> None:
    check(answer(flow({"version": "1", **tree})))


@settings(max_examples=300, deadline=None)
@given(TREES, KEYS)
def test_any_group(tree: object, key: str) -> None:
    check(answer(SMALL + f"    {key}: {flow(tree)}\n"))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(BIG)), st.integers(0, 20), st.text(max_size=3) | PIECES)
def test_any_slip_of_the_hand(place: int, length: int, typed: str) -> None:
    check(answer(BIG[:place] + typed + BIG[place + length :]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes(raw: bytes) -> None:
    try:
        found = answer(document.decode(raw, "m.yaml"))
    except InputError as error:
        found = error
    check(found)


def test_the_file_that_slips_are_made_in_is_right() -> None:
    assert len(spec.parse(BIG, "m.yaml").cells) == (4 + 2 * 2) * 8
