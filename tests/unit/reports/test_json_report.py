"""The report for programs: documented, stable, sorted, inert."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import jsonschema
import pytest
from unit.reports.gates import crowded, idle, planted
from unit.reports.stores import hostile, small
from unit.results.synthetic import case, cell, key, run, status, trial, trials

from runner.analysis.compare import compare
from runner.reports import json_report
from runner.results.records import Status
from runner.results.store import Damaged

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison


LATER = key(cell(), lock="lock-2")


def document(comparison: Comparison) -> dict[str, object]:
    loaded = json.loads(json_report.render(comparison))
    assert isinstance(loaded, dict)
    return loaded


def test_an_empty_store() -> None:
    assert document(compare([], [])) == {
        "schema_version": 1,
        "contexts": [],
        "damaged": [],
        "baseline": None,
    }


def test_everything_that_is_known_of_a_cell() -> None:
    of, other = cell("2.15.1"), cell("2.16.2")
    records = [
        trial(of, case("a", "x", "x"), case("b", "x", "y")),
        trial(of, case("a", "x", "x"), case("b", "y", "y"), at=1),
        trial(of, status=Status.TIMED_OUT, reason="600 s", at=2),
    ]
    said = run([status(of), status(other, Status.SKIPPED, "no base image")])
    damaged = [Damaged(f"trials/{of.id}/x.json", "truncated")]
    assert document(compare(records, [said], damaged)) == {
        "schema_version": 1,
        "baseline": None,
        "damaged": [{"path": f"trials/{of.id}/x.json", "reason": "truncated"}],
        "contexts": [
            {
                "engine": "docker",
                "engine_reason": "",
                "host_class": "cpu avx512_bf16",
                "machines": ["AMD EPYC 9R14"],
                "seed": 42,
                "pinned": True,
                "first_trial": "2026-11-22T09:00:00Z",
                "last_trial": "2026-11-22T09:00:01Z",
                "traces": [],
                "distances": [],
                "safe_to_swap": [],
                "nearest_to_swap": None,
                "changed_by_last_run": [],
                "cost_of_determinism": [],
                "cells": [
                    {
                        "cell": of.id,
                        "axes": of.axes,
                        "factors": {
                            "python release": "3.11.7",
                            "keras": "3.12.0",
                            "numpy": "1.26.4",
                            "ml-dtypes": "none",
                            "opt-einsum": "none",
                            "processor": "AMD EPYC 9R14",
                            "instruction set": "baseline",
                        },
                        "result": True,
                        "status": "done",
                        "reason": "",
                        "trials_done": 2,
                        "trials_started": 3,
                        "trials_superseded": 0,
                        "damaged_files": 1,
                        "cases": [
                            {
                                "case": "a",
                                "family": "a",
                                "verdict": "identical",
                                "group": "A",
                                "level": None,
                                "processes": 2,
                                "repeats_seen": 4,
                                "distinct_results": 1,
                                "rate_below": 0.75,
                                "process_rate_below": 1.0,
                                "proven": True,
                                "reason": "",
                            },
                            {
                                "case": "b",
                                "family": "b",
                                "verdict": "varies",
                                "group": None,
                                "level": "in one process",
                                "processes": 2,
                                "repeats_seen": 4,
                                "distinct_results": 2,
                                "rate_below": None,
                                "process_rate_below": None,
                                "proven": True,
                                "reason": "",
                            },
                        ],
                        "families": [
                            {"family": "a", "group": "A", "flaws": [], "partial": False},
                            {
                                "family": "b",
                                "group": None,
                                "flaws": ["varies"],
                                "partial": False,
                            },
                        ],
                    },
                    {
                        "cell": other.id,
                        "axes": other.axes,
                        "factors": {},
                        "result": False,
                        "status": "skipped",
                        "reason": "no base image",
                        "trials_done": 0,
                        "trials_started": 0,
                        "trials_superseded": 0,
                        "damaged_files": 0,
                        "cases": [],
                        "families": [],
                    },
                ],
            }
        ],
    }


def test_the_schema_that_is_shipped_is_that_of_the_types() -> None:
    assert json_report.SCHEMA.read_text(encoding="utf-8") == json_report.schema_text()


def test_the_schema_describes_the_report() -> None:
    schema = json.loads(json_report.SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    moved = [*trials(cell(), {"a": "xx"}), *trials(cell(), {"a": "yy"}, at=700, trial_key=LATER)]
    turned = compare(moved, [run([status(cell())]), run([status(cell())], at=650)])
    assert turned.contexts[0].turned
    for comparison in (small(), hostile(), compare([], []), turned):
        jsonschema.validate(document(comparison), schema)
    for held in (planted(), crowded(), idle()):
        jsonschema.validate(json.loads(json_report.render(*held)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document(small()) | {"baselin": None}, schema)


def test_what_differs_from_a_baseline() -> None:
    found = json.loads(json_report.render(*planted()))["baseline"]
    assert {name: found[name] for name in found if name != "differences"} == {
        "file": "baseline.json",
        "fail_on": ["changed", "failed", "missing"],
        "failed": True,
        "compared": 6,
        "same": 5,
        "other_matrix": False,
        "not_compared": [],
    }
    changed, *missing = found["differences"]
    assert (changed["kind"], changed["fails"], changed["case"]) == ("changed", True, "nn.conv2d")
    assert [one["after"] for one in missing] == ["", "", ""]


def test_every_field_that_does_not_speak_for_itself_is_described() -> None:
    text = json.dumps(json_report.schema())
    assert "fewer than this share of repeats differ" in text
    assert "In axis order, those without a result last." in text


def test_it_is_the_same_text_whatever_the_order_of_records() -> None:
    records = [
        record
        for version in ("2.15.1", "2.16.2", "2.17.1")
        for record in trials(cell(version), {"a": "xx", "b": version[:3]})
    ]
    expected = json_report.render(compare(records, []))
    for seed in range(5):
        random.Random(seed).shuffle(records)  # noqa: S311 - a shuffle
        assert json_report.render(compare(records, [])) == expected


def test_keys_are_sorted() -> None:
    text = json_report.render(small())
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_nothing_in_a_record_is_alive() -> None:
    text = json_report.render(hostile())
    assert text.isascii()
    assert not {letter for letter in text if ord(letter) < 32} - {"\n"}
    for word in ("\\u001b", "\\u202e"):
        assert word not in text
    assert "\\ufffd[31mboom\\ufffd[0m\\n| <b onload=alert(1)>" in text
