"""Pairs of neighbouring cells: what is compared with what, and what moved beside the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.analysis.planted import context, line
from unit.results.synthetic import cell, run, status, trials

from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.neighbours import evidence, points
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unit.analysis.planted import Seen

    from runner.analysis.neighbours import AxisEvidence, Pair

RELEASES = ("2.15.1", "2.16.2", "2.17.1")


def found(cells: Iterable[Seen]) -> dict[str, AxisEvidence]:
    return {one.axis: one for one in evidence(points(context(cells), "a"))}


def steps(cells: Iterable[Seen], axis: str = "tensorflow") -> list[tuple[str, str, bool]]:
    return [(*pair.step, pair.same) for pair in found(cells)[axis].pairs]


def only(cells: Iterable[Seen], axis: str = "tensorflow") -> Pair:
    (pair,) = found(cells)[axis].pairs
    return pair


@pytest.mark.parametrize(
    ("letters", "expected", "silent"),
    [
        pytest.param(
            "AAB", [("2.15.1", "2.16.2", True), ("2.16.2", "2.17.1", False)], 0, id="by number"
        ),
        pytest.param("A~B", [("2.15.1", "2.17.1", False)], 2, id="over a cell that varies"),
        pytest.param("A~~", [], 2, id="nothing to compare with"),
        pytest.param("~~~", [], 2, id="nothing at all"),
    ],
)
def test_neighbours_along_an_axis(
    letters: str, expected: list[tuple[str, str, bool]], silent: int
) -> None:
    cells = line("tensorflow", RELEASES, letters)
    assert steps(cells) == expected
    assert steps(cells[::-1]) == expected
    assert found(cells)["tensorflow"].silent == silent


def test_what_lies_between_is_named() -> None:
    pair = only(line("tensorflow", ("2.12.1", "2.14.1", "2.16.2"), "A~B"))
    assert (pair.unknown, pair.untried, pair.doubtful) == (("2.14.1",), ("2.13", "2.15"), True)


def test_a_cell_without_a_result_is_neither_equal_nor_different() -> None:
    tried = [cell("2.15.1"), cell("2.17.1")]
    records = [one for of in tried for one in trials(of, {"a": (of.id, of.id)})]
    said = [*map(status, tried), status(cell("2.16.2"), Status.BUILD_FAILED, "no")]
    (whole,) = compare(records, [run(said)]).contexts
    (along,) = evidence(points(whole, "a"))
    assert [(pair.step, pair.unknown) for pair in along.pairs] == [
        (("2.15.1", "2.17.1"), ("2.16.2",))
    ]
    assert along.silent == 2


def test_cells_that_differ_in_two_axes_are_no_neighbours_where_others_join_them() -> None:
    cells = [
        *line("tensorflow", RELEASES[:2], "AB", determinism="off"),
        *line("tensorflow", RELEASES[:2], "CD", determinism="on"),
    ]
    assert len(found(cells)["tensorflow"].pairs) == 2
    assert len(found(cells)["determinism"].pairs) == 2


def test_where_nothing_joins_them_the_fewest_axes_are_taken_together() -> None:
    cells = [
        *line("tensorflow", ("2.10.1", "2.11.1"), "AA", python="3.8"),
        *line("tensorflow", ("2.12.1", "2.13.1"), "BB", python="3.11"),
    ]
    bridge = found(cells)["python"].pairs
    assert [pair.step for pair in bridge] == [("3.8", "3.11")]
    assert bridge[0].beside == (Move("tensorflow", "2.11.1", "2.12.1"),)
    (mirrored,) = (pair for pair in found(cells)["tensorflow"].pairs if pair.beside)
    assert mirrored.beside == (Move("python", "3.8", "3.11"),)


def test_which_side_varies() -> None:
    cells = line("determinism", ("off", "on"), "~A", tensorflow="2.20.0")
    ((restless, steady),) = found(cells)["determinism"].unsteady
    assert (restless.axes["determinism"], steady.axes["determinism"]) == ("off", "on")
    assert found(line("determinism", ("off", "on"), "~~"))["determinism"].unsteady == ()


# observed factors


def beside(*factors: dict[str, str]) -> tuple[Move, ...]:
    cells = [
        ({"tensorflow": release}, seen, release)
        for release, seen in zip(RELEASES, factors, strict=False)
    ]
    return only(cells).beside


def test_a_factor_that_moves_at_the_same_step() -> None:
    assert beside(
        {"keras": "2.15.0", "numpy": "1.26.4"}, {"keras": "3.15.1", "numpy": "1.26.4"}
    ) == (Move("keras", "2.15.0", "3.15.1"),)


def test_what_one_side_does_not_tell_is_not_known_to_move() -> None:
    assert beside({"nccl": "2.27.3"}, {}) == ()


def test_what_an_axis_brings_does_not_move_beside_it() -> None:
    cells = [
        ({"cuda": cuda}, {"cublas": cublas, "driver": driver}, cuda)
        for cuda, cublas, driver in (("12.6.3", "12.6.4", "580"), ("12.9.1", "12.9.1", "570"))
    ]
    assert only(cells, "cuda").beside == (Move("driver", "580", "570"),)


def test_a_value_that_is_observed_stands_where_none_is_declared() -> None:
    old, new = {"keras": "3.4.1"}, {"keras": "3.15.1"}
    cells = [
        ({"tensorflow": "2.16.2"}, old, "A"),
        ({"tensorflow": "2.17.1"}, new, "B"),
        ({"tensorflow": "2.17.1", "keras": "3.4.1"}, old, "C"),
    ]
    pairs = {
        tuple(pair.step): pair.beside for pair in found(cells)["tensorflow"].pairs if pair.beside
    }
    assert pairs == {("2.16.2", "2.17.1"): (Move("keras", "3.4.1", "3.15.1"),)}
    alone = [pair for pair in found(cells)["tensorflow"].pairs if not pair.beside]
    assert [(pair.before.group, pair.after.group) for pair in alone] == [("A", "C")]
    assert [pair.step for pair in found(cells)["keras"].pairs] == [("3.4.1", "3.15.1")]


def test_hostile_values_are_values() -> None:
    cells = line("tensorflow", ("\x1b[31m", "2.16.2", "rc|x"), "ABC")
    assert [pair.step[0] for pair in found(cells)["tensorflow"].pairs] == ["2.16.2", "\x1b[31m"]
