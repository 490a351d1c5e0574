"""From records to a comparison: who is compared with whom, and who has no say."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import (
    ERROR,
    HOST_CLASS,
    case,
    cell,
    key,
    run,
    status,
    trial,
    trials,
)

from runner.analysis.compare import compare
from runner.analysis.comparison import Verdict
from runner.matrix.cells import Cell, Environment
from runner.results.records import Status
from runner.results.store import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.comparison import Comparison, Context
    from runner.results.records import EngineName, RunRecord, TrialRecord

V15, V16, V17 = cell("2.15.1"), cell("2.16.2"), cell("2.17.1")
GPU = cell("2.20.0", device="gpu", cuda="12.9.1")
H100 = "NVIDIA H100 (9.0, 132 SMs)"


def only(comparison: Comparison) -> Context:
    [context] = comparison.contexts
    return context


def one(records: Iterable[TrialRecord], runs: Iterable[RunRecord] = ()) -> Context:
    return only(compare(records, runs))


def letters(context: Context) -> dict[str, str]:
    return {
        result.cell: "".join(case.group or "-" for case in result.cases) for result in context.cells
    }


def missing(context: Context) -> list[tuple[str, Status, str]]:
    return [(cell.cell, cell.status, cell.reason) for cell in context.missing]


# contexts


def test_an_empty_store_has_no_contexts() -> None:
    assert compare([], []).contexts == ()


def test_cells_with_the_same_bits_share_a_letter() -> None:
    records = [
        *trials(V15, {"a": "xx"}),
        *trials(V16, {"a": "yy"}),
        *trials(V17, {"a": "xx"}),
    ]
    assert letters(one(records)) == {V15.id: "A", V16.id: "B", V17.id: "A"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(key(V15, engine="venv"), id="engine"),
        pytest.param(key(V15, host_class="cpu avx2"), id="host class"),
    ],
)
def test_another_engine_or_host_class_is_another_context(other: object) -> None:
    records = trials(V15, {"a": "xx"})
    records += trials(V15, {"a": "yy"}, trial_key=other)  # type: ignore[arg-type] # a key
    contexts = compare(records, []).contexts
    assert [letters(context) for context in contexts] == [{V15.id: "A"}, {V15.id: "A"}]
    assert len({(context.engine, context.host_class) for context in contexts}) == 2


@pytest.mark.parametrize(
    "old",
    [
        pytest.param(key(V15, probe="probe-0"), id="probe"),
        pytest.param(key(V15, seed=41), id="seed"),
    ],
)
def test_another_probe_or_seed_than_the_newest_is_stale(old: object) -> None:
    records = trials(V15, {"a": "xx"}, trial_key=old)  # type: ignore[arg-type] # a key
    records += trials(V16, {"a": "yy"}, at=60)
    context = one(records)
    assert letters(context) == {V16.id: "A"}
    assert missing(context) == [
        (V15.id, Status.STALE, "ran with another probe or seed than the newest trials")
    ]
    assert context.seed == 42


OTHER_BASE = "ran on another base image or interpreter than the newest trials"


def test_another_base_than_the_newest_is_stale() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=key(V15, base="base-1"), at=60)
    records += trials(V16, {"a": "xx"}, trial_key=key(V16, base="base-2"), at=120)
    records += trials(V17, {"a": "xx"}, trial_key=key(V17, base="base-1"))
    context = one(records)
    assert letters(context) == {V16.id: "A"}
    assert missing(context) == [(of.id, Status.STALE, OTHER_BASE) for of in (V15, V17)]


def test_each_python_and_each_base_that_a_cell_names_has_its_own_newest() -> None:
    other = cell("2.15.1", python="3.12")
    named = Cell(
        environment=Environment(python="3.11", tensorflow="2.15.1", base="nvidia/cuda:11.8.0"),
        setting=V15.setting,
    )
    cells = (V15, other, named)
    records = [
        record
        for of in cells
        for record in trials(of, {"a": "xx"}, trial_key=key(of, base=f"base of {of.id}"))
    ]
    assert set(letters(one(records))) == {of.id for of in cells}


def test_a_cell_that_has_no_say_outdates_no_base() -> None:
    other = cell("2.15.1", python="3.12")
    records = [
        *trials(V15, {"a": "xx"}, trial_key=key(V15, base="base-1")),
        *trials(V16, {"a": "xx"}, trial_key=key(V16, base="base-2", probe="probe-0"), at=60),
        *trials(V17, {"a": "xx"}, trial_key=key(V17, base="base-3"), at=120),
        *trials(other, {"a": "xx"}, trial_key=key(other, base="base-4"), at=180),
    ]
    said = run([status(V17, Status.BUILD_FAILED, "why", key(V17, base="base-5"))], at=180)
    assert letters(one(records, [said])) == {V15.id: "A", other.id: "A"}


def test_another_context_outdates_no_base() -> None:
    venv = key(V15, engine="venv", base="3.11.7")
    records = trials(V15, {"a": "xx"}) + trials(V15, {"a": "xx"}, trial_key=venv, at=60)
    assert [letters(context) for context in compare(records, []).contexts] == [{V15.id: "A"}] * 2


def test_another_lock_or_number_of_repeats_may_be_compared() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=key(V15, lock="lock-2"))
    records += trials(V16, {"a": "xxx"}, trial_key=key(V16, repeats=3))
    assert letters(one(records)) == {V15.id: "A", V16.id: "A"}


def test_a_context_says_where_and_when_its_trials_ran() -> None:
    records = [
        *trials(V15, {"a": "xx"}),
        trial(V16, case("a", "x", "x"), at=86_400, pinned=False),
    ]
    context = one(records, [run([status(V15)], reason="no Docker engine answered")])
    assert context.machines == ("AMD EPYC 9R14",)
    assert context.engine_reason == "no Docker engine answered"
    assert [f"{moment:%d %H:%M:%S}" for moment in (context.first, context.last) if moment] == [
        "22 09:00:00",
        "23 09:00:00",
    ]
    assert not context.pinned


def test_the_cases_are_in_the_order_of_the_probe() -> None:
    backwards = trial(
        V15,
        case("b.2", 1, family="b"),
        case("a.1", 1, family="a"),
        case("b.1", 1, family="b"),
        order="reversed",
    )
    forwards = trial(
        V16, case("b.1", 1, family="b"), case("a.1", 1, family="a"), case("b.2", 1, family="b")
    )
    for records in ([backwards], [backwards, forwards]):
        assert one(records).families == {"b": ("b.1", "b.2"), "a": ("a.1",)}


# evidence


def test_a_cell_that_varies_has_no_group() -> None:
    context = one([*trials(V15, {"a": "xy"}), *trials(V16, {"a": "xx"})])
    assert letters(context) == {V15.id: "-", V16.id: "A"}
    assert context.cells[0].cases[0].verdict is Verdict.VARIES


def test_a_trial_that_ran_twice_and_differs_is_the_finding() -> None:
    context = one([*trials(V15, {"a": "xx"}), *trials(V15, {"a": "yy"}, at=60)])
    assert context.cells[0].cases[0].verdict is Verdict.VARIES


def test_a_copy_from_a_merge_is_no_evidence() -> None:
    records = trials(V15, {"a": "xx"})
    copies = [record.model_copy(deep=True) for record in records]
    evidence = one(records + copies).cells[0].cases[0].evidence
    assert (evidence.processes, evidence.seen) == (3, 6)


def test_only_the_newest_key_counts_and_older_trials_are_told() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=key(V15, lock="old"))
    records += trials(V15, {"a": "yy"}, count=2, at=60)
    [result] = one(records).cells
    assert result.cases[0].verdict is Verdict.IDENTICAL
    assert (result.done, result.attempted, result.superseded) == (2, 2, 3)


def test_a_newer_key_whose_trials_failed_leaves_no_result() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=key(V15, lock="old"))
    records.append(trial(V15, at=60, status=Status.OUT_OF_MEMORY, reason="8 GiB"))
    context = one(records)
    assert context.cells == ()
    assert missing(context) == [(V15.id, Status.OUT_OF_MEMORY, "8 GiB")]
    assert context.missing[0].superseded == 3


def test_a_failed_trial_beside_finished_ones_is_counted() -> None:
    records = trials(V15, {"a": "xx"}, count=2)
    records.append(trial(V15, at=60, status=Status.TIMED_OUT, reason="600 s"))
    [result] = one(records).cells
    assert (result.done, result.attempted) == (2, 3)
    assert (result.status, result.reason) == (Status.TIMED_OUT, "600 s")


def test_damaged_files_are_counted_for_their_cell() -> None:
    damaged = [
        Damaged(f"trials/{V15.id}/x.json", "cut"),
        Damaged(f"trials/{V16.id}/x.json", "cut"),
        Damaged(f"trials/{V15.id}", "permission denied"),
        Damaged("runs/x.json", "cut"),
    ]
    comparison = compare(trials(V15, {"a": "xx"}), [run([status(V15), status(V16)])], damaged)
    context = only(comparison)
    assert [result.damaged for result in context.cells] == [2]
    assert [cell.damaged for cell in context.missing] == [1]
    assert comparison.damaged == tuple(sorted(damaged))


def test_a_case_that_only_some_trials_ran_rests_on_those() -> None:
    records = [trial(V15, case("a", 1, 1), case("b", 1, 1)), trial(V15, case("a", 1, 1), at=1)]
    [result] = one(records).cells
    assert {one.case: one.evidence.processes for one in result.cases} == {"a": 2, "b": 1}


def test_a_case_that_a_cell_did_not_run_is_not_there() -> None:
    records = trials(V15, {"a": "xx", "b": "xx"}) + trials(V16, {"a": "xx"})
    context = one(records)
    assert [[one.case for one in result.cases] for result in context.cells] == [["a", "b"], ["a"]]
    assert [[one.family for one in result.families] for result in context.cells] == [
        ["a", "b"],
        ["a"],
    ]


def test_a_probe_without_cases_is_no_fault() -> None:
    [result] = one([trial(V15)]).cells
    assert (result.cases, result.families) == ((), ())


# cells without a result


@pytest.mark.parametrize("what", [one for one in Status if one is not Status.DONE])
def test_a_cell_that_a_run_did_not_finish_is_missing_with_its_reason(what: Status) -> None:
    context = one(trials(V15, {"a": "xx"}), [run([status(V15), status(V16, what, "why")])])
    assert letters(context) == {V15.id: "A"}
    assert missing(context) == [(V16.id, what, "why")]


def test_a_context_may_have_no_results_at_all() -> None:
    context = one([], [run([status(V15, Status.BUILD_FAILED, "disk full")])])
    assert (context.cells, context.seed, context.first) == ((), None, None)
    assert missing(context) == [(V15.id, Status.BUILD_FAILED, "disk full")]
    assert context.machines == ("AMD EPYC 9R14",)


def test_the_newest_word_on_a_cell_counts() -> None:
    runs = [
        run([status(V15, Status.BUILD_FAILED, "new")], at=5000),
        run([status(V15, Status.SKIPPED, "old")]),
    ]
    assert missing(one([], runs)) == [(V15.id, Status.BUILD_FAILED, "new")]
    later = trial(V15, at=9000, status=Status.TIMED_OUT, reason="newest")
    assert missing(one([later], runs)) == [(V15.id, Status.TIMED_OUT, "newest")]


def test_a_run_that_was_killed_is_told_by_how_it_began() -> None:
    begun = run([status(V15, Status.INTERRUPTED), status(V16, Status.INTERRUPTED)]).model_copy(
        update={"finished": None}
    )
    context = one(trials(V15, {"a": "xx"}, at=10), [begun])
    assert letters(context) == {V15.id: "A"}
    assert missing(context) == [(V16.id, Status.INTERRUPTED, "")]


def test_what_is_done_but_not_in_the_store_is_no_result() -> None:
    context = one([], [run([status(V15)])])
    assert missing(context) == [
        (V15.id, Status.STALE, "it ran, but its trials are damaged or not in this store")
    ]


def test_a_stale_cell_is_no_result() -> None:
    records = trials(V15, {"a": "xx"})
    context = one(records, [run([status(V15, Status.STALE, "the lock has changed")], at=60)])
    assert context.cells == ()
    assert missing(context) == [(V15.id, Status.STALE, "the lock has changed")]


# results that are not current


NOW, BEFORE = key(V15, lock="lock-2"), key(V15, lock="lock-1")
OTHER_KEY = "its stored trials are of another lock, probe, setting or base"


@pytest.mark.parametrize("what", [one for one in Status if one is not Status.DONE])
def test_older_trials_are_no_result_of_what_was_planned_since(what: Status) -> None:
    records = trials(V15, {"a": "xx"}, trial_key=BEFORE) + trials(V16, {"a": "xx"}, at=60)
    context = one(records, [run([status(V15, what, "why", NOW), status(V16)], at=60)])
    assert letters(context) == {V16.id: "A"}
    assert missing(context) == [(V15.id, what, "why")]
    assert (context.missing[0].attempted, context.missing[0].superseded) == (0, 3)


def test_older_trials_are_stale_where_the_planned_ones_are_done_but_not_there() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=BEFORE)
    context = one(records, [run([status(V15, planned=NOW)], at=60)])
    assert missing(context) == [(V15.id, Status.STALE, OTHER_KEY)]


@pytest.mark.parametrize(
    "what",
    [Status.DONE, Status.INTERRUPTED, Status.RUN_FAILED, Status.TIMED_OUT, Status.BUILD_FAILED],
)
def test_trials_of_what_was_planned_are_shown_whatever_became_of_the_run(what: Status) -> None:
    records = trials(V15, {"a": "xx"}, count=2, trial_key=NOW)
    context = one(records, [run([status(V15, what, "why", NOW)], at=60)])
    assert letters(context) == {V15.id: "A"}
    assert (context.cells[0].status, context.cells[0].reason) == (what, "why")


def test_a_lock_that_is_taken_back_brings_its_trials_back() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=BEFORE)
    records += trials(V15, {"a": "yy"}, count=2, at=60, trial_key=NOW)
    [result] = one(records, [run([status(V15, planned=BEFORE)], at=120)]).cells
    assert (result.done, result.attempted, result.superseded) == (3, 3, 2)


def test_trials_after_the_newest_run_that_is_known_count() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=NOW, at=5000)
    said = run([status(V15, Status.BUILD_FAILED, "disk full", BEFORE)])
    assert letters(one(records, [said])) == {V15.id: "A"}


def test_a_run_that_does_not_name_a_cell_says_nothing_of_it() -> None:
    records = trials(V15, {"a": "xx"}, trial_key=BEFORE)
    later = run([status(V16, Status.BUILD_FAILED, "why", key(V16, lock="lock-2"))], at=5000)
    context = one(records, [run([status(V15, planned=BEFORE)]), later])
    assert letters(context) == {V15.id: "A"}
    assert missing(context) == [(V16.id, Status.BUILD_FAILED, "why")]


@pytest.mark.parametrize(("engine", "host_class"), [("venv", HOST_CLASS), ("docker", "cpu avx2")])
def test_a_run_elsewhere_supersedes_nothing_here(engine: EngineName, host_class: str) -> None:
    planned = key(V15, lock="lock-2", engine=engine, host_class=host_class)
    said = [status(V15, Status.RUN_FAILED, "why", planned)]
    records = trials(V15, {"a": "xx"})
    runs = [run([status(V15, planned=key(V15))])]
    runs.append(run(said, at=60, engine=engine, host_class=host_class))
    found = {
        (context.engine, context.host_class): (letters(context), missing(context))
        for context in compare(records, runs).contexts
    }
    assert found == {
        ("docker", HOST_CLASS): ({V15.id: "A"}, []),
        (engine, host_class): ({}, [(V15.id, Status.RUN_FAILED, "why")]),
    }


@pytest.mark.parametrize(
    "what", [Status.REFUSED, Status.SKIPPED, Status.NO_GPU, Status.BUILD_FAILED]
)
def test_a_cell_that_the_last_run_could_not_plan_has_no_current_result(what: Status) -> None:
    records = trials(V15, {"a": "xx"})
    context = one(records, [run([status(V15, what, "why")], at=60)])
    assert letters(context) == {}
    assert missing(context) == [(V15.id, what, "why")]


@pytest.mark.parametrize("what", [Status.DONE, Status.INTERRUPTED, Status.RUN_FAILED])
def test_records_of_old_name_no_key_and_supersede_nothing(what: Status) -> None:
    context = one(trials(V15, {"a": "xx"}), [run([status(V15, what, "why")], at=60)])
    assert letters(context) == {V15.id: "A"}
    assert context.cells[0].status is what


NO_DEVICE = pytest.mark.parametrize("what", [Status.SKIPPED, Status.NO_GPU])


@NO_DEVICE
def test_what_another_host_lacks_says_nothing_of_what_this_one_ran(what: Status) -> None:
    gpu_class = f"{H100}, {HOST_CLASS}"
    planned = key(GPU, host_class=gpu_class)
    there = run([status(GPU, what, "no GPU on this host")], at=5000, on="node-2")
    context = one(trials(GPU, {"a": "xx"}, trial_key=planned), [there])
    assert letters(context) == {GPU.id: "A"}
    assert context.cells[0].status is Status.DONE
    newer = key(GPU, lock="lock-2", host_class=gpu_class)
    here = run([status(GPU, Status.BUILD_FAILED, "disk full", newer)], at=60)
    context = one(trials(GPU, {"a": "xx"}, trial_key=planned), [here, there])
    assert missing(context) == [(GPU.id, Status.BUILD_FAILED, "disk full")]


def test_a_trial_that_saw_no_gpu_speaks_for_its_cell() -> None:
    planned = key(GPU, host_class=f"{H100}, {HOST_CLASS}")
    saw_none = run([status(GPU, Status.NO_GPU, "libcudnn.so.9", planned)], at=60, on="node-2")
    context = one(trials(GPU, {"a": "xx"}, trial_key=planned), [saw_none])
    assert letters(context) == {GPU.id: "A"}
    assert (context.cells[0].status, context.cells[0].reason) == (Status.NO_GPU, "libcudnn.so.9")


def test_a_run_on_one_of_two_gpus_is_told_by_its_key() -> None:
    classes = [f"{gpu}, {HOST_CLASS}" for gpu in (H100, "NVIDIA A100 (8.0, 108 SMs)")]
    keys = [key(GPU, host_class=host_class) for host_class in classes]
    records = [one for of in keys for one in trials(GPU, {"a": "xx"}, trial_key=of)]
    said = run([status(GPU, Status.INTERRUPTED, "Ctrl-C", keys[0])], at=60)
    contexts = compare(records, [said]).contexts
    assert {one.host_class: one.cells[0].status for one in contexts} == {
        classes[0]: Status.INTERRUPTED,
        classes[1]: Status.DONE,
    }


@NO_DEVICE
def test_what_one_host_lacks_and_another_ran_is_not_missing(what: Status) -> None:
    here = run([status(V15), status(GPU, what, "no GPU on this host")])
    elsewhere = trials(GPU, {"a": "xx"}, trial_key=key(GPU, host_class=f"{H100}, cpu avx2"))
    contexts = compare([*trials(V15, {"a": "xx"}), *elsewhere], [here]).contexts
    assert [context.missing for context in contexts] == [(), ()]


def test_what_a_trial_missed_here_is_missing_although_another_host_ran_it() -> None:
    planned = key(GPU, host_class=f"{H100}, {HOST_CLASS}")
    here = run([status(V15), status(GPU, Status.NO_GPU, "libcudnn.so.9", planned)])
    elsewhere = trials(GPU, {"a": "xx"}, trial_key=key(GPU, host_class=f"{H100}, cpu avx2"))
    contexts = compare([*trials(V15, {"a": "xx"}), *elsewhere], [here]).contexts
    told = [one.status for context in contexts for one in context.missing]
    assert told == [Status.NO_GPU]


def test_a_gpu_cell_that_failed_belongs_beside_its_kind() -> None:
    other = cell("2.21.0", device="gpu", cuda="12.9.1")
    gpu_class = f"{H100}, {HOST_CLASS}"
    records = trials(GPU, {"a": "xx"}, trial_key=key(GPU, host_class=gpu_class))
    said = run([status(GPU), status(other, Status.BUILD_FAILED, "disk full")])
    context = one(records, [said])
    assert context.host_class == gpu_class
    assert missing(context) == [(other.id, Status.BUILD_FAILED, "disk full")]


# order


def order(context: Context) -> list[str]:
    return [result.axes["tensorflow"] for result in context.cells]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param([[V17, V15, V16]], ["2.17.1", "2.15.1", "2.16.2"], id="as the run lists"),
        pytest.param(
            [[V17, V16, V15], [V16, V17, V15]],
            ["2.16.2", "2.17.1", "2.15.1"],
            id="as the newest run lists",
        ),
        pytest.param(
            [[V17, V15, V16], [V16]],
            ["2.17.1", "2.15.1", "2.16.2"],
            id="a run of some cells changes nothing",
        ),
        pytest.param([[V17], [V16, V15]], ["2.15.1", "2.16.2", "2.17.1"], id="shards: natural"),
        pytest.param([], ["2.15.1", "2.16.2", "2.17.1"], id="no run: natural"),
    ],
)
def test_cells_are_in_axis_order(listed: Sequence[Sequence[object]], expected: list[str]) -> None:
    records = [record for of in (V16, V17, V15) for record in trials(of, {"a": "xx"})]
    runs = [
        run([status(of) for of in cells], at=1000 * place)  # type: ignore[arg-type] # cells
        for place, cells in enumerate(listed)
    ]
    assert order(one(records, runs)) == expected


def test_letters_follow_the_order_of_the_cells() -> None:
    records = [*trials(V15, {"a": "xx"}), *trials(V16, {"a": "yy"})]
    assert letters(one(records, [run([status(V16), status(V15)])])) == {V16.id: "A", V15.id: "B"}


def _store(seed: int) -> tuple[list[TrialRecord], list[RunRecord]]:
    """Half a year of a small matrix: reruns, new locks, failures, shards."""
    chance = random.Random(seed)  # noqa: S311 - a test's
    cells = [
        cell(version, determinism=det) for version in ("2.9.3", "2.10.1") for det in ("off", "on")
    ]
    records = []
    for at in range(12):
        of = chance.choice(cells)
        words = [chance.choice("xxxy") for _ in range(2)]
        outcome = chance.choice([Status.DONE] * 4 + [Status.TIMED_OUT])
        outputs = (case("a", *words), case("b", chance.choice(["z", ERROR])))
        records.append(
            trial(
                of,
                *outputs,
                at=at // 2,
                status=outcome,
                trial_key=key(
                    of,
                    lock=chance.choice("ab"),
                    base=chance.choice(["base-1", "base-1", "base-2"]),
                    host_class=chance.choice("hg"),
                ),
            )
        )
    runs = [
        run(
            [
                status(of, chance.choice(list(Status)), "why", chance.choice([None, planned]))
                for of in chance.sample(cells, 3)
                for planned in [key(of, lock=chance.choice("ab"), host_class=host_class)]
            ],
            at=at // 2,
            host_class=host_class,
            on=chance.choice(["node-1", "node-2"]),
        )
        for at in range(4)
        for host_class in [chance.choice("hg")]
    ]
    return records, runs


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.randoms(use_true_random=False))
def test_neither_the_order_of_records_nor_copies_matter(seed: int, shuffle: random.Random) -> None:
    records, runs = _store(seed)
    expected = compare(records, runs)
    records += [record.model_copy(deep=True) for record in shuffle.sample(records, 5)]
    runs += shuffle.sample(runs, 2)
    shuffle.shuffle(records)
    shuffle.shuffle(runs)
    assert compare(records, runs) == expected


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_letter_always_means_the_same_bits_and_no_letter_none(seed: int) -> None:
    for context in compare(*_store(seed)).contexts:
        found: dict[tuple[str, str], str] = {}
        for result in context.cells:
            assert result.done > 0
            for one_case in result.cases:
                assert bool(one_case.group) == (one_case.verdict is Verdict.IDENTICAL)
                if one_case.group:
                    place = (one_case.case, one_case.group)
                    assert found.setdefault(place, one_case.bits) == one_case.bits
        by_case = [(case, bits) for (case, _), bits in found.items()]
        assert len(set(by_case)) == len(by_case)
        assert {one.cell for one in context.cells}.isdisjoint(one.cell for one in context.missing)
