"""Cells fold into products of axis values, and unfold into the same cells."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.reports.fold import Scales, fold

VERSIONS = ("2.9.3", "2.15.1", "2.16.2", "2.17.1", "2.18.1")


def axes(tensorflow: str, determinism: str = "on") -> dict[str, str]:
    return {"tensorflow": tensorflow, "determinism": determinism}


def grid(off: str, on: str) -> list[tuple[dict[str, str], str]]:
    """A letter per version, for determinism off and on; a space where there is no cell."""
    return [
        (axes(version, word), letter)
        for version, letters in zip(VERSIONS, zip(off, on, strict=True), strict=False)
        for word, letter in zip(("off", "on"), letters, strict=True)
        if letter != " "
    ]


def folded(cells: list[tuple[dict[str, str], str]], *, gaps: bool = False) -> list[str]:
    scales = Scales.of([cell for cell, _ in cells], also=[axes(version) for version in VERSIONS])
    return [
        " | ".join(
            [
                *(
                    scales.spell(axis, positions)
                    for axis, positions in zip(scales.varying, one.positions, strict=True)
                ),
                one.content,
            ]
        )
        for one in fold(scales, cells, gaps=gaps)
    ]


@pytest.mark.parametrize(
    ("off", "on", "rows"),
    [
        pytest.param("AAAAA", "AAAAA", ["2.9.3 to 2.18.1 | off, on | A"], id="all the same"),
        pytest.param(
            "AABBB",
            "AABBB",
            ["2.9.3, 2.15.1 | off, on | A", "2.16.2 to 2.18.1 | off, on | B"],
            id="one change",
        ),
        pytest.param(
            "AAAAA",
            "BBBBB",
            ["2.9.3 to 2.18.1 | off | A", "2.9.3 to 2.18.1 | on | B"],
            id="two settings",
        ),
        pytest.param(
            "ABABA",
            "ABABA",
            [
                "2.9.3 | off, on | A",
                "2.15.1 | off, on | B",
                "2.16.2 | off, on | A",
                "2.17.1 | off, on | B",
                "2.18.1 | off, on | A",
            ],
            id="only neighbours are merged",
        ),
        pytest.param(
            "AAACC",
            "AAABB",
            [
                "2.9.3 to 2.16.2 | off, on | A",
                "2.17.1, 2.18.1 | off | C",
                "2.17.1, 2.18.1 | on | B",
            ],
            id="the last axis is merged first",
        ),
        pytest.param(
            "AA AA",
            "AA AA",
            ["2.9.3, 2.15.1 | off, on | A", "2.17.1, 2.18.1 | off, on | A"],
            id="a cell without a result is no neighbour",
        ),
    ],
)
def test_folds(off: str, on: str, rows: list[str]) -> None:
    assert folded(grid(off, on)) == rows


def test_gaps_may_be_allowed() -> None:
    assert folded(grid("ABABA", "ABABA"), gaps=True) == [
        "2.9.3, 2.16.2, 2.18.1 | off, on | A",
        "2.15.1, 2.17.1 | off, on | B",
    ]


@settings(max_examples=300)
@given(
    letters=st.lists(st.sampled_from("AB "), min_size=20, max_size=20),
    gaps=st.booleans(),
)
def test_a_fold_is_exactly_its_cells(letters: list[str], gaps: bool) -> None:  # noqa: FBT001 - drawn
    places = product(VERSIONS, ("3.10", "3.11"), ("off", "on"))
    cells = [
        ({"tensorflow": version, "python": python, "determinism": word}, letter)
        for (version, python, word), letter in zip(places, letters, strict=True)
        if letter != " "
    ]
    scales = Scales.of([cell for cell, _ in cells])
    unfolded = [
        (place, one.content)
        for one in fold(scales, cells, gaps=gaps)
        for place in product(*one.positions)
    ]
    expected = [
        (tuple(position for (position,) in scales.positions(cell)), letter)
        for cell, letter in cells
    ]
    assert sorted(unfolded) == sorted(expected)


def test_scales_are_natural_and_keep_constants_apart() -> None:
    cells = [{"tensorflow": version, "python": "3.11"} for version in ("2.10.1", "2.9.3")]
    scales = Scales.of(cells, also=[{"tensorflow": "2.9.10", "python": "3.12"}])
    assert scales.varying == ("tensorflow",)
    assert scales.values["tensorflow"] == ("2.9.3", "2.9.10", "2.10.1")
    assert scales.constant == {"python": "3.11"}


def test_an_axis_that_does_not_apply_is_called_none() -> None:
    scales = Scales.of([{"cuda": "12.9.1"}, {}])
    assert scales.spell("cuda", (0, 1)) == "none, 12.9.1"


def test_a_single_cell_is_told_by_its_tensorflow() -> None:
    scales = Scales.of([axes("2.9.3")])
    assert scales.varying == ("tensorflow",)
    assert scales.constant == {"determinism": "on"}


def test_an_axis_that_is_unknown_here_comes_last() -> None:
    cells = [{"new": value, "tensorflow": value, "python": value} for value in "12"]
    assert Scales.of(cells).varying == ("python", "tensorflow", "new")
