"""How a plan is run: what runs beside what, what ends a cell, what an interrupt leaves."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.execution.fake_engine import (
    GIB,
    GPUS,
    OK,
    PROBE,
    FakeEngine,
    build,
    cells,
    circumstances,
    order_of,
    plan,
    until,
)
from unit.results.synthetic import host, trial

from runner.environments.engine import Blueprint, BuildFailure, Outcome, Prepared, Trial
from runner.errors import EngineUnavailable, StoreError
from runner.execution.events import Event
from runner.execution.plan import Plan, make_plan, trial_key
from runner.execution.scheduler import Finished, Limits, Scheduler
from runner.results.gpu_use import GpuReading
from runner.results.records import Status
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner.execution.gpu import HostGpu

MANY = Limits(slots=4, memory=1000 * GIB)
TWO = Limits(slots=2, memory=1000 * GIB)
ONE = Limits(slots=1, memory=1000 * GIB)
DONE = (Status.DONE, "")


def execute(  # noqa: PLR0913 - what a run is made of
    planned: Plan,
    engine: FakeEngine,
    root: Path,
    *,
    limits: Limits = MANY,
    gpus: tuple[HostGpu, ...] = (),
    read_gpu: Callable[[str], GpuReading | None] = lambda _: None,
    listen: Callable[[Event], None] = lambda _: None,
) -> Finished:
    return Scheduler(
        plan=planned,
        engine=engine,
        store=Store(root),
        host=engine.host(),
        probe=PROBE,
        limits=limits,
        gpus=gpus,
        read_gpu=read_gpu,
        listen=listen,
    ).execute()


# all goes well


def test_every_trial_of_every_cell_is_run_and_kept(tmp_path: Path) -> None:
    wanted = cells("2.19.1", "2.20.0", determinism=("off", "on"))
    engine = FakeEngine()
    finished = execute(plan(wanted), engine, tmp_path)
    assert finished.cells == {cell.id: DONE for cell in wanted}
    assert not finished.interrupted
    assert not engine.cancelled.is_set()
    assert sorted(engine.built) == ["py3.11-tf2.19.1", "py3.11-tf2.20.0"]
    kept = Store(tmp_path).trials().records
    assert Counter((record.cell, record.order) for record in kept) == {
        (cell.id, order): count
        for cell in wanted
        for order, count in (("forward", 2), ("reversed", 1))
    }
    assert all(record.status is Status.DONE for record in kept)


def test_a_plan_with_nothing_to_run(tmp_path: Path) -> None:
    engine = FakeEngine()
    assert execute(Plan(()), engine, tmp_path) == Finished({}, ())
    assert engine.built == []


def test_only_missing_trials_are_run(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0")
    key = trial_key(cell, circumstances((cell,)))
    now = circumstances((cell,), stored=(trial(cell, trial_key=key),))
    engine = FakeEngine()
    events: list[Event] = []
    finished = execute(make_plan([cell], now), engine, tmp_path, limits=ONE, listen=events.append)
    assert [order_of(one) for one in engine.trials] == ["forward", "reversed"]
    assert [event.number for event in events if event.kind == "trial" and event.ended] == [2, 3]
    assert finished.cells == {cell.id: DONE}


def test_cells_that_do_not_run_keep_their_reason(tmp_path: Path) -> None:
    wanted = (*cells("2.20.0"), *cells("2.20.0", cuda="12.9.1"))
    planned = make_plan(wanted, circumstances(wanted))
    finished = execute(planned, FakeEngine(), tmp_path)
    assert finished.cells == {
        wanted[0].id: DONE,
        wanted[1].id: (Status.NO_GPU, "no GPU on this host"),
    }


def test_what_happens_is_told_in_order(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0")
    probe = replace(PROBE, trials=1)
    events: list[Event] = []
    finished = execute(plan((cell,), probe), FakeEngine(), tmp_path, listen=events.append)
    timeless = [replace(event, seconds=0.0) for event in events]
    name = cell.environment.id
    assert timeless == [
        Event(kind="build", subject=name),
        Event(kind="build", subject=name, ended=True, status=Status.DONE),
        Event(kind="trial", subject=cell.id, number=1),
        Event(kind="trial", subject=cell.id, number=1, ended=True, status=Status.DONE),
    ]
    assert [(phase.kind, phase.subject) for phase in finished.phases] == [
        ("build", name),
        ("trial", cell.id),
    ]
    first, second = finished.phases
    assert 0 <= first.start <= first.end <= second.start <= second.end


def test_an_environment_that_was_built_before_is_told(tmp_path: Path) -> None:
    events: list[Event] = []
    engine = FakeEngine(build=lambda _: Prepared(reference="image", reused=True))
    execute(plan(cells("2.20.0")), engine, tmp_path, listen=events.append)
    assert [event.reason for event in events if event.kind == "build" and event.ended] == [
        "built before"
    ]


# what runs beside what


@pytest.mark.parametrize("slots", [1, 2, 3, 8])
def test_never_more_at_once_than_slots(tmp_path: Path, slots: int) -> None:
    engine = FakeEngine()
    wanted = cells("2.18.1", "2.19.1", "2.20.0", "2.21.0", determinism=("off", "on"))
    execute(plan(wanted), engine, tmp_path, limits=Limits(slots=slots, memory=1000 * GIB))
    assert engine.peaks["all"] <= slots
    assert len(engine.trials) == 24


@pytest.mark.parametrize(
    ("memory", "at_once"),
    [
        pytest.param(24 * GIB, 3, id="three fit"),
        pytest.param(23 * GIB, 2, id="two fit"),
        pytest.param(1, 1, id="one runs even where none fits"),
        pytest.param(1000 * GIB, 6, id="slots bound"),
    ],
)
def test_never_more_trials_than_memory(tmp_path: Path, memory: int, at_once: int) -> None:
    limits = Limits(slots=6, memory=memory)
    assert limits.trials_at_once(PROBE) == at_once
    engine = FakeEngine()
    wanted = cells("2.19.1", "2.20.0", determinism=("off", "on"))
    execute(plan(wanted), engine, tmp_path, limits=limits)
    assert engine.peaks["trial"] <= at_once
    assert len(engine.trials) == 12


def test_trials_start_before_the_builds_have_ended(tmp_path: Path) -> None:
    """However many builds are left, they don't take the slot of a trial that is ready."""
    overlapped: list[bool] = []

    def slow_but_first(blueprint: Blueprint) -> Prepared:
        if blueprint.environment.tensorflow != "2.17.1":
            overlapped.append(until(lambda: len(engine.trials) >= 3))
        return build(blueprint)

    engine = FakeEngine(build=slow_but_first)
    wanted = cells("2.17.1", "2.18.1", "2.19.1", "2.20.0")
    execute(plan(wanted), engine, tmp_path, limits=TWO)
    assert overlapped == [True] * 3


def test_a_build_does_not_wait_for_all_trials_before_it(tmp_path: Path) -> None:
    overlapped: list[bool] = []

    def slow_first(trial: Trial) -> Outcome:
        if trial.cell.environment.tensorflow == "2.18.1":
            overlapped.append(until(lambda: "py3.11-tf2.20.0" in engine.built))
        return OK

    engine = FakeEngine(run_one=slow_first)
    wanted = cells("2.18.1", "2.19.1", "2.20.0")
    execute(plan(wanted), engine, tmp_path, limits=TWO)
    assert overlapped == [True] * 3


@pytest.mark.parametrize("gpus", [GPUS[:1], GPUS], ids=["one", "two"])
def test_a_gpu_runs_one_trial_at_a_time(tmp_path: Path, gpus: tuple[HostGpu, ...]) -> None:
    wanted = cells("2.19.1", "2.20.0", cuda="12.9.1", determinism=("off", "on"))
    engine = FakeEngine()
    finished = execute(plan(wanted, gpus=gpus), engine, tmp_path, gpus=gpus)
    assert {status for status, _ in finished.cells.values()} == {Status.DONE}
    assert {trial.gpu for trial in engine.trials} == {gpu.uuid for gpu in gpus}
    assert [engine.peaks[gpu.uuid] for gpu in gpus] == [1] * len(gpus)
    assert engine.peaks["trial"] <= len(gpus)


def test_each_gpu_is_read_before_and_after_each_trial_on_it(tmp_path: Path) -> None:
    asked: list[str] = []

    def read(uuid: str) -> GpuReading:
        asked.append(uuid)
        return GpuReading(free=79 * GIB, total=80 * GIB)

    wanted = (*cells("2.20.0"), *cells("2.20.0", cuda="12.9.1"))
    planned = plan(wanted, gpus=GPUS[:1])
    execute(planned, FakeEngine(), tmp_path, gpus=GPUS[:1], read_gpu=read)
    assert asked == ["GPU-1"] * 6
    kept = Store(tmp_path).trials().records
    assert Counter(record.gpu is not None for record in kept) == {True: 3, False: 3}


def errors_on(faulty: str) -> Callable[[str], GpuReading]:
    """Reads GPUs of which one has a memory error more each time it is read."""
    counts: Counter[str] = Counter()

    def read(uuid: str) -> GpuReading:
        counts[uuid] += uuid == faulty
        return GpuReading(free=79 * GIB, total=80 * GIB, uncorrected=counts[uuid])

    return read


def test_a_gpu_that_is_better_left_alone_is_not_used_while_there_is_another(
    tmp_path: Path,
) -> None:
    wanted = cells("2.20.0", determinism=("off", "on"), cuda="12.9.1")
    engine = FakeEngine()
    planned = plan(wanted, gpus=GPUS)
    finished = execute(
        planned, engine, tmp_path, limits=ONE, gpus=GPUS, read_gpu=errors_on("GPU-1")
    )
    assert finished.cells == {cell.id: DONE for cell in wanted}
    assert Counter(trial.gpu for trial in engine.trials) == {"GPU-1": 1, "GPU-2": 6}


def test_where_all_are_better_left_alone_each_cell_is_still_tried(tmp_path: Path) -> None:
    wanted = cells("2.20.0", determinism=("off", "on"), cuda="12.9.1")
    engine = FakeEngine()
    planned = plan(wanted, gpus=GPUS[:1])
    finished = execute(
        planned, engine, tmp_path, limits=ONE, gpus=GPUS[:1], read_gpu=errors_on("GPU-1")
    )
    assert {status for status, _ in finished.cells.values()} == {Status.RUN_FAILED}
    # Three trials, and the first of them once more.
    assert [engine.ran(cell) for cell in wanted] == [4, 4]


def test_trials_on_the_cpu_run_beside_one_on_the_gpu(tmp_path: Path) -> None:
    wanted = (*cells("2.19.1", cuda="12.9.1"), *cells("2.20.0"))
    overlapped: list[bool] = []

    def slow_gpu(trial: Trial) -> Outcome:
        if trial.gpu and not overlapped:
            overlapped.append(until(lambda: any(one.gpu is None for one in engine.trials)))
        return OK

    engine = FakeEngine(run_one=slow_gpu)
    execute(plan(wanted, gpus=GPUS[:1]), engine, tmp_path, limits=TWO, gpus=GPUS[:1])
    assert overlapped == [True]
    assert all((trial.gpu is None) == (trial.cell == wanted[1]) for trial in engine.trials)


# what fails


def test_a_failed_build_ends_its_cells_and_no_others(tmp_path: Path) -> None:
    broken = cells("2.19.1", determinism=("off", "on"))
    sound = cells("2.20.0")

    def fail(blueprint: Blueprint) -> Prepared | BuildFailure:
        if blueprint.environment.tensorflow == "2.19.1":
            return BuildFailure(reason="Hash mismatch", log="many\nlines")
        return build(blueprint)

    events: list[Event] = []
    engine = FakeEngine(build=fail)
    finished = execute(plan((*broken, *sound)), engine, tmp_path, listen=events.append)
    assert finished.cells == {
        broken[0].id: (Status.BUILD_FAILED, "Hash mismatch"),
        broken[1].id: (Status.BUILD_FAILED, "Hash mismatch"),
        sound[0].id: DONE,
    }
    (failed,) = [event for event in events if event.status is Status.BUILD_FAILED]
    assert (failed.kind, failed.subject, failed.ended) == ("build", "py3.11-tf2.19.1", True)
    assert (failed.reason, failed.log) == ("Hash mismatch", "many\nlines")
    assert engine.ran(sound[0]) == 3


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        pytest.param(
            Outcome(exit_code=1, log="boom"),
            Status.RUN_FAILED,
            "the probe ended with exit code 1: boom",
            id="exit code",
        ),
        pytest.param(
            Outcome(exit_code=137, timed_out=True),
            Status.TIMED_OUT,
            "no result within 600 s",
            id="time",
        ),
        pytest.param(
            Outcome(exit_code=137, out_of_memory=True),
            Status.OUT_OF_MEMORY,
            "needed more than 8 GiB",
            id="memory",
        ),
        pytest.param(Outcome(exit_code=3, log="no-gpu: none"), Status.NO_GPU, "none", id="no gpu"),
    ],
)
def test_a_failed_trial_ends_its_cell_and_no_others(
    tmp_path: Path, outcome: Outcome, status: Status, reason: str
) -> None:
    wanted = cells("2.20.0", determinism=("off", "on"))
    engine = FakeEngine(run_one=lambda trial: outcome if trial.cell == wanted[0] else OK)
    events: list[Event] = []
    finished = execute(plan(wanted), engine, tmp_path, limits=ONE, listen=events.append)
    assert finished.cells == {wanted[0].id: (status, reason), wanted[1].id: DONE}
    assert (engine.ran(wanted[0]), engine.ran(wanted[1])) == (1, 3)
    (failed,) = Store(tmp_path).trials([wanted[0].id]).records
    assert (failed.status, failed.reason) == (status, reason)
    (told,) = [event for event in events if event.status is status]
    assert (told.subject, told.reason, told.log) == (wanted[0].id, reason, outcome.log)


def test_a_cell_whose_second_trial_fails_has_no_result(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0")
    engine = FakeEngine(run_one=lambda _: OK if len(engine.trials) == 1 else Outcome(exit_code=1))
    finished = execute(plan((cell,)), engine, tmp_path, limits=ONE)
    assert finished.cells == {cell.id: (Status.RUN_FAILED, "the probe ended with exit code 1")}
    assert engine.ran(cell) == 2


INNOCENT = [
    pytest.param(Outcome(exit_code=137, killed=True), "killed from outside", id="killed"),
    pytest.param(
        Outcome(exit_code=None, failure="engine: gone"), "engine: gone", id="engine failed"
    ),
]


@pytest.mark.parametrize(("outcome", "reason"), INNOCENT)
def test_what_says_nothing_about_a_cell_is_tried_once_more(
    tmp_path: Path, outcome: Outcome, reason: str
) -> None:
    (cell,) = cells("2.20.0")
    engine = FakeEngine(run_one=lambda _: outcome if len(engine.trials) == 1 else OK)
    events: list[Event] = []
    finished = execute(plan((cell,)), engine, tmp_path, limits=ONE, listen=events.append)
    assert finished.cells == {cell.id: DONE}
    assert engine.ran(cell) == 4
    ended = [event for event in events if event.kind == "trial" and event.ended]
    assert [(event.number, event.status) for event in ended] == [
        (1, Status.RUN_FAILED),
        (2, Status.DONE),
        (3, Status.DONE),
        (1, Status.DONE),
    ]
    assert ended[0].reason == reason


@pytest.mark.parametrize(("outcome", "reason"), INNOCENT)
def test_but_not_twice(tmp_path: Path, outcome: Outcome, reason: str) -> None:
    (cell,) = cells("2.20.0")
    engine = FakeEngine(run_one=lambda trial: outcome if order_of(trial) == "reversed" else OK)
    finished = execute(plan((cell,)), engine, tmp_path, limits=ONE)
    assert finished.cells == {cell.id: (Status.RUN_FAILED, reason)}
    assert engine.ran(cell) == 4


def test_a_cell_that_has_failed_is_not_tried_once_more(tmp_path: Path) -> None:
    """Its first trial fails for good while its second, beside it, is killed."""
    (cell,) = cells("2.20.0")

    def end(trial: Trial) -> Outcome:
        if order_of(trial) == "reversed":
            until(lambda: any(event.status is Status.RUN_FAILED for event in events))
            return Outcome(exit_code=137, killed=True)
        return Outcome(exit_code=1)

    events: list[Event] = []
    engine = FakeEngine(run_one=end)
    planned = plan((cell,), replace(PROBE, trials=2))
    finished = execute(planned, engine, tmp_path, listen=events.append)
    assert finished.cells == {cell.id: (Status.RUN_FAILED, "the probe ended with exit code 1")}
    assert engine.ran(cell) == 2


def test_on_a_retry_another_gpu_may_be_taken(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0", cuda="12.9.1")
    engine = FakeEngine(
        run_one=lambda _: (
            Outcome(exit_code=None, failure="engine: x") if len(engine.trials) == 1 else OK
        )
    )
    finished = execute(plan((cell,), gpus=GPUS[:1]), engine, tmp_path, gpus=GPUS[:1])
    assert finished.cells == {cell.id: DONE}
    assert engine.peaks["GPU-1"] == 1


# what ends a run


class Interrupt:
    """Listens, and presses Ctrl-C at the n-th event of a kind that has ended."""

    def __init__(self, kind: str, number: int) -> None:
        self._kind = kind
        self._left = number

    def __call__(self, event: Event) -> None:
        if event.kind == self._kind and event.ended:
            self._left -= 1
            if self._left == 0:
                raise KeyboardInterrupt


def test_an_interrupt_ends_what_is_under_way_and_keeps_what_has_finished(tmp_path: Path) -> None:
    first, second, third = cells("2.18.1", "2.19.1", "2.20.0")
    engine = FakeEngine()

    def run(trial: Trial) -> Outcome:
        if trial.cell == first:
            assert until(lambda: engine.ran(second) == 1)
        else:
            engine.pause(30)
        return OK

    engine.run_one = run
    planned = plan((first, second, third), replace(PROBE, trials=1))
    finished = execute(planned, engine, tmp_path, limits=TWO, listen=Interrupt("trial", 1))
    assert finished.interrupted
    assert engine.cancelled.is_set()
    assert finished.cells == {
        first.id: DONE,
        second.id: (Status.INTERRUPTED, "0 trials done"),
        third.id: (Status.INTERRUPTED, "0 trials done"),
    }
    kept = Store(tmp_path).trials().records
    assert [(record.cell, record.status) for record in kept] == [(first.id, Status.DONE)]


def test_an_interrupt_ends_the_wait_for_a_gpu_that_others_use(tmp_path: Path) -> None:
    first, second = (*cells("2.19.1"), *cells("2.20.0", cuda="12.9.1"))
    asked = threading.Event()
    engine = FakeEngine()

    def read(uuid: str) -> GpuReading:
        assert uuid == "GPU-1"
        asked.set()
        return GpuReading(free=GIB, total=80 * GIB)

    engine.run_one = lambda _: OK if asked.wait(5) else Outcome(exit_code=1)
    planned = plan((first, second), replace(PROBE, trials=1), gpus=GPUS[:1])
    start = time.monotonic()
    finished = execute(
        planned,
        engine,
        tmp_path,
        gpus=GPUS[:1],
        read_gpu=read,
        listen=Interrupt("trial", 1),
    )
    assert time.monotonic() - start < 10
    assert finished.cells == {first.id: DONE, second.id: (Status.INTERRUPTED, "0 trials done")}
    assert [record.cell for record in Store(tmp_path).trials().records] == [first.id]


def test_the_trials_that_had_ended_are_counted(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0")
    engine = FakeEngine()
    planned = plan((cell,), replace(PROBE, trials=5))
    finished = execute(planned, engine, tmp_path, limits=ONE, listen=Interrupt("trial", 3))
    assert finished.interrupted
    assert finished.cells == {cell.id: (Status.INTERRUPTED, "3 trials done")}
    assert len(Store(tmp_path).trials().records) == 3


def test_a_build_that_had_failed_is_told_apart(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0")
    engine = FakeEngine(build=lambda _: BuildFailure(reason="Hash mismatch", log=""))
    finished = execute(plan((cell,)), engine, tmp_path, listen=Interrupt("build", 1))
    assert finished.interrupted
    assert finished.cells == {cell.id: (Status.BUILD_FAILED, "Hash mismatch")}


def test_an_interrupt_while_building(tmp_path: Path) -> None:
    engine = FakeEngine()

    def slow(blueprint: Blueprint) -> Prepared:
        if blueprint.environment.tensorflow == "2.20.0":
            engine.pause(30)
        return build(blueprint)

    engine.build = slow
    wanted = cells("2.19.1", "2.20.0")
    finished = execute(plan(wanted), engine, tmp_path, listen=Interrupt("build", 1))
    assert finished.interrupted
    assert engine.cancelled.is_set()
    assert {status for status, _ in finished.cells.values()} == {Status.INTERRUPTED}


def test_an_interrupt_when_nothing_is_under_way_cancels_nothing(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0")
    engine = FakeEngine()
    planned = plan((cell,), replace(PROBE, trials=1))
    finished = execute(planned, engine, tmp_path, limits=ONE, listen=Interrupt("trial", 1))
    assert finished.interrupted
    assert not engine.cancelled.is_set()


def test_a_store_that_is_full_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file in the way")
    first, second = cells("2.19.1", "2.20.0")
    engine = FakeEngine()

    def run(trial: Trial) -> Outcome:
        if trial.cell == second:
            engine.pause(30)
        else:
            until(lambda: engine.ran(second) > 0)
        return OK

    engine.run_one = run
    with pytest.raises(StoreError, match="results"):
        execute(plan((first, second)), engine, tmp_path / "results")
    assert engine.cancelled.is_set()


def test_an_engine_that_can_not_go_on_ends_the_run(tmp_path: Path) -> None:
    engine = FakeEngine()

    def gone(blueprint: Blueprint) -> Prepared:
        if blueprint.environment.tensorflow == "2.19.1":
            raise EngineUnavailable("the engine stopped answering")
        engine.pause(30)
        return build(blueprint)

    engine.build = gone
    with pytest.raises(EngineUnavailable, match="the engine stopped answering"):
        execute(plan(cells("2.19.1", "2.20.0")), engine, tmp_path)
    assert engine.cancelled.is_set()


def test_no_thread_stays(tmp_path: Path) -> None:
    before = threading.active_count()
    execute(plan(cells("2.20.0")), FakeEngine(), tmp_path)
    assert threading.active_count() == before


def test_the_host_is_kept_with_each_trial(tmp_path: Path) -> None:
    execute(plan(cells("2.20.0")), FakeEngine(), tmp_path)
    assert {record.host for record in Store(tmp_path).trials().records} == {host()}
