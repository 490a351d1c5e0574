"""What is known of a case at each cell of a comparison."""

from __future__ import annotations

import pytest
from unit.results.synthetic import UNSUPPORTED, cell, run, status, trials

from runner.analysis.attempts import find_attempts
from runner.analysis.compare import compare
from runner.analysis.comparison import Verdict
from runner.results.records import Status

OLD, NEW = cell("2.19.1"), cell("2.20.0")


@pytest.mark.parametrize(
    ("words", "state", "has_bits"),
    [
        pytest.param(("a", "a"), Verdict.IDENTICAL, True, id="identical"),
        pytest.param(("a", "b"), Verdict.VARIES, False, id="varies"),
        pytest.param((UNSUPPORTED,), Verdict.UNSUPPORTED, False, id="unsupported"),
    ],
)
def test_a_case_that_ran(words: tuple[str, ...], state: Verdict, *, has_bits: bool) -> None:
    records = trials(OLD, {"c": words})
    attempt = find_attempts(compare(records, [run([status(OLD)])]), "c", records)[OLD.id]
    assert (attempt.state, bool(attempt.bits), bool(attempt.group)) == (state, has_bits, has_bits)
    assert (attempt.keras, attempt.numpy) == ("3.12.0", "1.26.4")


def test_letters_are_by_the_order_of_the_cells() -> None:
    records = [*trials(NEW, {"c": "bb"}), *trials(OLD, {"c": "aa"})]
    found = find_attempts(compare(records, [run([status(OLD), status(NEW)])]), "c", records)
    assert [found[one.id].group for one in (OLD, NEW)] == ["A", "B"]


def test_a_cell_that_did_not_run() -> None:
    said = run([status(OLD, Status.BUILD_FAILED, "no compiler"), status(NEW)])
    records = trials(NEW, {"c": "aa"})
    attempt = find_attempts(compare(records, [said]), "c", records)[OLD.id]
    assert (attempt.state, attempt.reason) == (Status.BUILD_FAILED, "no compiler")
    assert (attempt.bits, attempt.keras, attempt.result) == ("", "", None)


def test_a_case_that_the_probe_does_not_have() -> None:
    records = trials(OLD, {"c": "aa"})
    attempt = find_attempts(compare(records, [run([status(OLD)])]), "d", records)[OLD.id]
    assert (attempt.state, attempt.reason) == (Verdict.ERROR, "the probe ran no such case")
