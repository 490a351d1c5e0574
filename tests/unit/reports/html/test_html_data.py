"""What the script reads: all that the JSON report says, in a form that is small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unit.reports.html.pages import Records, read, usual
from unit.results.synthetic import case, cell, run, status, trial

from runner.analysis.compare import compare
from runner.reports import json_report
from runner.results.records import Status

if TYPE_CHECKING:
    from runner.reports.json_report import ReportedContext


def contexts(records: Records) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    data: dict[str, Any] = read(records.page()).data
    return data, data["contexts"]


def told(records: Records) -> ReportedContext:
    [context] = json_report.make_report(compare(records.trials, records.runs)).contexts
    return context


def test_every_case_of_every_cell_is_as_the_json_report_has_it() -> None:
    records = usual()
    data, [context] = contexts(records)
    names = [case for _, cases in context["families"] for case in cases]
    for cell_, reported in zip(context["cells"], told(records).cells, strict=True):
        cases = {one.case: one.model_dump(mode="json") for one in reported.cases}
        found = dict(zip(names, cell_["cases"], strict=False))
        assert len(found) == len(cases)
        for name, number in found.items():
            outcome = {k: v for k, v in data["outcomes"][number].items() if k in cases[name]}
            assert outcome | {"case": name, "family": cases[name]["family"]} == cases[name]


def test_marks_are_those_of_the_text_report() -> None:
    data, [context] = contexts(usual())
    rows = [
        "".join(data["outcomes"][number]["mark"] for number in one["cases"])
        for one in context["cells"]
    ]
    assert rows == ["AA~", "AAA", "AB~", "ABA", "ABA", ""]


def test_what_is_equal_is_written_once() -> None:
    data, _ = contexts(usual())
    assert len(data["outcomes"]) == 3
    assert len(data["pool"]) == len({str(one) for one in data["pool"]})


def test_a_case_that_did_not_run() -> None:
    one, other = cell("2.19.1"), cell("2.20.0")
    records = [trial(one, case("a", "x"), case("b", "x")), trial(other, case("b", "x"))]
    _, [context] = contexts(Records(records))
    assert [found["cases"] for found in context["cells"]] == [[0, 0], [-1, 0]]


def test_a_cell_without_a_result_keeps_its_trials_and_its_log() -> None:
    data, [context] = contexts(usual())
    last = context["cells"][-1]
    assert (last["result"], last["status"], last["cases"]) == (False, "timed-out", [])
    [found] = last["trials"]
    assert data["pool"][found["log"]] == "the last words\nof a probe"
    assert last["command"] == "nox -s matrix -- --only py3.11-tf2.21.0.cpu.nodet --fresh"


def test_axes_come_in_the_order_of_all_reports() -> None:
    _, [context] = contexts(usual())
    assert context["axes"] == {
        "tensorflow": ["2.19.1", "2.20.0", "2.21.0"],
        "determinism": ["off", "on"],
    }
    assert list(context["cells"][0]["axes"])[:3] == ["python", "tensorflow", "device"]


def test_a_cell_of_which_only_a_run_tells() -> None:
    of = cell("2.20.0")
    _, [context] = contexts(Records([], [run([status(of, Status.SKIPPED, "no base image")])]))
    [found] = context["cells"]
    assert (found["trials"], found["loaded"], found["reason"]) == ([], None, "no base image")
