"""A badge says no more than what was seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from unit.reports.gates import STEADY, idle, planted
from unit.reports.stores import small
from unit.results.synthetic import UNSUPPORTED, case, cell, key, run, status, trial, trials

from runner.analysis.against import hold
from runner.analysis.baseline import take
from runner.analysis.compare import compare
from runner.analysis.gate import Gate
from runner.reports import badge
from runner.results.records import Status

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison

ONE, TWO = cell("2.19.1"), cell("2.20.0")


def said(comparison: Comparison, gate: Gate | None = None) -> tuple[str, str, str]:
    found = json.loads(badge.render(comparison, gate))
    assert found.pop("schemaVersion") == 1
    assert found.pop("isError", False) is (found["color"] == "red")
    assert found.keys() == {"label", "message", "color"}
    return found["label"], found["message"], found["color"]


def test_nothing_was_seen() -> None:
    assert said(compare([], [])) == ("bit-identical", "no results", "lightgrey")


def test_every_case_has_one_result_everywhere() -> None:
    both = [*trials(ONE, {"a": "xx"}), *trials(TWO, {"a": "xx"})]
    assert said(compare(both, [])) == ("bit-identical", "1 of 1 cases in 2 cells", "brightgreen")


def test_cases_that_differ_vary_or_do_not_run_somewhere_do_not_count() -> None:
    records = [
        *trials(ONE, {"same": "xx", "differs": "xx", "varies": "xy", "absent": "xx"}),
        *trials(TWO, {"same": "xx", "differs": "yy", "varies": "xx"}),
        *(trial(one, case("unsupported", UNSUPPORTED), at=9) for one in (ONE, TWO)),
    ]
    assert said(compare(records, [])) == ("bit-identical", "1 of 5 cases in 2 cells", "blue")


def test_what_was_seen_once_proves_nothing() -> None:
    assert said(compare([trial(ONE, case("a", "x"))], []))[1] == "0 of 1 cases in 1 cell"


def test_two_host_classes_are_not_compared_with_each_other() -> None:
    there = trials(ONE, {"a": "yy"}, trial_key=key(ONE, host_class="cpu avx2"))
    assert said(compare([*trials(ONE, {"a": "xx"}), *there], []))[2] == "brightgreen"


def test_a_cell_without_a_result_is_not_left_out() -> None:
    told = run([status(ONE), status(TWO, Status.TIMED_OUT)])
    assert said(compare(trials(ONE, {"a": "xx"}), [told])) == (
        "bit-identical",
        "1 of 1 cases in 1 of 2 cells",
        "yellow",
    )
    assert said(small())[1:] == ("0 of 4 cases in 7 of 10 cells", "yellow")


def test_against_a_baseline() -> None:
    assert said(*planted()) == ("bits", "1 changed and 3 missing", "red")
    assert said(*planted(())) == ("bits", "5 of 6 results as in the baseline", "yellow")
    assert said(*idle()) == ("bits", "not comparable with the baseline", "lightgrey")
    as_it_was = compare(trials(STEADY, {"a": "xx"}), [])
    gate = Gate(name="b", against=hold(as_it_was, take(as_it_was)))
    assert said(as_it_was, gate) == ("bits", "1 of 1 result as in the baseline", "brightgreen")
