"""Walks along an axis, and where the bits of a case change on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import ERROR, UNSUPPORTED, cell, run, status, trials

from runner.analysis.changes import Change, Move, find_walks, untried
from runner.analysis.compare import compare
from runner.analysis.comparison import Verdict
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.changes import Walk
    from runner.matrix.cells import Cell

Seen = tuple[object, ...]
"""A word per repeat, each standing for bits."""


def walks(seen: Mapping[Cell, Seen], axis: str = "tensorflow") -> tuple[Walk, ...]:
    """Walk over cells of which each has one case, `a`, in three trials."""
    records = [record for of, words in seen.items() for record in trials(of, {"a": words})]
    (context,) = compare(records, []).contexts
    return find_walks(context, axis)


def history(seen: Mapping[str, Seen], python: str = "3.11") -> dict[Cell, Seen]:
    return {cell(release, python=python): words for release, words in seen.items()}


def changes(seen: Mapping[Cell, Seen]) -> Sequence[Change]:
    (walk,) = walks(seen)
    (case,) = walk.cases
    return case.changes


def change(before: str, after: str, **other: object) -> Change:
    fields: dict[str, object] = {
        "unknown": (),
        "untried": (),
        "moved": (),
        "back_to": "",
        "doubtful": False,
        "proven": True,
    }
    return Change(before=before, after=after, **(fields | other))  # type: ignore[arg-type] # by name


# what changed


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("aaaa", [], id="never"),
        pytest.param("abbb", [change("2.15.1", "2.16.2")], id="once"),
        pytest.param("abbc", [change("2.15.1", "2.16.2"), change("2.17.1", "2.18.1")], id="twice"),
        pytest.param(
            "abba",
            [change("2.15.1", "2.16.2"), change("2.17.1", "2.18.1", back_to="2.15.1")],
            id="and back",
        ),
    ],
)
def test_the_first_release_with_new_bits(words: str, expected: list[Change]) -> None:
    releases = ("2.15.1", "2.16.2", "2.17.1", "2.18.1")
    seen = {release: (word, word) for release, word in zip(releases, words, strict=True)}
    assert list(changes(history(seen))) == expected


def test_releases_are_walked_by_number() -> None:
    seen = history({"2.10.1": ("b", "b"), "2.9.3": ("a", "a"), "2.11.1": ("b", "b")})
    assert list(changes(seen)) == [change("2.9.3", "2.10.1")]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        pytest.param(("x", "y"), Verdict.VARIES, id="varies"),
        pytest.param((UNSUPPORTED,), Verdict.UNSUPPORTED, id="unsupported"),
        pytest.param((ERROR,), Verdict.ERROR, id="error"),
    ],
)
def test_what_has_no_one_result_leaves_the_place_of_a_change_open(
    words: Seen, verdict: Verdict
) -> None:
    seen = history({"2.15.1": ("a", "a"), "2.16.2": words, "2.17.1": ("b", "b")})
    doubtful = verdict is Verdict.VARIES
    assert list(changes(seen)) == [
        change("2.15.1", "2.17.1", unknown=(("2.16.2", verdict),), doubtful=doubtful)
    ]


@pytest.mark.parametrize(
    ("words", "doubtful"),
    [
        pytest.param("~abcd", [True, False, False], id="just before"),
        pytest.param("abcd~", [False, False, True], id="just after"),
        pytest.param("~aabb", [False], id="further off"),
    ],
)
def test_a_change_beside_a_stop_that_varies_may_be_chance(words: str, doubtful: list[bool]) -> None:
    releases = ("2.15.1", "2.16.2", "2.17.1", "2.18.1", "2.19.1")
    seen = {
        release: ("x", "y") if word == "~" else (word, word)
        for release, word in zip(releases, words, strict=True)
    }
    assert [one.doubtful for one in changes(history(seen))] == doubtful


def test_what_has_no_one_result_is_no_change() -> None:
    seen = history({"2.15.1": ("a", "a"), "2.16.2": ("x", "y"), "2.17.1": ("a", "a")})
    assert list(changes(seen)) == []


def test_minor_releases_that_no_cell_has_are_named() -> None:
    seen = history({"2.15.1": ("a", "a"), "2.18.1": ("b", "b")})
    assert list(changes(seen)) == [change("2.15.1", "2.18.1", untried=("2.16", "2.17"))]


@pytest.mark.parametrize(
    ("values", "axis", "expected"),
    [
        pytest.param(["2.15.1", "2.18.1"], "tensorflow", ("2.16", "2.17"), id="between two"),
        pytest.param(["2.15.1", "2.16.2", "2.18.1"], "tensorflow", ("2.17",), id="one was tried"),
        pytest.param(["2.15.1", "2.18.1"], "keras", (), id="of another package"),
        pytest.param(["2.15.1", "\x1b[31m"], "tensorflow", (), id="what is no version"),
    ],
)
def test_minor_releases_between_values(
    values: list[str], axis: str, expected: tuple[str, ...]
) -> None:
    assert untried(values, axis) == expected


def test_a_cell_without_a_result_is_a_stop_without_one() -> None:
    tried = [cell("2.15.1"), cell("2.17.1")]
    failed = cell("2.16.2")
    records = [one for of in tried for one in trials(of, {"a": (of.id, of.id)})]
    said = [*map(status, tried), status(failed, Status.BUILD_FAILED, "no")]
    (context,) = compare(records, [run(said)]).contexts
    (walk,) = find_walks(context)
    assert walk.cases[0].changes == (change("2.15.1", "2.17.1", unknown=(("2.16.2", None),)),)


def test_what_was_seen_once_is_not_proven() -> None:
    seen = history({"2.15.1": ("a", "a"), "2.16.2": ("b", "b")})
    records = [one for of, words in seen.items() for one in trials(of, {"a": words[:1]}, count=1)]
    (context,) = compare(records, []).contexts
    (walk,) = find_walks(context)
    assert walk.cases[0].changes == (change("2.15.1", "2.16.2", proven=False),)


def test_fewer_than_two_results_can_not_be_compared() -> None:
    seen = history({"2.15.1": ("a", "a"), "2.16.2": ("x", "y")})
    (walk,) = walks(seen)
    assert not walk.cases[0].comparable


# where the walks go


def test_other_axes_are_equal_on_a_walk() -> None:
    seen: dict[Cell, Seen] = {
        cell("2.15.1", determinism="off"): ("a", "a"),
        cell("2.15.1", determinism="on"): ("b", "b"),
        cell("2.16.2", determinism="off"): ("a", "a"),
        cell("2.16.2", determinism="on"): ("b", "b"),
    }
    assert [walk.axes["determinism"] for walk in walks(seen)] == ["off", "on"]
    assert [walk.cases[0].changes for walk in walks(seen)] == [(), ()]


def test_a_python_that_ends_is_continued_where_both_have_a_release() -> None:
    older = history({"2.11.1": ("a", "a"), "2.12.1": ("b", "b")}, python="3.8")
    newer = history({"2.12.1": ("c", "c"), "2.13.1": ("c", "c")}, python="3.11")
    assert list(changes(older | newer)) == [
        change("2.11.1", "2.12.1"),
        change("2.12.1", "2.12.1", moved=(Move("python", "3.8", "3.11"),)),
    ]


def test_a_python_that_moves_at_the_same_step_is_named() -> None:
    older, newer = {"2.11.1": ("a", "a")}, {"2.12.1": ("b", "b"), "2.13.1": ("b", "b")}
    seen = history(older, python="3.10") | history(newer)
    moved = (Move("python", "3.10", "3.11"),)
    assert list(changes(seen)) == [change("2.11.1", "2.12.1", moved=moved)]


def test_a_setting_never_continues_another() -> None:
    seen: dict[Cell, Seen] = {
        cell("2.15.1", determinism="off"): ("a", "a"),
        cell("2.16.2", determinism="on"): ("b", "b"),
    }
    assert walks(seen) == ()


def test_one_that_reaches_no_further_is_a_walk_of_its_own() -> None:
    both: Mapping[str, Seen] = {"2.15.1": ("a", "a"), "2.16.2": ("a", "a")}
    found = walks(history(both, python="3.10") | history(both, python="3.11"))
    assert [walk.axes["python"] for walk in found] == ["3.10", "3.11"]


def test_another_axis() -> None:
    seen: dict[Cell, Seen] = {
        cell("2.15.1", determinism="off"): ("a", "a"),
        cell("2.15.1", determinism="on"): ("b", "b"),
    }
    (walk,) = walks(seen, "determinism")
    assert walk.cases[0].changes == (change("off", "on"),)
    assert walk.axes["tensorflow"] == "2.15.1"
