"""Which axes are responsible where several moved, and which stored cells lie between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import case, cell, trial

from runner.analysis.between import corners_of, responsible, stored_between
from runner.analysis.compare import compare
from runner.analysis.pairing import find_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.analysis.comparison import Context
    from runner.analysis.pairing import Pair
    from runner.matrix.cells import Cell

OLD_OFF, OLD_ON = (cell("2.15.1", determinism=word) for word in ("off", "on"))
NEW_OFF, NEW_ON = (cell("2.16.2", determinism=word) for word in ("off", "on"))


def ends(words: Mapping[Cell, str], left: Cell, right: Cell) -> tuple[Context, Pair]:
    """A pair among cells with one case each; a word stands for its bits, `~` for some that vary."""
    trials = [
        trial(of, case("a", *(("x", "y") if word == "~" else (word, word))))
        for of, word in words.items()
    ]
    (found,) = find_pairs(compare(trials, []), left.id, right.id)
    return found.context, found.pairs[0]


def axes(words: Mapping[Cell, str], left: Cell, right: Cell) -> tuple[str, ...]:
    context, pair = ends(words, left, right)
    return responsible(corners_of(context, pair), pair, "a")


BOTH = ("tensorflow", "determinism")


@pytest.mark.parametrize(
    ("old_on", "new_off", "expected"),
    [
        pytest.param("old", "new", ("tensorflow",), id="the release, at both settings"),
        pytest.param("new", "old", ("determinism",), id="the setting, at both releases"),
        pytest.param("old", "old", BOTH, id="only both together"),
        pytest.param("new", "new", BOTH, id="either of them"),
        pytest.param("other", "old", BOTH, id="two changes on one way"),
        pytest.param("old", None, ("tensorflow",), id="one way is stored"),
        pytest.param(None, "old", ("determinism",), id="the other way is stored"),
        pytest.param("~", "new", ("tensorflow",), id="a cell that varies is no way"),
        pytest.param("other", None, BOTH, id="both, on the only way"),
        pytest.param(None, None, (), id="nothing in between is stored"),
        pytest.param("~", None, (), id="what is in between varies"),
    ],
)
def test_cells_in_between_tell_which_axis(
    old_on: str | None, new_off: str | None, expected: tuple[str, ...]
) -> None:
    words = {OLD_OFF: "old", OLD_ON: old_on, NEW_OFF: new_off, NEW_ON: "new"}
    stored = {of: word for of, word in words.items() if word is not None}
    assert axes(stored, OLD_OFF, NEW_ON) == expected


def test_where_one_axis_moved_it_is_that_one() -> None:
    assert axes({OLD_ON: "x", NEW_ON: "y"}, OLD_ON, NEW_ON) == ("tensorflow",)


def test_three_axes_need_two_cells_in_between() -> None:
    first, last = cell("2.15.1", python="3.10", determinism="off"), NEW_ON
    words = {
        first: "x",
        cell("2.15.1", determinism="off"): "x",
        cell("2.15.1"): "y",
        last: "y",
    }
    assert axes(words, first, last) == ("determinism",)
    del words[cell("2.15.1")]
    assert axes(words, first, last) == ()


AXES = ("python", "tensorflow", "determinism", "device")


def corner(moved: frozenset[str]) -> Cell:
    """A cell that is at the other end on these axes."""
    return cell(
        "2.16.2" if "tensorflow" in moved else "2.15.1",
        python="3.11" if "python" in moved else "3.10",
        determinism="on" if "determinism" in moved else "off",
        device="gpu" if "device" in moved else "cpu",
    )


def reachable(corners: set[frozenset[str]]) -> bool:
    """Whether steps along one axis lead from one end to the other over these corners."""
    ends = {frozenset[str]()}
    for _ in AXES:
        ends = {end | {axis} for end in ends for axis in AXES if axis not in end} & corners
    return bool(ends)


@settings(max_examples=50, deadline=None)
@given(
    planted=st.sets(st.sampled_from(AXES), min_size=1),
    lost=st.sets(st.integers(1, 2 ** len(AXES) - 2)),
)
def test_what_was_planted_is_found_where_stored_cells_lead_to_it(
    planted: set[str], lost: set[int]
) -> None:
    corners = {
        frozenset(axis for place, axis in enumerate(AXES) if number >> place & 1)
        for number in range(2 ** len(AXES))
        if number not in lost
    }
    words = {corner(moved): "-".join(sorted(moved & planted)) for moved in corners}
    found = axes(words, corner(frozenset()), corner(frozenset(AXES)))
    assert set(found) == (planted if reachable(corners) else set())


def between(cells: Iterable[Cell], left: Cell, right: Cell) -> list[str]:
    context, pair = ends(dict.fromkeys(cells, "x"), left, right)
    return [one.cell for one in stored_between(context, pair)]


RELEASES = [cell(release) for release in ("2.9.3", "2.12.1", "2.15.1", "2.16.2", "2.17.1")]


def test_the_stored_cells_between_from_the_right_one_back() -> None:
    assert between(RELEASES, RELEASES[0], RELEASES[3]) == [RELEASES[2].id, RELEASES[1].id]


def test_the_same_where_the_right_one_is_older() -> None:
    assert between(RELEASES, RELEASES[4], RELEASES[1]) == [RELEASES[2].id, RELEASES[3].id]


def test_cells_of_another_setting_are_not_between() -> None:
    aside = cell("2.12.1", determinism="off")
    other = cell("2.12.1", device="gpu", cuda="11.8.0")
    assert between([RELEASES[0], aside, other, RELEASES[3]], RELEASES[0], RELEASES[3]) == []


def test_of_two_axes_the_cells_that_left_one_alone_are_nearer() -> None:
    middle_on, middle_off = cell("2.15.2"), cell("2.15.2", determinism="off")
    cells = [OLD_OFF, OLD_ON, middle_off, middle_on, NEW_OFF, NEW_ON]
    assert between(cells, OLD_OFF, NEW_ON) == [
        one.id for one in (NEW_OFF, middle_on, OLD_ON, middle_off)
    ]
