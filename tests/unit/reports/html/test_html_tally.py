"""Each case is counted once, by the worst that is known of it."""

from __future__ import annotations

import pytest
from unit.results.synthetic import ERROR, UNSUPPORTED, cell, trials

from runner.analysis.compare import compare
from runner.reports.html.tally import DIFFERS, SAME, VARIES, WITHOUT, tally


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        pytest.param("xx", "xx", SAME, id="same"),
        pytest.param("xx", "yy", DIFFERS, id="other bits"),
        pytest.param("xx", "xy", VARIES, id="varies"),
        pytest.param("xy", "yy", VARIES, id="varies in the first"),
        pytest.param("xx", [UNSUPPORTED], SAME, id="unsupported elsewhere"),
        pytest.param([ERROR], [UNSUPPORTED], WITHOUT, id="no bits"),
    ],
)
def test_a_case_in_two_cells(one: str, other: str, words: str) -> None:
    records = trials(cell("2.19.1"), {"a": one}) + trials(cell("2.20.0"), {"a": other})
    [context] = compare(records, []).contexts
    assert [(found.words, found.count, found.total) for found in tally(context)] == [(words, 1, 1)]


def test_all_cases_are_counted() -> None:
    records = trials(cell("2.19.1"), {"a": "xx", "b": "xx", "c": "xy"})
    records += trials(cell("2.20.0"), {"a": "xx", "b": "yy", "c": "xx"})
    [context] = compare(records, []).contexts
    assert [(found.kind, found.count) for found in tally(context)] == [
        ("same", 1),
        ("differs", 1),
        ("varies", 1),
    ]
