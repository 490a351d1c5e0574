"""What differs from a baseline: every planted change is found, and nothing else."""

from __future__ import annotations

import random  # noqa: TC003 - hypothesis reads the type
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.results.synthetic import (
    ERROR,
    UNSUPPORTED,
    case,
    cell,
    key,
    run,
    status,
    trial,
    trials,
)

from runner.analysis.against import Against, hold
from runner.analysis.baseline import narrowed, take
from runner.analysis.compare import compare
from runner.analysis.standing import Kind
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.comparison import Comparison
    from runner.matrix.cells import Cell
    from runner.results.records import TrialRecord

OLD, NEW = cell("2.19.1"), cell("2.20.0")


def store(results: Mapping[Cell, Mapping[str, Sequence[object]]]) -> list[TrialRecord]:
    return [
        record
        for of, cases in results.items()
        for number in range(2)
        for record in [trial(of, *(case(name, *w) for name, w in cases.items()), at=number)]
    ]


def compared(results: Mapping[Cell, Mapping[str, Sequence[object]]]) -> Comparison:
    return compare(store(results), [])


def held(
    before: Mapping[Cell, Mapping[str, Sequence[object]]],
    after: Mapping[Cell, Mapping[str, Sequence[object]]],
) -> Against:
    return hold(compared(after), take(compared(before)))


def found(against: Against) -> list[tuple[str, str, str]]:
    return [(str(one.kind), one.cell, one.case) for one in against.differences]


SAME, OTHER, VARIES = ("x", "x"), ("y", "y"), ("x", "y")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        pytest.param(SAME, OTHER, Kind.CHANGED, id="other bits"),
        pytest.param(SAME, VARIES, Kind.VARIES, id="starts to vary"),
        pytest.param(VARIES, SAME, Kind.STEADY, id="stops varying"),
        pytest.param(SAME, [ERROR], Kind.FAILED, id="fails"),
        pytest.param(VARIES, [UNSUPPORTED], Kind.FAILED, id="is not supported any more"),
        pytest.param([UNSUPPORTED], [ERROR], Kind.FAILED, id="fails where it was not supported"),
        pytest.param([ERROR], SAME, Kind.WORKS, id="gives a result"),
        pytest.param([UNSUPPORTED], VARIES, Kind.WORKS, id="gives one that varies"),
    ],
)
def test_what_became_of_a_case(
    before: Sequence[object], after: Sequence[object], kind: Kind
) -> None:
    against = held({NEW: {"a": before, "b": SAME}}, {NEW: {"a": after, "b": SAME}})
    assert found(against) == [(kind, NEW.id, "a")]
    assert (against.same, against.compared) == (1, 2)


@pytest.mark.parametrize("words", [SAME, VARIES, [ERROR], [UNSUPPORTED]])
def test_what_is_as_it_was_is_no_difference(words: Sequence[object]) -> None:
    results = {OLD: {"a": words}, NEW: {"a": words}}
    against = held(results, results)
    assert (against.differences, against.unmatched) == ((), ())
    assert (against.same, against.compared) == (2, 2)


def test_a_case_and_a_cell_that_were_not_there() -> None:
    against = held({NEW: {"a": SAME}}, {OLD: {"a": SAME}, NEW: {"a": SAME, "b": SAME}})
    assert found(against) == [("new", OLD.id, "a"), ("new", NEW.id, "b")]
    assert against.compared == 1


def test_a_case_and_a_cell_that_are_gone() -> None:
    against = held({OLD: {"a": SAME}, NEW: {"a": SAME, "b": SAME}}, {NEW: {"a": SAME}})
    assert found(against) == [("missing", OLD.id, "a"), ("missing", NEW.id, "b")]
    assert [one.reason for one in against.differences] == [
        "no result of this cell here",
        "the case did not run",
    ]


def test_a_cell_that_failed_is_missing_with_its_reason() -> None:
    before = take(compared({OLD: {"a": SAME}, NEW: {"a": SAME}}))
    said = run([status(OLD), status(NEW, Status.TIMED_OUT, "no result within 600 s")])
    after = compare(store({OLD: {"a": SAME}}), [said])
    (one,) = hold(after, before).differences
    assert (one.kind, one.reason) == (Kind.MISSING, "timed-out: no result within 600 s")


def test_bits_that_change_together_stay_one_group_and_others_leave_it() -> None:
    before = {OLD: {"a": SAME, "b": SAME}, NEW: {"a": SAME, "b": SAME}}
    together = held(before, {OLD: {"a": OTHER, "b": SAME}, NEW: {"a": OTHER, "b": SAME}})
    assert [one.regrouped for one in together.differences] == [False, False]
    alone = held(before, {OLD: {"a": SAME, "b": SAME}, NEW: {"a": OTHER, "b": SAME}})
    assert [one.regrouped for one in alone.differences] == [True]
    joined = held({**before, OLD: {"a": OTHER}}, {OLD: {"a": OTHER}, NEW: {"a": OTHER, "b": SAME}})
    assert [one.regrouped for one in joined.differences] == [True]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"probe": "p-2"}, "it is of another probe (probe-1; here p-2)", id="probe"),
        pytest.param({"seed": 7}, "it is of another seed (42; here 7)", id="seed"),
    ],
)
def test_another_probe_or_seed_is_said_and_not_compared(
    changed: dict[str, object], reason: str
) -> None:
    before = take(compared({NEW: {"a": SAME}}))
    other = key(NEW).model_copy(update=changed)
    against = hold(compare(trials(NEW, {"a": OTHER}, trial_key=other), []), before)
    assert (against.differences, against.compared) == ((), 0)
    assert [(one.cells, one.reason) for one in against.unmatched] == [(1, reason)]


def test_another_host_class_is_said_and_not_compared() -> None:
    before = take(compared({NEW: {"a": SAME}}))
    elsewhere = key(NEW, host_class="cpu avx2")
    against = hold(compare(trials(NEW, {"a": OTHER}, trial_key=elsewhere), []), before)
    assert {one.kind for one in against.differences} == {Kind.NEW}
    assert against.compared == 0
    (one,) = against.unmatched
    assert one.reason == "the same cells ran on another engine or host class"


def test_a_cell_that_this_host_has_no_device_for_is_not_missing() -> None:
    gpu = cell(device="gpu", cuda="12.9.1")
    before = take(compared({OLD: {"a": SAME}, gpu: {"a": SAME}}))
    said = run([status(OLD), status(gpu, Status.NO_GPU, "no GPU on this host")])
    against = hold(compare(store({OLD: {"a": SAME}}), [said]), before)
    assert against.differences == ()
    (one,) = against.unmatched
    assert (one.cells, one.reason) == (1, "no-gpu: no GPU on this host")


def test_a_matrix_file_that_has_changed_is_told() -> None:
    results = compared({NEW: {"a": SAME}})
    assert hold(results, take(results, "old"), "new").other_matrix
    assert not hold(results, take(results, "old"), "old").other_matrix
    assert not hold(results, take(results), "new").other_matrix


def test_only_what_is_asked_for_is_held() -> None:
    whole = take(compared({OLD: {"a": SAME}, NEW: {"a": SAME, "b": SAME}}))
    known = narrowed(whole, {NEW.id}, lambda name: name == "a")
    assert found(hold(compared({NEW: {"a": OTHER}}), known)) == [("changed", NEW.id, "a")]


CELLS = [cell(version) for version in ("2.17.1", "2.18.1", "2.19.1", "2.20.0")]
WORDS = st.sampled_from([("x", "x"), ("y", "y"), ("x", "y"), (ERROR,), (UNSUPPORTED,)])
STORES = st.fixed_dictionaries(
    {of: st.fixed_dictionaries(dict.fromkeys("abc", WORDS)) for of in CELLS}
)


@given(STORES, st.sampled_from(CELLS), st.sampled_from("abc"), st.sampled_from("pq"))
def test_a_planted_change_is_found_and_nothing_else(
    results: dict[Cell, dict[str, tuple[str, ...]]], where: Cell, name: str, word: str
) -> None:
    after = {of: dict(cases) for of, cases in results.items()}
    after[where][name] = (f"planted {word}",) * 2
    assert [(of, one) for _, of, one in found(held(results, after))] == [(where.id, name)]


@given(STORES, STORES, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(
    before: dict[Cell, dict[str, tuple[str, ...]]],
    after: dict[Cell, dict[str, tuple[str, ...]]],
    chance: random.Random,
) -> None:
    records, now = store(before), store(after)
    expected = hold(compare(now, []), take(compare(records, [])))
    chance.shuffle(records)
    chance.shuffle(now)
    assert take(compare(records, [])) == take(compared(before))
    assert hold(compare(now, []), take(compare(records, []))) == expected
