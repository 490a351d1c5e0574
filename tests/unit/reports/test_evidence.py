"""What letters rest on: repeats and processes, each with its own bound."""

from __future__ import annotations

import pytest
from unit.results.synthetic import cell, key, trials

from runner.analysis.compare import compare
from runner.analysis.comparison import Evidence
from runner.reports.evidence import amount, bounds, evidence_lines

OLD, NEW = cell("2.15.1"), cell("2.16.2")
FEW = (
    "3 processes bound nothing that differs from process to process only; `run --trials` adds more."
)


def lines(*counted: tuple[int, str]) -> list[str]:
    """The lines on cells of one case each, with so many trials whose repeats are the letters."""
    records = []
    for of, (count, words) in zip((OLD, NEW), counted, strict=False):
        made = trials(of, {"a": words}, count=count, trial_key=key(of, repeats=len(words)))
        records += made
    (context,) = compare(records, []).contexts
    return list(evidence_lines(context))


def test_the_same_for_all_letters() -> None:
    assert lines((3, "xx"), (3, "yy")) == [
        (
            "A letter rests on 6 repeats in 3 processes without a difference: at 95 %, fewer than "
            "50 % of repeats differ."
        ),
        FEW,
    ]


def test_cells_with_other_evidence_give_the_least_and_the_most() -> None:
    assert lines((3, "xx"), (40, "xx")) == [
        (
            "A letter rests on at least 6 repeats in 3 processes without a difference: at 95 %, "
            "fewer than 50 % of repeats differ."
        ),
        (
            "At most it rests on 80 repeats in 40 processes: at 95 %, fewer than 3.8 % of repeats "
            "and 7.5 % of processes differ."
        ),
        FEW,
    ]


def test_enough_processes_need_no_more() -> None:
    assert lines((10, "xxx")) == [
        (
            "A letter rests on 30 repeats in 10 processes without a difference: at 95 %, fewer "
            "than 10 % of repeats and 30 % of processes differ."
        )
    ]


@pytest.mark.parametrize(
    "counted", [(1, "x"), (3, "xy")], ids=["seen once", "varies in each process"]
)
def test_without_a_letter_that_is_proven_there_is_nothing_to_say(counted: tuple[int, str]) -> None:
    assert lines(counted) == []


@pytest.mark.parametrize(
    ("processes", "seen", "told"),
    [
        (1, 1, "1 repeat in 1 process: too few to bound how many differ"),
        (1, 3, "3 repeats in 1 process: too few to bound how many differ"),
        (1, 60, "60 repeats in 1 process: at 95 %, fewer than 5 % of repeats differ"),
        (
            2000,
            4000,
            (
                "4,000 repeats in 2,000 processes: at 95 %, fewer than 0.075 % of repeats and "
                "0.15 % of processes differ"
            ),
        ),
    ],
)
def test_amounts_and_bounds(processes: int, seen: int, told: str) -> None:
    evidence = Evidence(processes=processes, seen=seen, distinct=1)
    assert f"{amount(evidence)}: {bounds(evidence)}" == told


def test_later_trials_add_to_the_evidence_whenever_they_ran() -> None:
    first = trials(OLD, {"a": "xx"})
    fresh = trials(OLD, {"a": "xx"}, at=86_400)
    assert first[0].key == fresh[0].key
    (context,) = compare(first + fresh, []).contexts
    told = next(iter(evidence_lines(context)))
    assert "12 repeats in 6 processes" in told
    assert "25 % of repeats and 50 % of processes" in told
