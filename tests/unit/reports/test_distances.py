"""What a report says of how far the groups of a case lie apart."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pytest
from unit.results.synthetic import case, cell, run, status, trial

from runner.analysis.apart import GroupDistance, OutputDistance
from runner.analysis.compare import compare
from runner.analysis.distance import measure
from runner.analysis.selection import of_cases
from runner.reports import json_report, markdown, table
from runner.reports.distances import distance_notes
from runner.results.loaded import LoadedArray

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison

OLD, NEW = cell("2.19.1"), cell("2.20.0")
TITLE = "How far the groups of a case lie apart"


def output(
    left: object, right: object, dtype: str = "float32", name: str = "out"
) -> OutputDistance:
    arrays = (LoadedArray(dtype, np.array(values, dtype)) for values in (left, right))
    return OutputDistance(output=name, distance=measure(*arrays))


def compared(*outputs: OutputDistance, name: str = "nn.a") -> Comparison:
    """Two cells, of which the groups of one case lie so far apart."""
    records = [trial(of, case(name, word, word)) for of, word in ((OLD, "old"), (NEW, "new"))]
    comparison = compare(records, [run(map(status, (OLD, NEW)))])
    (context,) = comparison.contexts
    far = GroupDistance(case=name, groups=("A", "B"), cells=(OLD.id, NEW.id), outputs=outputs)
    return replace(comparison, contexts=(replace(context, distances=(far,)),))


LOST = OutputDistance(output="lost", distance=None, reason="not stored")


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        pytest.param(
            [output([[1, 2], [3, 4]], [[1, 2], [3, 5]])],
            "1 (25 %) mismatched; ULPs 2.1e+06 (median 2.1e+06); relative 2.0e-01; greatest "
            "difference 1.0e+00 at out[1, 1], 4 and 5",
            id="the place of the greatest difference",
        ),
        pytest.param(
            [output([1.0, 2.0], [1.5, 2.0]), output([8.0], [10.0], name="far")],
            "2 (67 %) mismatched; ULPs 4.2e+06 (median 4.2e+06); relative 3.3e-01; greatest "
            "difference 2.0e+00 at far[0], 8 and 10",
            id="the greatest of several outputs",
        ),
        pytest.param(
            [output(0.1, np.nextafter(0.1, 1), "float64")],
            "1 (100 %) mismatched; ULPs 1 (median 1); relative 1.4e-16; greatest difference "
            "1.4e-17 at out, 0.1 and 0.10000000000000002",
            id="digits that tell neighbours apart, and no index",
        ),
        pytest.param(
            [output([1 + 2j], [1 - 2j], "complex64")],
            "1 (100 %) mismatched; ULPs 2.1e+09 (median 2.1e+09); relative 2.0e+00; greatest "
            "difference 4.0e+00 at out[0], 1+2j and 1-2j",
            id="complex",
        ),
        pytest.param(
            [output([-(2**63)], [2**63 - 1], "int64")],
            f"1 (100 %) mismatched; relative 2.0e+00; greatest difference {2**64 - 1} at out[0], "
            f"{-(2**63)} and {2**63 - 1}",
            id="whole numbers have no ULPs",
        ),
        pytest.param(
            [output([True], [False], "bool")],
            "1 (100 %) mismatched; relative 1.0e+00; greatest difference 1 at out[0], True and "
            "False",
            id="Booleans",
        ),
        pytest.param(
            [output([1.0], [inf])],
            "1 (100 %) mismatched; ULPs 1.1e+09 (median 1.1e+09); relative infinite; greatest "
            "difference infinite at out[0], 1 and inf",
            id="infinite",
        ),
        pytest.param(
            [output([0.0] * 400 + [1.0], [np.nan] + [0.0] * 399 + [1.0])],
            "1 (< 1 %) mismatched",
            id="nothing but a NaN",
        ),
        pytest.param([LOST], "not measured: not stored", id="not measured"),
        pytest.param(
            [LOST, output([1], [3], "int8")],
            "1 (100 %) mismatched; relative 6.7e-01; greatest difference 2 at out[0], 1 and 3; "
            "not measured: not stored",
            id="one of two is not measured",
        ),
    ],
)
def test_a_line_for_two_groups(outputs: list[OutputDistance], expected: str) -> None:
    (context,) = compared(*outputs).contexts
    (note,) = distance_notes(context)
    assert note.title == TITLE
    assert note.lines == (f"nn.a A to B: {expected}",)


def test_without_distances_there_is_no_note() -> None:
    comparison = compare([trial(OLD, case("a", "x"))], [])
    assert TITLE not in table.render(comparison)


def test_the_text_and_the_markdown_have_it() -> None:
    comparison = compared(LOST)
    assert f"\n\n{TITLE}:\n- nn.a A to B: not measured: not stored\n" in table.render(comparison)
    assert f"\n\n**{TITLE}**\n\n- nn.a A to B: not measured" in markdown.render(comparison)


def test_the_json_has_all_that_is_known() -> None:
    document = json.loads(json_report.render(compared(output([1.0, -0.0], [inf, 0.0]), LOST)))
    (found,) = document["contexts"][0]["distances"]
    first, lost = found.pop("outputs")
    assert found == {"case": "nn.a", "groups": ["A", "B"], "cells": [OLD.id, NEW.id]}
    assert lost == {"output": "lost", "reason": "not stored", "distance": None}
    greatest = {"value": "inf", "index": [0], "left": 1.0, "right": "inf"}
    assert first["distance"] == {
        "dtype": "float32",
        "elements": 2,
        "mismatched": 2,
        "nans": {"left": 0, "right": 0, "both": 0},
        "infinities": {"left": 0, "right": 1, "both": 0},
        "sign_changes": 0,
        "zeros": 1,
        "absolute": greatest,
        "relative": greatest,
        "ulps": {
            "greatest": 2**30,
            "median": 0,
            "histogram": [
                {"least": 0, "most": 0, "numbers": 1},
                {"least": 2**29 + 1, "most": 2**30, "numbers": 1},
            ],
        },
    }


def test_a_whole_number_stays_whole_in_json() -> None:
    outputs = output([2**63 - 1], [-1], "int64"), output([True], [False], "bool", "mask")
    document = json.loads(json_report.render(compared(*outputs)))
    whole, mask = document["contexts"][0]["distances"][0]["outputs"]
    assert whole["distance"]["absolute"] == {
        "value": 2**63,
        "index": [0],
        "left": 2**63 - 1,
        "right": -1,
    }
    assert mask["distance"]["absolute"]["left"] is True


def test_of_some_cases_only_these_are_told() -> None:
    assert of_cases(compared(LOST), "nn.*").contexts[0].distances
    assert not of_cases(compared(LOST), "other").contexts[0].distances
