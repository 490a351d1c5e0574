"""Values are sorted as people expect."""

from __future__ import annotations

import random

import pytest
from unit.results.synthetic import cell

from runner.analysis.natural import axes_rank, is_version, rank


@pytest.mark.parametrize(
    "ordered",
    [
        pytest.param(["2.4.4", "2.9.3", "2.15.1", "2.20.0rc0", "2.20.0", "2.20.1"], id="versions"),
        pytest.param(["9.3.0.75", "9.10.2.21", "9.24.0.43"], id="four numbers"),
        pytest.param(["", "12.6.3", "12.9.1", "system"], id="absent first, words last"),
        pytest.param(["off", "on"], id="switch"),
        pytest.param(["default", "off", "on"], id="preference"),
        pytest.param(["1", "2", "16"], id="numbers"),
        pytest.param(["a10", "a9"], id="words by letter"),
    ],
)
def test_natural_order(ordered: list[str]) -> None:
    shuffled = random.Random(7).sample(ordered, len(ordered))  # noqa: S311 - a shuffle
    assert sorted(shuffled, key=rank) == ordered


def test_cells_are_sorted_axis_by_axis() -> None:
    ordered = [
        cell("2.9.3", determinism="off", python="3.9"),
        cell("2.9.3", determinism="on", python="3.9"),
        cell("2.15.1", determinism="off", python="3.9"),
        cell("2.9.3", determinism="off", python="3.10"),
    ]
    backwards = ordered[::-1]
    assert sorted(backwards, key=lambda one: axes_rank(one.axes)) == ordered


def test_an_axis_that_is_unknown_here_comes_last() -> None:
    cells = [{"tensorflow": "2.9.3", "new": "b"}, {"tensorflow": "2.9.3", "new": "a"}]
    assert sorted(cells, key=axes_rank) == cells[::-1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.20.0", True), ("2.22.0rc0", True), ("", False), ("off", False), ("\x1b[31m", False)],
)
def test_which_values_are_versions(value: str, *, expected: bool) -> None:
    assert is_version(value) is expected
