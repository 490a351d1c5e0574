"""The file that later results are held against: small, sorted, and read as a stranger's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import HOST_CLASS, cell, digest

from runner.errors import InputError
from runner.results.baseline import SHORT, Baseline, BaselineContext, encode, read

if TYPE_CHECKING:
    from pathlib import Path

BITS = digest("x")[:SHORT]
CELL = cell().id


def baseline(**changed: object) -> Baseline:
    context = {
        "engine": "docker",
        "host_class": HOST_CLASS,
        "probe": "probe-1",
        "seed": 42,
        "cells": {CELL: {"b": "varies", "a": BITS}},
    }
    return Baseline(matrix="", contexts=(BaselineContext.model_validate(context | changed),))


TEXT = f"""\
{{
 "baseline_version": 1,
 "contexts": [
  {{
   "cells": {{
    "{CELL}": {{
     "a": "{BITS}",
     "b": "varies"
    }}
   }},
   "engine": "docker",
   "host_class": "{HOST_CLASS}",
   "probe": "probe-1",
   "seed": 42
  }}
 ],
 "matrix": ""
}}
"""


def test_one_line_for_each_case_of_each_cell_sorted(tmp_path: Path) -> None:
    assert encode(baseline()).decode() == TEXT
    (tmp_path / "b.json").write_bytes(encode(baseline()))
    assert read(tmp_path / "b.json") == baseline()


def test_a_result_that_changes_is_one_line_that_changes() -> None:
    before = encode(baseline()).splitlines()
    after = encode(baseline(cells={CELL: {"b": "varies", "a": digest("y")[:SHORT]}})).splitlines()
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_contexts_are_sorted() -> None:
    (docker,), (venv,) = baseline().contexts, baseline(engine="venv").contexts
    both = [Baseline(matrix="", contexts=pair) for pair in ((docker, venv), (venv, docker))]
    assert encode(both[0]) == encode(both[1])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(None, "no such file or directory", id="missing"),
        pytest.param("", "not JSON: Expecting value at line 1 column 1", id="empty"),
        pytest.param("[]", "not a JSON object", id="a list"),
        pytest.param("{}", "baseline_version: missing, or no whole number", id="something else"),
        pytest.param(TEXT.replace(": 1,", ": true,", 1), "baseline_version: missing, or", id="true"),
        pytest.param(TEXT.replace(": 1,", ": 2,", 1), "written by a newer samebits", id="newer"),
        pytest.param(TEXT.replace('"varies"', '"varied"'), "String should match", id="a word"),
        pytest.param(TEXT.replace(BITS, BITS[:-1]), "String should match", id="a digest cut"),
        pytest.param(TEXT.replace('"seed"', '"sed"'), "contexts.0.seed: Field required", id="key"),
        pytest.param(TEXT.replace('"b"', '"a"'), "the key 'a' is there twice", id="a key twice"),
        pytest.param(TEXT.replace('"a"', '"<b>"'), "String should match", id="markup for a case"),
        pytest.param(
            json.dumps(json.loads(TEXT) | {"contexts": json.loads(TEXT)["contexts"] * 2}),
            "contexts: an engine and host class are there twice",
            id="a context twice",
        ),
    ],
)
def test_what_is_no_baseline(tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "b.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.message.startswith(f"{path}: no baseline: ")
    assert reason in caught.value.message
    assert "baseline update" in caught.value.hint
