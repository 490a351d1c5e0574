"""`result.json` is written by foreign code: a good one is read, any other becomes a reason."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import case, digest, probe

from runner.results.probe_output import RESULT_LIMIT, ProbeOutput, read_output
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = probe(case("random.normal", "a", "a"), case("nn.conv2d", "b", "c", family="conv"))


def reading(folder: Path, text: str | bytes) -> ProbeOutput | Rejected:
    (folder / "result.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_output(folder)


def changed(**changes: object) -> str:
    """The good output with some top-level values replaced."""
    return json.dumps({**GOOD.model_dump(mode="json"), **changes})


def case_with(**changes: object) -> str:
    document = GOOD.model_dump(mode="json")
    document["cases"][0] |= changes
    return json.dumps(document)


def output_with(**changes: object) -> str:
    document = GOOD.model_dump(mode="json")
    document["cases"][0]["outputs"][0] |= changes
    return json.dumps(document)


def fingerprint_with(**changes: object) -> str:
    document = GOOD.model_dump(mode="json")
    document["fingerprint"] |= changes
    return json.dumps(document)


def without(name: str) -> str:
    document = GOOD.model_dump(mode="json")
    del document[name]
    return json.dumps(document)


def test_a_good_output_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert reading(tmp_path, GOOD.model_dump_json()) == GOOD


def test_control_characters_in_text_become_replacement_characters(tmp_path: Path) -> None:
    text = case_with(status="error", outputs=[], reason="\x1b[31mboom\x1b[0m\nat line 2\u202e")
    output = reading(tmp_path, text)
    assert isinstance(output, ProbeOutput)
    assert output.cases[0].reason == "�[31mboom�[0m\nat line 2�"


def test_a_case_that_failed_needs_no_outputs(tmp_path: Path) -> None:
    output = reading(tmp_path, case_with(status="unsupported", outputs=[], seconds=[]))
    assert isinstance(output, ProbeOutput)


OUTPUT = GOOD.model_dump(mode="json")["cases"][0]["outputs"][0]
STRING = "Input should be a valid string"
HOSTILE = {
    # no JSON of ours
    "empty": ("", "not JSON: Expecting value at line 1 column 1"),
    "white space": (" \n", "not JSON: Expecting value at line 2 column 1"),
    "cut": (changed()[:-1], "not JSON: Expecting ',' delimiter at line 1 column "),
    "trailing data": (changed() + "{}", "not JSON: Extra data at line 1 column "),
    "NUL at the end": (changed() + "\0", "not JSON: Extra data at line 1 column "),
    "not UTF-8": (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
    "UTF-16": (changed().encode("utf-16"), "not UTF-8 at byte 0"),
    "BOM": (b"\xef\xbb\xbf" + changed().encode(), "not JSON: Unexpected UTF-8 BOM"),
    "a list": ("[]", "not a JSON object"),
    "a string": ('"result"', "not a JSON object"),
    "null": ("null", "not a JSON object"),
    "HTML": ("<html>", "not JSON: Expecting value at line 1 column 1"),
    "key twice": ('{"schema_version": 1, "schema_version": 2}', "the key 'schema_version' is"),
    "200,000 lists": ("[" * 200_000 + "]" * 200_000, "nested too deep"),
    "200,000 objects": ('{"a":' * 200_000, "nested too deep"),
    "90 lists": (changed(recipe=json.loads("[" * 90 + "]" * 90)), "recipe.0: " + STRING),
    "5,000 digits": (changed(seed=0).replace('"seed": 0', f'"seed": {"9" * 5000}'), "a number is"),
    "NaN": (changed(import_seconds=float("nan")), "NaN is no JSON number"),
    "infinity": (changed(import_seconds=float("inf")), "Infinity is no JSON number"),
    "1e999": (changed(import_seconds=0).replace('seconds": 0', 'seconds": 1e999'), "1e999 is too"),
    "lone surrogate": (changed(recipe=["\ud800"]), "a lone surrogate in a string"),
    # another schema
    "newer schema": (
        changed(schema_version=3, novelty={}),
        "written by a newer probe (schema 3; this samebits reads 2)",
    ),
    "4,000 digits of schema": (changed(schema_version=10**4000), "written by a newer probe (sche"),
    "schema 0": (changed(schema_version=0), "schema_version: Input should be 1 or 2"),
    "schema true": (changed(schema_version=True), "schema_version: missing, or no whole number"),
    "schema as text": (changed(schema_version="2"), "schema_version: missing, or no whole number"),
    "no schema": (without("schema_version"), "schema_version: missing, or no whole number"),
    # wrong types and ranges
    "no cases": (without("cases"), "cases: Field required"),
    "unknown key": (changed(extra=1), "extra: Extra inputs are not permitted"),
    "cases an object": (changed(cases={}), "cases: Input should be a valid array"),
    "case a number": (changed(cases=[1]), "cases.0: Input should be an object"),
    "seed as text": (changed(seed="42"), "seed: Input should be a valid integer"),
    "seed a float": (changed(seed=42.5), "seed: Input should be a valid integer"),
    "seed beyond 64 bits": (changed(seed=2**63), "seed: Input should be less than 9223372036854"),
    "no repeats": (changed(repeats=0), "repeats: Input should be greater than or equal to 1"),
    "negative time": (changed(import_seconds=-1), "import_seconds: Input should be greater than"),
    "a century": (changed(import_seconds=3e9), "import_seconds: Input should be less than"),
    "order unknown": (changed(order="random"), "order: Input should be 'forward' or 'reversed'"),
    "status unknown": (case_with(status="maybe"), "cases.0.status: Input should be 'ok', 'uns"),
    "reason too long": (case_with(reason="a" * 4001), "cases.0.reason: String should have at most"),
    "case named by path": (case_with(name="../../etc"), "cases.0.name: String should match"),
    "case named HTML": (case_with(name="<b>"), "cases.0.name: String should match"),
    "case named with newline": (case_with(name="a\n"), "cases.0.name: String should match"),
    "case named Markdown": (case_with(name="a|b"), "cases.0.name: String should match"),
    "case named formula": (case_with(name="=1+1"), "cases.0.name: String should match"),
    "digest in capitals": (
        output_with(digests=[digest(1).upper()] * 2),
        "cases.0.outputs.0.digests.0: String should match",
    ),
    "digest too short": (output_with(digests=["ab"] * 2), "cases.0.outputs.0.digests.0: String"),
    "digest a path": (output_with(digests=["../" * 21 + "a"] * 2), "cases.0.outputs.0.digests.0"),
    "no digests": (output_with(digests=[]), "cases.0.outputs.0.digests: Tuple should have at"),
    "negative shape": (output_with(shape=[-1]), "cases.0.outputs.0.shape.0: Input should be gr"),
    "huge shape": (output_with(shape=[2**41]), "cases.0.outputs.0.shape.0: Input should be less"),
    "17 dimensions": (output_with(shape=[1] * 17), "cases.0.outputs.0.shape: Tuple should have"),
    "stored as text": (output_with(stored="yes"), "cases.0.outputs.0.stored: Input should be a"),
    "package a number": (
        fingerprint_with(packages={"numpy": 1.26}),
        "fingerprint.packages.numpy: Input should be a valid string",
    ),
    "3,000 packages": (
        fingerprint_with(packages={f"p{number}": "1" for number in range(3000)}),
        "fingerprint.packages: Dictionary should have at most 2000 items",
    ),
    # contradictions
    "case twice": (
        changed(cases=GOOD.model_dump(mode="json")["cases"][:1] * 2),
        "case 'random.normal' is there 2 times",
    ),
    "output twice": (
        case_with(outputs=[OUTPUT, OUTPUT]),
        "random.normal: output 'out' is there 2 times",
    ),
    "ok without outputs": (
        case_with(outputs=[]),
        "random.normal: status is ok, but it has no outputs",
    ),
    "a repeat short": (
        output_with(digests=[digest(1)]),
        "random.normal: out: digests for 1 repeats, not for 2",
    ),
}


@pytest.mark.parametrize(
    ("text", "reason"),
    [pytest.param(text, reason, id=name) for name, (text, reason) in HOSTILE.items()],
)
def test_a_bad_output_becomes_a_reason(tmp_path: Path, text: str | bytes, reason: str) -> None:
    outcome = reading(tmp_path, text)
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith(f"result.json: {reason}")
    assert len(outcome.reason) <= 500
    assert "\n" not in outcome.reason


def test_the_table_is_long_enough() -> None:
    assert len(HOSTILE) >= 40


def test_only_the_first_problems_are_told(tmp_path: Path) -> None:
    outcome = reading(tmp_path, '{"schema_version": 1}')
    assert outcome == Rejected(
        "result.json: order: Field required; seed: Field required; repeats: Field required; "
        "and 4 more"
    )


def test_a_hostile_key_is_inert_and_short_in_the_reason(tmp_path: Path) -> None:
    outcome = reading(tmp_path, changed(**{"\x1b[2J" + "k" * 1000: 1}))
    assert isinstance(outcome, Rejected)
    key = "�[2J" + "k" * 96
    assert outcome.reason == f"result.json: {key}: Extra inputs are not permitted"


def _link(path: Path) -> None:
    target = path.with_name("target")
    target.write_text(GOOD.model_dump_json())
    path.symlink_to(target)


def _oversized(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(RESULT_LIMIT + 1)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda _: None, "no such file or directory", id="missing"),
        pytest.param(lambda path: path.mkdir(), "not a regular file", id="folder"),
        pytest.param(os.mkfifo, "not a regular file", id="pipe"),
        pytest.param(_link, "a symbolic link", id="link to a good one"),
        pytest.param(lambda path: path.symlink_to("/etc/shadow"), "a symbolic link", id="shadow"),
        pytest.param(lambda path: path.symlink_to(path), "a symbolic link", id="link to itself"),
        pytest.param(_oversized, "larger than 16,777,216 bytes", id="too large"),
    ],
)
def test_only_a_regular_file_of_bounded_size_is_read(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / "result.json")
    assert read_output(tmp_path) == Rejected(f"result.json: {reason}")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(sorted(ProbeOutput.model_fields)), value=_JSON)
def test_whatever_a_field_holds_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    folder = tmp_path_factory.mktemp("out", numbered=True)
    assert isinstance(reading(folder, changed(**{field: value})), ProbeOutput | Rejected)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(GOOD.model_dump_json()) - 1), byte=st.integers(0, 255))
def test_whatever_byte_is_changed_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    data = bytearray(GOOD.model_dump_json().encode())
    data[place] = byte
    folder = tmp_path_factory.mktemp("out", numbered=True)
    assert isinstance(reading(folder, bytes(data)), ProbeOutput | Rejected)
