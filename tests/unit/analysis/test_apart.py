"""Distances between the groups of a case, and why some can't be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from unit.results.synthetic import cell, digest, run, status, trial

from runner.analysis.apart import ONE_SIDE, OutputDistance, groups_apart, with_distances
from runner.analysis.compare import compare
from runner.analysis.comparison import Comparison
from runner.analysis.distance import measure
from runner.results.loaded import NOT_STORED, LoadedArray
from runner.results.probe_output import CaseOutput, Output
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.apart import GroupDistance
    from runner.analysis.comparison import Context

ARRAYS: dict[str, LoadedArray | Rejected] = {
    "one": LoadedArray("float32", np.array([1, 2], "<f4")),
    "two": LoadedArray("float32", np.array([1, 3], "<f4")),
    "far": LoadedArray("float32", np.array([9, 9], "<f4")),
    "wide": LoadedArray("float64", np.array([1, 2], "<f8")),
    "long": LoadedArray("float32", np.array([1, 2, 3], "<f4")),
    "lost": NOT_STORED,
    "harmed": Rejected("its bits are not those of its name"),
}
RELEASES = ("2.15.1", "2.16.2", "2.17.1", "2.18.1", "2.19.1")


def load(wanted: str) -> LoadedArray | Rejected:
    return next(array for word, array in ARRAYS.items() if digest(word) == wanted)


def sample(outputs: Mapping[str, str], later: Mapping[str, str] | None = None) -> CaseOutput:
    """A case with outputs by name, each a word for its bits, in two repeats."""
    return CaseOutput(
        name="nn.a",
        family="nn",
        status="ok",
        outputs=tuple(
            Output(
                name=name,
                dtype="float32",
                shape=(2,),
                digests=(digest(word), digest((later or outputs)[name])),
                stored=True,
            )
            for name, word in outputs.items()
        ),
        seconds=(0.1, 0.1),
    )


def context(*cases: CaseOutput) -> Context:
    """A cell for each of these, one release after the other."""
    cells = [cell(release) for release in RELEASES[: len(cases)]]
    trials = [trial(of, case) for of, case in zip(cells, cases, strict=True)]
    (found,) = compare(trials, [run(map(status, cells))]).contexts
    return found


def apart(*words: str, pairs: Sequence[tuple[str, str]] | None = None) -> tuple[GroupDistance, ...]:
    return groups_apart(context(*(sample({"out": word}) for word in words)), "nn.a", load, pairs)


def distance(left: str, right: str) -> OutputDistance:
    ours, theirs = ARRAYS[left], ARRAYS[right]
    assert isinstance(ours, LoadedArray)
    assert isinstance(theirs, LoadedArray)
    return OutputDistance(output="out", distance=measure(ours, theirs))


def test_each_group_is_measured_against_the_one_that_appeared_before_it() -> None:
    first, second = apart("one", "one", "two", "one", "far")
    assert {first.case, second.case} == {"nn.a"}
    assert (first.groups, second.groups) == (("A", "B"), ("B", "C"))
    assert first.cells == (cell("2.15.1").id, cell("2.17.1").id)
    assert second.cells == (cell("2.17.1").id, cell("2.19.1").id)
    assert first.outputs == (distance("one", "two"),)
    assert second.outputs == (distance("two", "far"),)


def test_a_comparison_gets_the_distances_of_all_its_cases() -> None:
    words = ("one", "two")
    found = context(*(sample({"out": word}) for word in words))
    comparison = with_distances(Comparison(contexts=(found,), damaged=()), load)
    assert comparison.contexts[0].distances == apart(*words)


def test_any_pair_on_request() -> None:
    (found,) = apart("one", "two", "far", pairs=[("C", "A")])
    assert found.groups == ("C", "A")
    assert found.outputs == (distance("far", "one"),)


def test_a_letter_that_no_group_has_is_left_out() -> None:
    assert apart("one", "two", pairs=[("A", "Z")]) == ()


def test_one_group_has_no_distance_to_another() -> None:
    assert apart("one", "one") == ()


def test_a_case_there_is_not_has_no_groups() -> None:
    assert groups_apart(context(sample({"out": "one"})), "nn.b", load) == ()


def test_a_cell_in_which_the_case_varies_stands_for_no_group() -> None:
    found = context(
        sample({"out": "one"}), sample({"out": "one"}, {"out": "far"}), sample({"out": "two"})
    )
    (only,) = groups_apart(found, "nn.a", load)
    assert only.cells == (cell("2.15.1").id, cell("2.17.1").id)


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        pytest.param("one", "lost", "not stored", id="not stored"),
        pytest.param("lost", "one", "not stored", id="not stored on the left"),
        pytest.param("one", "harmed", "damaged: its bits are not those of its name", id="damaged"),
        pytest.param(
            "one", "wide", "float32 of shape (2,) against float64 of shape (2,)", id="another type"
        ),
        pytest.param(
            "one", "long", "float32 of shape (2,) against float32 of shape (3,)", id="another shape"
        ),
    ],
)
def test_what_can_not_be_measured_says_why(left: str, right: str, reason: str) -> None:
    (found,) = apart(left, right)
    assert found.outputs == (OutputDistance(output="out", distance=None, reason=reason),)


def test_only_outputs_that_differ_are_told_and_found_by_name() -> None:
    (found,) = groups_apart(
        context(
            sample({"same": "one", "moved": "one", "gone": "far"}),
            sample({"moved": "two", "new": "far", "same": "one"}),
        ),
        "nn.a",
        load,
    )
    assert [(one.output, one.reason) for one in found.outputs] == [
        ("moved", ""),
        ("gone", ONE_SIDE),
        ("new", ONE_SIDE),
    ]
