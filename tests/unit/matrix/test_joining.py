"""The fewest cells to add so that steps along one axis join all cells."""

from __future__ import annotations

import random
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.matrix.joining import MOST_CELLS, MOST_ISLANDS, Joining, join
from runner.matrix.lines import islands


def cells(*words: str) -> list[dict[str, str]]:
    """One word per cell, with one letter per axis; a dash where the axis does not apply."""
    return [
        {axis: value for axis, value in zip("abcdef", word, strict=False) if value != "-"}
        for word in words
    ]


def anything(_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param([], [], id="no cell"),
        pytest.param(["11"], [], id="one"),
        pytest.param(["11", "12", "22"], [], id="joined already"),
        pytest.param(["11", "22"], ["12"], id="one between two"),
        pytest.param(["111", "222"], ["112", "122"], id="two between those further apart"),
        pytest.param(["211", "121", "112"], ["111"], id="one in the midst of three"),
        pytest.param(["1-", "22"], ["2-"], id="an axis that does not apply to all"),
    ],
)
def test_the_fewest_cells(there: list[str], expected: list[str]) -> None:
    found = join(cells(*there), anything)
    assert len(found.cells) == len(expected)
    assert len(islands([*cells(*there), *found.cells])) <= 1
    assert found.fewest
    if len(expected) == 1 and "-" not in there[0]:
        assert len(found.cells[0]) == len(cells(*there)[0])


def test_what_is_there_already_is_not_proposed() -> None:
    there = [dict(zip("abcdef", word, strict=True)) for word in ("111111", "111222", "222222")]
    found = join(there, anything)
    assert (found.islands, len(found.cells)) == (1, 4)
    assert not any(axes in there for axes in found.cells)


def test_what_is_not_possible_is_gone_round() -> None:
    barred = cells("12", "21")
    found = join(cells("11", "22", "33"), lambda axes: dict(axes) not in barred)
    assert found.islands == 1
    assert not any(dict(axes) in barred for axes in found.cells)


def test_what_can_not_be_joined_stays_apart() -> None:
    assert join(cells("11", "22"), lambda _: False) == Joining(cells=(), islands=2, fewest=False)


def test_axes_that_never_vary_are_in_every_cell_that_is_added() -> None:
    asked: list[dict[str, str]] = []

    def possible(axes: object) -> bool:
        assert isinstance(axes, dict)
        asked.append(axes)
        return True

    there = [{"python": "3.11", "a": one, "b": one} for one in "12"]
    assert all(axes["python"] == "3.11" for axes in join(there, possible).cells)
    assert all(axes["python"] == "3.11" for axes in asked)


@pytest.mark.parametrize(
    "count",
    [pytest.param(MOST_ISLANDS + 1, id="islands"), pytest.param(MOST_CELLS + 1, id="cells")],
)
def test_far_too_scattered(count: int) -> None:
    there = [{"a": str(number), "b": str(number)} for number in range(count)]
    assert join(there, anything) == Joining(cells=(), islands=count, fewest=False)


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_smaller_set_does(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's
    axes = ["12", "123", "12"][: chance.randint(2, 3)]
    every = cells(*map("".join, product(*axes)))
    there = chance.sample(every, chance.randint(2, 4))
    barred = chance.sample(every, chance.choice((0, 0, 3)))
    found = join(there, lambda one: dict(one) not in barred)
    seen = {axis: {one[axis] for one in there} for axis in there[0]}
    known = [one for one in every if all(one[axis] in seen[axis] for axis in one)]
    free = [one for one in known if one not in there and one not in barred]
    least = next(
        (
            count
            for count in range(len(free) + 1)
            for chosen in combinations(free, count)
            if len(islands([*there, *chosen])) == 1
        ),
        None,
    )
    assert (len(found.cells) if found.islands == 1 else None) == least
    assert found.fewest == (found.islands == 1)
    assert len(islands([*there, *found.cells])) == found.islands
    assert all(one in free for one in found.cells)


def test_many_islands_are_joined_in_a_moment_if_not_by_the_fewest() -> None:
    there = [dict(zip("abcdef", one, strict=True)) for one in product("123", repeat=6)][::41]
    found = join(there, anything)
    assert found.islands == 1
    assert len(islands([*there, *found.cells])) == 1
