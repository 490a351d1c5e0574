"""GPUs that failed get no further trial; the cells that then have none are told why."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.execution.fake_engine import (
    GIB,
    GPUS,
    OK,
    PROBE,
    FakeEngine,
    build,
    cells,
    order_of,
    plan,
    until,
)

from runner.environments.engine import Blueprint, BuildFailure, Outcome, Prepared, Trial
from runner.environments.gpu_faults import Found
from runner.execution.quarantine import Quarantine
from runner.execution.scheduler import Limits, Scheduler
from runner.results.records import Status
from runner.results.store import Store

if TYPE_CHECKING:
    from runner.execution.events import Event
    from runner.execution.gpu import HostGpu
    from runner.execution.scheduler import Finished
    from runner.matrix.cells import Cell

HANG = Found(kind="gpu-hang", reason="it hangs", remedy="restart", blames="gpu")
NO_RUNTIME = Found(kind="no-runtime", reason="no runtime", remedy="install it", blames="host")
TOO_OLD = Found(kind="driver-too-old", reason="too old", remedy="update", blames="cell")
UNKNOWN = Found(kind="runtime-failed", reason="it failed", remedy="look")
OFF_THE_BUS = Outcome(exit_code=1, log="NVRM: fallen off the bus")
DONE = (Status.DONE, "")
HANGS = "GPU-1 set aside: it hangs; restart"
BOTH = "GPU-1, GPU-2 set aside: no runtime; install it"
TWO = Limits(slots=2, memory=1000 * GIB)
ONCE = replace(PROBE, trials=1)


def failed(fault: Found) -> Outcome:
    return Outcome(exit_code=None, failure=f"engine: {fault}", fault=fault)


def execute(  # noqa: PLR0913 - what a run is made of
    wanted: tuple[Cell, ...],
    engine: FakeEngine,
    root: Path,
    *,
    gpus: tuple[HostGpu, ...] = GPUS[:1],
    slots: int = 2,
    events: list[Event] | None = None,
) -> Finished:
    return Scheduler(
        plan=plan(wanted, ONCE, gpus=gpus),
        engine=engine,
        store=Store(root),
        host=engine.host(),
        probe=ONCE,
        limits=replace(TWO, slots=slots),
        gpus=gpus,
        listen=(events if events is not None else []).append,
    ).execute()


def on_gpu(*releases: str) -> tuple[Cell, ...]:
    return cells(*releases, cuda="12.9.1")


# what is set aside


@pytest.mark.parametrize(
    ("fault", "usable", "reason"),
    [
        pytest.param(HANG, GPUS[1:], HANGS, id="that GPU"),
        pytest.param(NO_RUNTIME, (), BOTH, id="all of the host"),
        pytest.param(TOO_OLD, GPUS, "", id="none, for a fault of the cell"),
        pytest.param(UNKNOWN, GPUS, "", id="none, where nobody knows"),
    ],
)
def test_what_a_failure_speaks_against(
    fault: Found, usable: tuple[HostGpu, ...], reason: str
) -> None:
    quarantine = Quarantine(GPUS)
    quarantine.note(GPUS[0], fault)
    assert (quarantine.usable, quarantine.reason) == (usable, reason)


def test_each_failure_is_told_and_the_first_of_a_gpu_counts() -> None:
    quarantine = Quarantine(GPUS)
    quarantine.note(GPUS[0], HANG)
    quarantine.note(GPUS[1], NO_RUNTIME)
    assert quarantine.usable == ()
    assert quarantine.reason == f"{HANGS}; GPU-2 set aside: no runtime; install it"


# what becomes of a run


def test_a_gpu_that_hangs_ends_the_cells_that_need_one_and_no_others(tmp_path: Path) -> None:
    first, second, third = on_gpu("2.18.1", "2.19.1", "2.20.0")
    (cpu,) = cells("2.20.0")
    engine = FakeEngine(run_one=lambda trial: failed(HANG) if trial.gpu else OK)
    events: list[Event] = []
    finished = execute((first, second, third, cpu), engine, tmp_path, slots=1, events=events)
    assert finished.cells == {
        first.id: (Status.RUN_FAILED, "engine: it hangs; restart"),
        second.id: (Status.NO_GPU, HANGS),
        third.id: (Status.NO_GPU, HANGS),
        cpu.id: DONE,
    }
    assert [trial.gpu for trial in engine.trials].count("GPU-1") == 1
    told = {event.subject: event.reason for event in events if event.status is Status.NO_GPU}
    assert told == {second.id: HANGS, third.id: HANGS}


def test_nothing_is_built_for_cells_that_have_no_gpu(tmp_path: Path) -> None:
    wanted = (*on_gpu("2.17.1", "2.18.1", "2.19.1"), *cells("2.20.0"))
    events: list[Event] = []

    def slow(blueprint: Blueprint) -> Prepared:
        if blueprint.environment == wanted[1].environment:
            until(lambda: any(event.status is Status.NO_GPU for event in events))
        return build(blueprint)

    engine = FakeEngine(build=slow, run_one=lambda one: failed(NO_RUNTIME) if one.gpu else OK)
    finished = execute(wanted, engine, tmp_path, events=events)
    assert engine.built == [wanted[one].environment.id for one in (0, 1, 3)]
    assert finished.cells[wanted[2].id][0] is Status.NO_GPU
    assert finished.cells[wanted[3].id] == DONE


@pytest.mark.parametrize("works", [True, False])
def test_a_build_under_way_changes_nothing_for_them(tmp_path: Path, *, works: bool) -> None:
    first, second = on_gpu("2.18.1", "2.19.1")
    events: list[Event] = []

    def slow(blueprint: Blueprint) -> Prepared | BuildFailure:
        if blueprint.environment == second.environment:
            until(lambda: any(event.status is Status.NO_GPU for event in events))
            return build(blueprint) if works else BuildFailure(reason="broken", log="")
        return build(blueprint)

    engine = FakeEngine(build=slow, run_one=lambda _: failed(NO_RUNTIME))
    finished = execute((first, second), engine, tmp_path, events=events)
    assert finished.cells[second.id] == (
        Status.NO_GPU,
        "GPU-1 set aside: no runtime; install it",
    )
    assert engine.ran(second) == 0


def test_a_host_without_a_runtime_is_asked_once(tmp_path: Path) -> None:
    wanted = on_gpu("2.18.1", "2.19.1", "2.20.0")
    engine = FakeEngine(run_one=lambda _: failed(NO_RUNTIME))
    finished = execute(wanted, engine, tmp_path, gpus=GPUS, slots=1)
    assert finished.cells == {
        wanted[0].id: (Status.NO_GPU, "engine: no runtime; install it"),
        wanted[1].id: (Status.NO_GPU, BOTH),
        wanted[2].id: (Status.NO_GPU, BOTH),
    }
    assert len(engine.trials) == 1


@pytest.mark.parametrize("outcome", [failed(HANG), OFF_THE_BUS], ids=["at the start", "later"])
def test_the_next_gpu_is_tried_once(tmp_path: Path, outcome: Outcome) -> None:
    wanted = on_gpu("2.19.1", "2.20.0")
    engine = FakeEngine(run_one=lambda trial: outcome if trial.gpu == "GPU-1" else OK)
    finished = execute(wanted, engine, tmp_path, gpus=GPUS, slots=1)
    assert set(finished.cells.values()) == {DONE}
    assert [trial.gpu for trial in engine.trials] == ["GPU-1", "GPU-2", "GPU-2"]


def test_a_cell_takes_no_more_than_two_gpus_with_it(tmp_path: Path) -> None:
    bad, good = on_gpu("2.19.1", "2.20.0")
    gpus = (*GPUS, replace(GPUS[0], uuid="GPU-3"))
    engine = FakeEngine(run_one=lambda trial: OFF_THE_BUS if trial.cell == bad else OK)
    finished = execute((bad, good), engine, tmp_path, gpus=gpus, slots=1)
    assert finished.cells[bad.id][0] is Status.RUN_FAILED
    assert finished.cells[good.id] == DONE


@pytest.mark.parametrize(
    ("fault", "tries"),
    [pytest.param(TOO_OLD, 1, id="its own"), pytest.param(UNKNOWN, 2, id="nobody's")],
)
def test_other_faults_set_nothing_aside(tmp_path: Path, fault: Found, tries: int) -> None:
    bad, good = on_gpu("2.19.1", "2.20.0")
    engine = FakeEngine(run_one=lambda trial: failed(fault) if trial.cell == bad else OK)
    finished = execute((bad, good), engine, tmp_path)
    assert finished.cells == {bad.id: (Status.RUN_FAILED, f"engine: {fault}"), good.id: DONE}
    assert engine.ran(bad) == tries


def test_what_a_probe_on_the_cpu_prints_sets_nothing_aside(tmp_path: Path) -> None:
    (liar,), (good,) = cells("2.19.1"), on_gpu("2.20.0")
    engine = FakeEngine(run_one=lambda trial: OK if trial.gpu else OFF_THE_BUS)
    finished = execute((liar, good), engine, tmp_path)
    assert finished.cells[good.id] == DONE
    assert finished.cells[liar.id][0] is Status.RUN_FAILED


def test_trials_that_are_done_stay_and_the_cell_has_no_result(tmp_path: Path) -> None:
    (cell,) = on_gpu("2.20.0")
    engine = FakeEngine(run_one=lambda trial: failed(HANG) if order_of(trial) == "reversed" else OK)
    finished = Scheduler(
        plan=plan((cell,), PROBE, gpus=GPUS[:1]),
        engine=engine,
        store=Store(tmp_path),
        host=engine.host(),
        probe=PROBE,
        limits=TWO,
        gpus=GPUS[:1],
    ).execute()
    assert finished.cells == {cell.id: (Status.RUN_FAILED, "engine: it hangs; restart")}
    assert sum(record.status is Status.DONE for record in Store(tmp_path).trials().records) == 2


# whatever fails


@dataclass
class Failing:
    """GPUs of which some fail at the n-th trial; notes a trial on one that had failed."""

    at: dict[str, tuple[int, Found]]
    counts: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, trial: Trial) -> Outcome:
        if trial.gpu is None:
            return OK
        with self.lock:
            if trial.gpu in self.gone:
                self.wrong.append(trial.gpu)
            count = self.counts[trial.gpu] = self.counts.get(trial.gpu, 0) + 1
            number, fault = self.at.get(trial.gpu, (0, HANG))
            if count != number:
                return OK
            self.gone.add(trial.gpu)
            return failed(fault)


FAULTS = st.tuples(st.integers(1, 4), st.sampled_from([HANG, replace(HANG, kind="unknown-gpu")]))
UUIDS = ("GPU-1", "GPU-2", "GPU-3")


@settings(max_examples=40, deadline=None)
@given(
    at=st.dictionaries(st.sampled_from(UUIDS), FAULTS),
    count=st.integers(1, 3),
    slots=st.integers(1, 4),
)
def test_never_a_trial_on_a_gpu_that_was_set_aside(
    at: dict[str, tuple[int, Found]], count: int, slots: int
) -> None:
    gpus = tuple(replace(GPUS[0], uuid=uuid) for uuid in UUIDS[:count])
    wanted = (*on_gpu("2.18.1", "2.19.1", "2.20.0"), *cells("2.19.1", "2.20.0"))
    failing = Failing(at)
    engine = FakeEngine(run_one=failing, seconds=0)
    with TemporaryDirectory() as folder:
        finished = execute(wanted, engine, Path(folder), gpus=gpus, slots=slots)
    assert failing.wrong == []
    for cell in wanted:
        status = finished.cells[cell.id][0]
        possible = {Status.DONE}
        if cell.setting.device == "gpu" and failing.gone:
            possible |= {Status.RUN_FAILED, Status.NO_GPU}
        assert status in possible
        assert status is not Status.NO_GPU or failing.gone == {gpu.uuid for gpu in gpus}
