"""What the corners of a pair of cells leave as the cause of its difference."""

from __future__ import annotations

import pytest
from unit.analysis.planted import context

from runner.analysis.changes import Move
from runner.analysis.corners import Cause, by_values, differs_across, weigh
from runner.analysis.neighbours import evidence, points

OLD, NEW = "3.4.1", "3.15.1"
KERAS = Move("keras", OLD, NEW)


def weighed(*corners: tuple[str, str, str]) -> Cause:
    """2.16.2 with the old keras (A) and 2.17.1 with the new (B), and cells that hold keras."""
    cells = [
        ({"tensorflow": "2.16.2"}, {"keras": OLD}, "A"),
        ({"tensorflow": "2.17.1"}, {"keras": NEW}, "B"),
        *(
            ({"tensorflow": release, "keras": keras}, {"keras": keras}, letter)
            for release, keras, letter in corners
        ),
    ]
    found = points(context(cells), "a")
    along = next(line for line in evidence(found) if line.axis == "tensorflow")
    pair = next(one for one in along.pairs if KERAS in one.beside)
    known = by_values(one for one in found if one.group)
    return weigh(pair, known)


def test_without_corners_all_that_moved_may_be_the_cause() -> None:
    cause = weighed()
    assert cause == Cause(alone=False, innocent=False, rest=(KERAS,), guilty=frozenset())


@pytest.mark.parametrize(
    ("letter", "alone", "innocent", "rest"),
    [
        pytest.param("B", True, False, (), id="as after: the axis, not keras"),
        pytest.param("A", False, True, (KERAS,), id="as before: keras, not the axis"),
        pytest.param("C", True, False, (KERAS,), id="as neither: both"),
    ],
)
def test_a_corner_tells(
    letter: str, *, alone: bool, innocent: bool, rest: tuple[Move, ...]
) -> None:
    cause = weighed(("2.17.1", OLD, letter))
    assert (cause.alone, cause.innocent, cause.rest) == (alone, innocent, rest)
    assert cause.guilty == frozenset(rest)


def test_all_corners_of_an_interaction() -> None:
    cause = weighed(("2.17.1", OLD, "A"), ("2.16.2", NEW, "A"))
    assert (cause.alone, cause.innocent, cause.guilty) == (True, False, frozenset({KERAS}))


def test_a_cell_with_another_value_is_no_corner() -> None:
    cause = weighed(("2.17.1", "3.9.2", "A"))
    assert not cause.innocent


def test_a_cell_with_another_factor_is_no_corner() -> None:
    cells = [
        ({"tensorflow": "2.16.2"}, {"keras": OLD, "driver": "570"}, "A"),
        ({"tensorflow": "2.17.1"}, {"keras": NEW, "driver": "570"}, "B"),
        ({"tensorflow": "2.17.1", "keras": OLD}, {"keras": OLD, "driver": "580"}, "A"),
    ]
    found = points(context(cells), "a")
    along = next(line for line in evidence(found) if line.axis == "tensorflow")
    pair = next(one for one in along.pairs if KERAS in one.beside)
    assert not weigh(pair, by_values(found)).innocent


def test_bits_that_differ_across_more_than_a_step() -> None:
    cells = [
        ({"tensorflow": release}, {"driver": driver}, letter)
        for release, driver, letter in (("1", "5", "A"), ("2", "5", "B"), ("3", "5", "B"))
    ]
    found = points(context(cells), "a")
    (along,) = evidence(found)
    known = by_values(found)
    first = along.pairs[0]
    assert differs_across(("1", "3"), first, known)
    assert not differs_across(("2", "3"), first, known)
    assert not differs_across(("1", "9"), first, known)
