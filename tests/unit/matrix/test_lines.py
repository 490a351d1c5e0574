"""Cells that differ in one axis alone, and what such steps join."""

from __future__ import annotations

import pytest

from runner.matrix.lines import Islands, islands, lines, varying

A1, A2, B1, B2 = ({"x": x, "y": y} for x in "ab" for y in "12")


def test_lines_are_equal_but_for_the_axes_that_move() -> None:
    cells = [A1, B2, A2, B1]
    assert lines(cells, ("x",)) == [[0, 3], [1, 2]]
    assert lines(cells, ("y",)) == [[0, 2], [1, 3]]
    assert lines(cells, ("x", "y")) == [[0, 1, 2, 3]]


def test_an_axis_that_does_not_apply_is_another_value_of_it() -> None:
    assert lines([{"x": "a"}, {"x": "a", "y": "1"}], ("x",)) == [[0], [1]]
    assert lines([{"x": "a"}, {"x": "a", "y": "1"}], ("y",)) == [[0, 1]]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param([], (), id="no cell"),
        pytest.param([A1, A1], (), id="equal cells"),
        pytest.param([A1, A2], ("y",), id="one axis"),
        pytest.param([A1, B2], ("x", "y"), id="both"),
        pytest.param([{"x": "a"}, A1], ("y",), id="one that does not apply"),
    ],
)
def test_axes_that_vary(cells: list[dict[str, str]], expected: tuple[str, ...]) -> None:
    assert varying(cells) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param([A1], 1, id="one cell"),
        pytest.param([A1, A2, B1], 1, id="joined by a path"),
        pytest.param([A1, B2], 2, id="two axes at once join nothing"),
        pytest.param([A1, B2, A2], 1, id="but a cell between them does"),
    ],
)
def test_islands(cells: list[dict[str, str]], expected: int) -> None:
    assert len(islands(cells)) == expected


def test_what_is_joined_has_one_name() -> None:
    found = Islands(4)
    found.join([2, 3])
    found.join([0, 2])
    assert {found.of(place) for place in (0, 2, 3)} == {found.of(0)}
    assert found.of(1) != found.of(0)
    assert len(found) == 2
