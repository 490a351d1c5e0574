"""The summary of a step of GitHub Actions: Markdown that is never too long to be shown."""

from __future__ import annotations

import pytest
from unit.reports.gates import planted
from unit.reports.stores import small

from runner.reports import step_summary


def test_what_matters_most_comes_first() -> None:
    comparison, gate = planted()
    text = step_summary.render(comparison, gate)
    first, second, third = text.split("\n\n")[:3]
    assert first == (
        "**2 of 3 cases bit-identical in all of 2 cells with a result, 1 cell without a result**"
    )
    assert second == "**Against the baseline baseline.json**"
    assert third.startswith("- 5 of 6 compared results as there; it fails the gate")
    assert "| tensorflow |" in text


@pytest.mark.parametrize("room", [0, 10, 100, 200, 300, 700, 1000, 1500, 5000])
def test_it_fits_into_the_room_there_is(room: int) -> None:
    whole = step_summary.render(small())
    text = step_summary.render(small(), room=room)
    assert len(text.encode()) <= room
    if text and text != whole:
        kept, _, said = text.partition("\n\n**Cut here: ")
        assert whole.startswith(kept + "\n")
        assert said.startswith("the rest is too long for a step summary.**")


def test_a_cut_does_not_go_through_a_letter() -> None:
    text = step_summary.bounded("a\n" * 100 + "é" * 1000, 700)
    assert text.startswith("a\na\n")
    assert "é" not in text
