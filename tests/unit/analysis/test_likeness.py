"""Which cell an environment behaves like, case by case."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.results.synthetic import ERROR, UNSUPPORTED, case, cell, fingerprint, trial, trials

from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.likeness import differences, likenesses, placements, rank, results_of
from runner.results.probe_output import Gpu

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.comparison import Context
    from runner.analysis.likeness import Likeness
    from runner.results.records import TrialRecord

    Words = Mapping[str, Sequence[object]]

OLD, NEW, NEWEST = cell("2.19.1"), cell("2.20.0"), cell("2.21.0")
HERE = cell("2.20.0", python="3.12")


def context_of(**by_cell: Words) -> Context:
    of = {"old": OLD, "new": NEW, "newest": NEWEST}
    records = [one for name, cases in by_cell.items() for one in trials(of[name], cases)]
    (context,) = compare(records, []).contexts
    return context


def here(cases: Words) -> list[TrialRecord]:
    return trials(HERE, cases, count=2)


def like(context: Context, cases: Words) -> tuple[Likeness, ...]:
    return likenesses(results_of(here(cases)), context.cells, HERE.axes)


def test_the_cell_with_the_same_bits_in_every_case() -> None:
    context = context_of(old={"a": "xx", "b": "xx"}, new={"a": "xx", "b": "yy"})
    first, second = like(context, {"a": "xx", "b": "yy"})
    assert (first.cell.cell, first.same, first.other, first.entire) == (
        NEW.id,
        ("a", "b"),
        (),
        True,
    )
    assert (second.cell.cell, second.same, second.other, second.entire) == (
        OLD.id,
        ("a",),
        ("b",),
        False,
    )


def test_without_one_that_is_like_it_in_all_the_one_with_most_in_common() -> None:
    context = context_of(old={"a": "xx", "b": "xx", "c": "xx"}, new={"a": "xx", "b": "yy"})
    first, second = like(context, {"a": "xx", "b": "yy", "c": "zz"})
    assert [first.cell.cell, second.cell.cell] == [NEW.id, OLD.id]
    assert first.entire  # `c` did not run there
    first, _ = like(context, {"a": "xx", "b": "xx", "c": "zz"})
    assert (first.cell.cell, first.other, first.entire) == (OLD.id, ("c",), False)


def test_one_that_differs_in_nothing_comes_before_one_with_more_in_common() -> None:
    context = context_of(old={"a": "xx", "b": "xx", "c": "xx"}, new={"a": "xx"})
    first, second = like(context, {"a": "xx", "b": "xx", "c": "zz"})
    assert [first.cell.cell, second.cell.cell] == [NEW.id, OLD.id]
    assert (len(first.same), len(second.same)) == (1, 2)


def test_of_equals_the_one_whose_axes_are_nearest_comes_first() -> None:
    words = {"a": "xx"}
    first, second, third = like(context_of(old=words, newest=words, new=words), words)
    assert first.cell.cell == NEW.id
    assert {second.cell.cell, third.cell.cell} == {OLD.id, NEWEST.id}
    assert rank(first) == rank(second) == rank(third)


@pytest.mark.parametrize(
    ("mine", "theirs", "standing"),
    [
        ("xx", "xx", "same"),
        ("xx", "yy", "other"),
        ("xy", "xx", "undecided"),
        ("xx", "xy", "undecided"),
        ("xy", "xy", "undecided"),
        ([UNSUPPORTED], [UNSUPPORTED], "same"),
        ([UNSUPPORTED], "xx", "other"),
        ("xx", [UNSUPPORTED], "other"),
        ("xy", [UNSUPPORTED], "other"),
        ([ERROR], [ERROR], "undecided"),
        ([ERROR], "xx", "other"),
        ("xx", [ERROR], "other"),
    ],
)
def test_what_one_case_says(mine: Sequence[str], theirs: Sequence[str], standing: str) -> None:
    (found,) = like(context_of(new={"a": theirs}), {"a": mine})
    told = {"same": found.same, "other": found.other, "undecided": found.undecided}
    assert told == {"same": (), "other": (), "undecided": ()} | {standing: ("a",)}
    assert found.entire is (standing == "same")


def test_what_was_seen_once_is_no_evidence() -> None:
    (context,) = compare([trial(NEW, case("a", "x"))], []).contexts
    (found,) = like(context, {"a": "xx"})
    assert (found.same, found.undecided) == ((), ("a",))


def test_the_group_of_each_case_is_that_of_the_table() -> None:
    context = context_of(old={"a": "xx", "b": "xx"}, new={"a": "yy", "b": "xx"})
    found = placements(results_of(here({"a": "yy", "b": "xx", "c": "zz", "d": "xy"})), context)
    assert [(one.result.case, one.group, one.cells, one.new) for one in found] == [
        ("a", "B", (NEW.id,), False),
        ("b", "A", (OLD.id, NEW.id), False),
        ("c", "", (), True),
        ("d", "", (), False),
    ]


def test_the_trials_of_both_orders_are_judged_together() -> None:
    forward = trial(HERE, case("a", "x", "x"), case("b", "x", "x"))
    reverse = trial(HERE, case("b", "y", "y"), case("a", "x", "x"), at=1, order="reversed")
    found = results_of([forward, reverse])
    assert {name: str(one.verdict) for name, one in found.items()} == {
        "a": "identical",
        "b": "varies",
    }
    assert found["a"].evidence.seen == 4


@given(data=st.data(), seed=st.integers(0, 2**32))
def test_a_cell_is_found_among_others_whatever_their_order(data: st.DataObject, seed: int) -> None:
    bits = st.lists(st.sampled_from("pqr"), min_size=4, max_size=4)
    patterns = data.draw(st.lists(bits, min_size=2, max_size=5, unique_by=tuple))
    cells = [cell(f"2.{10 + number}.0") for number in range(len(patterns))]
    records = [
        one
        for of, words in zip(cells, patterns, strict=True)
        for one in trials(of, {name: (bit, bit) for name, bit in zip("abcd", words, strict=True)})
    ]
    random.Random(seed).shuffle(records)  # noqa: S311 - an order
    (context,) = compare(records, []).contexts
    chosen = seed % len(patterns)
    mine = {name: (bit, bit) for name, bit in zip("abcd", patterns[chosen], strict=True)}
    found = like(context, mine)
    assert found[0].cell.cell == cells[chosen].id
    assert [one.entire for one in found] == [True] + [False] * (len(found) - 1)


def test_what_differs_beside_the_bits() -> None:
    mine, theirs = fingerprint("2.20.0"), fingerprint("2.19.1")
    assert differences(mine, mine) == ()
    gpu = Gpu(name="NVIDIA H100", compute_capability="9.0")
    changed = mine.model_copy(
        update={"gpus": (gpu,), "packages": {"tensorflow": "2.20.0"}, "numpy": "2.1.3"}
    )
    assert differences(changed, theirs) == (
        Move("tensorflow", "2.19.1", "2.20.0"),
        Move("package", "", "tensorflow"),
        Move("numpy", "1.26.4", "2.1.3"),
        Move("gpu", "", "NVIDIA H100"),
    )
