"""The report for spreadsheets: RFC 4180, a row for each case of each cell, no formulas."""

from __future__ import annotations

import csv
import io

import pytest
from unit.reports.gates import GONE, MOVED, planted
from unit.reports.stores import small
from unit.results.synthetic import ERROR, case, cell, trial

from runner.analysis.compare import compare
from runner.reports import csv_report


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_row_for_each_case_of_each_cell_and_one_for_each_cell_without_a_result() -> None:
    found = rows(csv_report.render(small()))
    assert len(found) == 7 * 4 + 3
    assert tuple(found[0]) == csv_report.COLUMNS
    assert {name: value for name, value in found[0].items() if value} == {
        "engine": "docker",
        "host_class": "cpu avx512_bf16",
        "cell": "py3.11-tf2.15.1.cpu.nodet",
        "python": "3.11",
        "tensorflow": "2.15.1",
        "device": "cpu",
        "determinism": "off",
        "threads": "2",
        "onednn": "default",
        "tf32": "default",
        "xla": "default",
        "env": "none",
        "family": "stream",
        "case": "random.normal",
        "verdict": "identical",
        "group": "A",
        "processes": "3",
        "repeats_seen": "6",
        "distinct_results": "1",
        "proven": "yes",
        "status": "done",
    }
    silent = [row for row in found if not row["case"]]
    assert [row["reason"] for row in silent] == ["no result within 600 s"] + [
        "no GPU on this host"
    ] * 2


def test_lines_end_as_the_standard_says() -> None:
    text = csv_report.render(small())
    assert text.count("\r\n") == text.count("\n") == 7 * 4 + 3 + 1


def test_what_differs_from_a_baseline_has_a_column() -> None:
    comparison, gate = planted()
    found = rows(csv_report.render(comparison, gate))
    told = {(row["cell"], row["case"]): row["against_baseline"] for row in found}
    assert {place: kind for place, kind in told.items() if kind} == {
        (MOVED.id, "nn.conv2d"): "changed",
        (GONE.id, "nn.bias"): "missing",
        (GONE.id, "nn.conv2d"): "missing",
        (GONE.id, "random.normal"): "missing",
    }


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        pytest.param("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0", id="equals"),
        pytest.param("+1+1", "'+1+1", id="plus"),
        pytest.param("-2+3", "'-2+3", id="minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("\t=1", "'=1", id="after a tab"),
        pytest.param("\r\n=1", "\ufffd =1", id="after a line break"),
        pytest.param("\uff1d1", "'\uff1d1", id="full width"),
        pytest.param('a "b", c', 'a "b", c', id="quotes and commas come back"),
        pytest.param("two\nlines", "two lines", id="a line break"),
    ],
)
def test_no_text_is_a_formula(reason: str, written: str) -> None:
    of = cell()
    text = csv_report.render(compare([trial(of, case("a", ERROR, reason=reason))], []))
    assert rows(text)[0]["reason"] == written
