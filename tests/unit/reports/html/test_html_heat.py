"""The heat map: rows are cells, columns are families, entries have their letter's colour."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from unit.reports.html.pages import usual
from unit.reports.stores import small

from runner.analysis.compare import compare
from runner.reports.fold import Scales
from runner.reports.html.heat import COLOURS, Heat, heat, link, tone


def made() -> Heat:
    records = usual()
    [context] = compare(records.trials, records.runs).contexts
    return heat(context, Scales.of([one.axes for one in context.cells]), 1)


def test_labels_are_columns_of_axis_values() -> None:
    found = made()
    assert found.label == "tensorflow  determinism"
    assert [row.label for row in found.rows] == [
        "2.19.1      off",
        "2.19.1      on",
        "2.20.0      off",
        "2.20.0      on",
        "2.21.0      on",
    ]


def test_entries_are_those_of_the_text_report() -> None:
    found = made()
    assert found.families == (("stream", 1), ("conv", 2))
    assert [" ".join(one.text for one in row.entries) for row in found.rows] == [
        "A A~",
        "A A",
        "A B~",
        "A B",
        "A B",
    ]


def test_a_cell_without_a_result_has_its_status_and_reason() -> None:
    [found] = made().without
    assert (found.status, found.reason) == ("timed-out", "no result within 600 s")
    assert found.link == "#cell/1/py3.11-tf2.21.0.cpu.nodet"


def test_a_link_is_inside_the_page_whatever_the_cell_is_called() -> None:
    assert link(2, "\"><a href='/x'>\n") == "#cell/2/%22%3E%3Ca%20href%3D%27%2Fx%27%3E"


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("A", "g0"),
        ("B", "g1"),
        ("I", "g8"),
        ("J", "g1 again"),
        ("Z", "g1 again"),
        ("AA", "g2 again"),
        ("A~", "g0 varies"),
        ("B~·…?", "g1 varies unsupported partial unproven"),
        ("!", "error"),
        ("·", "unsupported"),
        ("", "absent"),
    ],
)
def test_colours(text: str, classes: str) -> None:
    assert tone(text) == classes


def test_every_colour_is_in_the_style_sheet() -> None:
    [context] = small().contexts
    found = heat(context, Scales.of([one.axes for one in context.cells]), 1)
    sheet = files("runner.reports.html").joinpath("report.css").read_text(encoding="utf-8")
    assert {f"g{n}" for n in range(COLOURS + 1)} == set(re.findall(r"(?m)\.(g\d+) \{", sheet))
    tones = {word for row in found.rows for entry in row.entries for word in entry.tone.split()}
    assert {word for word in tones if f".{word}" not in sheet} == set()
