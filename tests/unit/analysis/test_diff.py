"""What becomes of each case from one cell to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from unit.results.synthetic import ERROR, UNSUPPORTED, cell, digest, trials

from runner.analysis.apart import Extent, OutputDistance
from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.comparison import Evidence, Verdict
from runner.analysis.diff import Outcome, diff
from runner.analysis.distance import measure
from runner.analysis.draws import Moved
from runner.analysis.pairing import find_pairs
from runner.results.loaded import NOT_STORED, LoadedArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.diff import Diff
    from runner.results.untrusted import Rejected

ARRAYS = {
    word: LoadedArray("float32", np.array([1, value, 8], "<f4"))
    for word, value in {"one": 2.0, "two": 2.5, "three": 3.0}.items()
}
RELEASES = ("2.13.1", "2.14.1", "2.15.1", "2.16.2")
Words = dict[str, tuple[object, ...]]


def load(wanted: str) -> LoadedArray | Rejected:
    return next((one for word, one in ARRAYS.items() if digest(word) == wanted), NOT_STORED)


def of(*cells: Mapping[str, Sequence[object]]) -> Diff:
    """The first and the last of some releases, each with words per repeat for its cases."""
    own = [cell(release) for release in RELEASES[: len(cells)]]
    records = [one for each, words in zip(own, cells, strict=True) for one in trials(each, words)]
    (found,) = find_pairs(compare(records, []), own[0].id, own[-1].id)
    return diff(found.context, found.pairs[0], load)


KEPT, OLD, NEW = ("one", "one"), ("one", "one"), ("two", "two")
VARYING = ("one", "two")


def outcomes(found: Diff) -> dict[str, Outcome]:
    return {one.case: one.outcome for one in found.cases}


def test_what_becomes_of_a_case() -> None:
    left: Words = {
        "nn.keeps": KEPT,
        "nn.changes": OLD,
        "nn.varies": VARYING,
        "nn.begins_to_vary": OLD,
        "nn.gone": OLD,
        "nn.new": (UNSUPPORTED,),
        "nn.never": (UNSUPPORTED,),
        "nn.lost": OLD,
    }
    right: Words = {
        "nn.keeps": KEPT,
        "nn.changes": NEW,
        "nn.varies": OLD,
        "nn.begins_to_vary": VARYING,
        "nn.gone": (ERROR,),
        "nn.new": NEW,
        "nn.never": (UNSUPPORTED,),
    }
    found = of(left, right)
    assert outcomes(found) == {
        "nn.keeps": Outcome.KEEPS,
        "nn.changes": Outcome.CHANGES,
        "nn.varies": Outcome.VARIES,
        "nn.begins_to_vary": Outcome.VARIES,
        "nn.gone": Outcome.UNKNOWN,
        "nn.new": Outcome.UNKNOWN,
        "nn.never": Outcome.UNKNOWN,
        "nn.lost": Outcome.UNKNOWN,
    }
    verdicts = {one.case: one.verdicts for one in found.cases}
    assert verdicts["nn.gone"] == (Verdict.IDENTICAL, Verdict.ERROR)
    assert verdicts["nn.lost"] == (Verdict.IDENTICAL, None)
    assert [one.case for one in found.cases if one.change] == ["nn.changes"]


def test_a_case_that_changes_says_how_far_and_through_what() -> None:
    (only,) = of({"nn.a": OLD}, {"nn.a": NEW}).cases
    assert only.change is not None
    expected = measure(ARRAYS["one"], ARRAYS["two"])
    assert only.change.outputs == (OutputDistance(output="out", distance=expected),)
    assert only.change.extent == Extent(
        elements=3, mismatched=1, ulps=2**21, median=2**21, relative=0.2, unmeasured=0
    )
    assert only.change.axes == ("tensorflow",)
    assert only.change.moved is Moved.UNKNOWN  # of a family that the table does not have


def test_what_moved_is_told_by_the_family_and_the_numbers() -> None:
    left, right = {"conv.a": OLD, "stream.a": OLD}, {"conv.a": NEW, "stream.a": NEW}
    moved = [one.change.moved for one in of(left, right).cases if one.change]
    assert moved == [Moved.ARITHMETIC, Moved.STREAM]


def test_what_is_not_stored_changes_all_the_same() -> None:
    (only,) = of({"conv.a": OLD}, {"conv.a": ("lost", "lost")}).cases
    assert only.outcome is Outcome.CHANGES
    assert only.change is not None
    assert only.change.extent == Extent(
        elements=0, mismatched=0, ulps=None, median=None, relative=None, unmeasured=1
    )
    assert only.change.outputs[0].reason == "not stored"


def test_the_nearest_cell_that_changes_nothing() -> None:
    words = [{"a": OLD}, {"a": OLD}, {"a": OLD}, {"a": NEW}]
    found = of(*words)
    assert [stop.cell.axes["tensorflow"] for stop in found.stops] == ["2.15.1", "2.14.1"]
    assert found.nearest is found.stops[0]


def test_a_cell_in_which_what_changes_is_not_known_is_no_advice() -> None:
    found = of({"a": OLD}, {"a": OLD}, {"a": VARYING}, {"a": NEW})
    assert found.nearest is found.stops[1]
    alone = of({"a": OLD}, {"a": VARYING}, {"a": NEW})
    assert (alone.nearest, alone.least) == (None, None)


def test_a_case_that_changes_nowhere_may_be_unknown_on_the_way() -> None:
    found = of({"a": OLD, "b": OLD}, {"a": OLD, "b": VARYING}, {"a": NEW, "b": OLD})
    assert found.nearest is found.stops[0]


def test_a_change_on_the_way_back_is_no_hindrance() -> None:
    found = of({"a": OLD}, {"a": NEW}, {"a": OLD}, {"a": NEW})
    assert found.nearest is not None
    assert found.nearest.cell.axes["tensorflow"] == "2.15.1"


def test_where_every_cell_changes_something_the_fewest_changes_are_told() -> None:
    found = of(
        {"a": OLD, "b": OLD, "c": OLD},
        {"a": NEW, "b": OLD, "c": OLD},
        {"a": NEW, "b": NEW, "c": VARYING},
        {"a": NEW, "b": NEW, "c": NEW},
    )
    assert found.nearest is None
    assert found.least is found.stops[1]
    assert found.least.changed == ("a",)
    assert found.stops[0].unknown == ("c",)


def test_a_cell_that_changes_as_many_is_no_advice() -> None:
    found = of({"a": OLD}, {"a": NEW}, {"a": NEW})
    assert (found.nearest, found.least) == (None, None)
    assert len(found.stops) == 1


def test_factors_that_moved_beside_the_axes_are_named() -> None:
    own = [cell(release) for release in RELEASES[:2]]
    records = [one for each in own for one in trials(each, {"a": OLD})]
    seen = [
        record.probe.fingerprint.model_copy(update=told)
        for record, told in zip(
            records,
            [{"keras": "2.15.0", "driver": "1"}] * 3 + [{"keras": "3.1.0", "python": "3.11.9"}] * 3,
            strict=True,
        )
        if record.probe
    ]
    told = [
        record.model_copy(update={"probe": record.probe.model_copy(update={"fingerprint": one})})
        for record, one in zip(records, seen, strict=True)
        if record.probe
    ]
    (found,) = find_pairs(compare(told, []), own[0].id, own[1].id)
    assert diff(found.context, found.pairs[0], load).beside == (
        Move("python release", "3.11.7", "3.11.9"),
        Move("keras", "2.15.0", "3.1.0"),
    )


def test_it_says_on_how_many_repeats_it_rests() -> None:
    assert of({"a": OLD}, {"a": NEW}).evidence == Evidence(processes=3, seen=6, distinct=1)
    assert of({"a": VARYING}, {"a": NEW}).evidence is None


def test_a_case_seen_once_is_not_proven() -> None:
    own = [cell(release) for release in RELEASES[:2]]
    records = [
        one
        for each, word in zip(own, ("one", "two"), strict=True)
        for one in trials(each, {"a": (word,)}, count=1)
    ]
    (found,) = find_pairs(compare(records, []), own[0].id, own[1].id)
    (only,) = diff(found.context, found.pairs[0], load).cases
    assert not only.proven
