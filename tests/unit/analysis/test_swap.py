"""Cells that can stand for each other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import ERROR, UNSUPPORTED, case, cell, trial

from runner.analysis.compare import compare
from runner.analysis.swap import Nearest, Swaps, SwapSet, swaps

if TYPE_CHECKING:
    from runner.analysis.swap import Swaps, SwapSet
VARIES = "~"
CASES = "abcdefgh"


def found(*cells: str, repeats: int = 2) -> Swaps:
    """Swaps among cells, of each of which a text has a letter per case.

    The same letter is the same bits; `~` varies, `.` is not supported, `!` fails.
    """
    words = {".": [UNSUPPORTED], "!": [ERROR], VARIES: ["x", "y"]}
    records = [
        trial(
            cell(f"2.{minor}.0"),
            *(
                case(name, *words.get(letter, [letter] * repeats))
                for name, letter in zip(CASES, text, strict=False)
                if letter != " "
            ),
        )
        for minor, text in enumerate(cells, 10)
    ]
    (context,) = compare(records, []).contexts
    return swaps(context)


def members(one: SwapSet) -> list[int]:
    """The cells of a set as their places."""
    return [int(cell.axes["tensorflow"].split(".")[1]) - 10 for cell in one.cells]


def sets(*cells: str) -> list[list[int]]:
    return [members(one) for one in found(*cells).sets]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param(["AB", "AB", "AC"], [[0, 1]], id="the same bits in all cases"),
        pytest.param(["AB", "AC", "AB", "AC"], [[0, 2], [1, 3]], id="two sets"),
        pytest.param(["AB", "AC"], [], id="none"),
        pytest.param(["AB"], [], id="one cell"),
        pytest.param(["A~", "AB", "AC"], [[0, 1], [0, 2]], id="what varies keeps nothing apart"),
        pytest.param(["A~", "A~", "AB"], [[0, 1, 2]], id="several that vary"),
        pytest.param(["~BX", "A~X", "CBX"], [[0, 1], [0, 2]], id="no two of a set differ"),
        pytest.param(["~B", "A~"], [], id="nothing in common but what varies"),
        pytest.param(["~~", "~~"], [], id="nothing but what varies"),
        pytest.param(["A.", "A.", "AB"], [[0, 1]], id="not supported in one is no likeness"),
        pytest.param(["A!", "A."], [], id="failing is not the same as not supported"),
        pytest.param(["A ", "A ", "AB"], [[0, 1]], id="a case that is not there"),
    ],
)
def test_sets(cells: list[str], expected: list[list[int]]) -> None:
    assert sets(*cells) == expected


def test_a_set_says_what_it_rests_on() -> None:
    (only,) = found("A~.B", "A~.B", "C~.B").sets
    assert (only.compared, only.varying, only.proven) == (2, ("b",), True)
    (once,) = found("AB", "AB", repeats=1).sets
    assert not once.proven


def test_where_there_is_no_set_the_nearest_two_are_told() -> None:
    near = found("ABCD", "ABXY", "ABCY").nearest
    assert near is not None
    assert [one.axes["tensorflow"] for one in near.cells] == ["2.10.0", "2.12.0"]
    assert near.apart == ("d",)


def test_what_varies_does_not_keep_the_nearest_apart() -> None:
    near = found("ABC~", "AB.D", "XYCZ").nearest
    assert near is not None
    assert near.apart == ("c",)


def test_of_several_as_near_those_that_differ_in_fewest_axes_are_told() -> None:
    cells = [cell("2.10.0"), cell("2.11.0", determinism="off"), cell("2.11.0")]
    records = [
        trial(of, case("a", "same"), case("b", word)) for of, word in zip(cells, "xyz", strict=True)
    ]
    (context,) = compare(records, []).contexts
    near = swaps(context).nearest
    assert near == Nearest(cells=(context.cells[0], context.cells[2]), apart=("b",))


def test_no_nearest_beside_sets_or_with_one_cell() -> None:
    assert found("AB", "AB", "CD").nearest is None
    assert found("AB").nearest is None


letters = st.lists(st.text(f"AB{VARIES}.", min_size=4, max_size=4), min_size=1, max_size=7)


def conflict(left: str, right: str) -> bool:
    """Whether some case keeps two cells apart."""
    return any(a != b and VARIES not in {a, b} for a, b in zip(left, right, strict=True))


@settings(deadline=None)
@given(letters)
def test_no_two_cells_of_a_set_differ_and_none_can_be_added(cells: list[str]) -> None:
    for one in sets(*cells):
        texts = [cells[place] for place in one]
        assert not any(conflict(left, right) for left, right in combinations(texts, 2))
        for place in set(range(len(cells))) - set(one):
            assert any(conflict(cells[place], text) for text in texts)


@settings(deadline=None)
@given(letters)
def test_any_two_alike_cells_are_in_one_set(cells: list[str]) -> None:
    whole = sets(*(f"A{text}" for text in cells))
    for left, right in combinations(range(len(cells)), 2):
        together = any({left, right} <= set(one) for one in whole)
        assert together is not conflict(cells[left], cells[right])


@settings(deadline=None)
@given(letters)
def test_the_nearest_are_apart_in_as_few_cases_as_can_be(cells: list[str]) -> None:
    near = found(*cells).nearest
    if near:
        fewest = min(
            sum(a != b and VARIES not in {a, b} for a, b in zip(*pair, strict=True))
            for pair in combinations(cells, 2)
        )
        assert len(near.apart) == fewest
