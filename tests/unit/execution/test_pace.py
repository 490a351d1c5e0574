"""How long a plan takes, from what past runs have timed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.execution.fake_engine import GPUS, cells, plan
from unit.results import synthetic
from unit.results.synthetic import HOST_CLASS
from unit.results.synthetic import status as cell_status

from runner.execution.durations import Durations
from runner.execution.pace import Duration, Past, Room, duration, durations, past
from runner.results.records import Phase, Status

if TYPE_CHECKING:
    from runner.execution.plan import Plan
    from runner.matrix.cells import Cell
    from runner.results.records import EngineName, RunRecord

CPU = cells("2.20.0", "2.21.0", determinism=("off", "on"))
GPU = cells("2.20.0", "2.21.0", determinism=("off", "on"), cuda="12.9.1")
ROOM = Room(slots=4, trials=4, gpus=0)


def run(
    *phases: tuple[str, float],
    of: tuple[Cell, ...] = CPU,
    status: Status = Status.DONE,
    engine: EngineName = "docker",
    host_class: str = HOST_CLASS,
) -> RunRecord:
    """A run that timed these, a build or a trial by its subject, in seconds."""
    trials = {cell.id for cell in of}
    timed = tuple(
        Phase(
            kind="trial" if subject in trials else "build",
            subject=subject,
            start=10.0,
            end=10.0 + seconds,
        )
        for subject, seconds in phases
    )
    cells_of = [cell_status(cell, status) for cell in of]
    made = synthetic.run(cells_of, engine=engine, host_class=host_class)
    return made.model_copy(update={"phases": timed})


def before(*runs: RunRecord) -> Past:
    return past(runs, "docker", HOST_CLASS)


def left(of: Plan, known: Past, room: Room = ROOM, *, build: bool = True) -> Duration:
    return duration(of, of.blueprints if build else (), known, room)


def build_of(cell: Cell) -> str:
    return cell.environment.id


# what counts


def test_nothing_is_known_before_the_first_run() -> None:
    assert left(plan(CPU), before()) == Duration(
        seconds=None, runs=0, builds=2, trials=12, untimed_builds=2, untimed_trials=12
    )


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(run((CPU[0].id, 10.0), engine="venv"), id="by another engine"),
        pytest.param(run((CPU[0].id, 10.0), host_class="cpu avx"), id="on another processor"),
        pytest.param(run(), id="that timed nothing"),
    ],
)
def test_a_run_that_is_not_like_it(other: RunRecord) -> None:
    assert before(other) == Past(0, {})


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(run((CPU[0].id, 10.0), status=Status.TIMED_OUT), id="no result"),
        pytest.param(run((CPU[0].id, 0.0)), id="no time"),
        pytest.param(run((CPU[0].id, -1.0)), id="less than none"),
        pytest.param(run((build_of(CPU[0]), 0.2)), id="found built"),
        pytest.param(
            run((build_of(CPU[0]), 90.0), status=Status.BUILD_FAILED), id="a build that failed"
        ),
        pytest.param(run((build_of(GPU[0]), 90.0)), id="a build of no cell of the run"),
    ],
)
def test_what_does_not_count(other: RunRecord) -> None:
    assert before(other) == Past(1, {})


# what is expected


def test_its_own_time_comes_before_that_of_its_kind() -> None:
    known = before(run((CPU[0].id, 10.0), (CPU[2].id, 30.0)))
    one, two = plan(CPU[:1]), plan(CPU[2:3])
    alone = Room(slots=1, trials=1, gpus=0)
    assert left(one, known, alone, build=False).seconds == 3 * 10.0
    assert left(two, known, alone, build=False).seconds == 3 * 30.0


def test_of_several_times_it_is_the_median() -> None:
    runs = [run((CPU[0].id, seconds)) for seconds in (10.0, 90.0, 12.0)]
    alone = Room(slots=1, trials=1, gpus=0)
    assert left(plan(CPU[:1]), before(*runs), alone, build=False).seconds == 3 * 12.0
    assert before(*runs).runs == 3


def test_what_was_not_timed_takes_what_its_kind_does() -> None:
    known = before(run((CPU[0].id, 10.0), (CPU[1].id, 20.0), (build_of(CPU[0]), 40.0)))
    alone = Room(slots=1, trials=1, gpus=0)
    off, on = plan(CPU[2:3]), plan(CPU[3:])
    assert left(off, known, alone).seconds == 40.0 + 3 * 10.0
    assert left(on, known, alone).seconds == 40.0 + 3 * 20.0


def test_a_gpu_says_nothing_of_a_cpu_and_cuda_nothing_of_a_build_without() -> None:
    known = before(run((CPU[0].id, 10.0), (build_of(CPU[0]), 40.0)))
    assert left(plan(GPU, gpus=GPUS), known) == Duration(
        seconds=None, runs=1, builds=2, trials=12, untimed_builds=2, untimed_trials=12
    )


def test_what_nothing_like_was_timed_of_is_counted_and_left_out() -> None:
    known = before(run((CPU[0].id, 10.0)))
    assert left(plan(CPU[:2]), known) == Duration(
        seconds=10.0, runs=1, builds=1, trials=6, untimed_builds=1, untimed_trials=3
    )


# what waits for what

TIMED = run(
    *((cell.id, 40.0) for cell in CPU + GPU),
    *((build_of(cell), 100.0) for cell in CPU + GPU),
    of=CPU + GPU,
)


@pytest.mark.parametrize(
    ("of", "room", "seconds"),
    [
        pytest.param(CPU, Room(slots=1, trials=1, gpus=0), 2 * 100 + 12 * 40, id="one by one"),
        pytest.param(CPU, Room(slots=2, trials=2, gpus=0), (2 * 100 + 12 * 40) / 2, id="two slots"),
        pytest.param(CPU, Room(slots=8, trials=1, gpus=0), 12 * 40, id="memory for one trial"),
        pytest.param(CPU, Room(slots=99, trials=99, gpus=0), 100, id="the longest"),
        pytest.param(GPU, Room(slots=8, trials=8, gpus=1), 12 * 40, id="one GPU"),
        pytest.param(GPU, Room(slots=8, trials=8, gpus=2), 12 * 40 / 2, id="two GPUs"),
        pytest.param(CPU + GPU, Room(slots=8, trials=8, gpus=1), 12 * 40, id="CPU beside a GPU"),
    ],
)
def test_a_bound(of: tuple[Cell, ...], room: Room, seconds: float) -> None:
    assert left(plan(of, gpus=GPUS), before(TIMED), room).seconds == seconds


def test_nothing_left_to_do() -> None:
    assert left(plan(()), before(TIMED)) == Duration(
        seconds=None, runs=1, builds=0, trials=0, untimed_builds=0, untimed_trials=0
    )


def test_the_durations_of_shards_are_medians_over_all_hosts_and_engines() -> None:
    one, two = CPU[0], CPU[1]
    build = build_of(one)
    found = durations(
        [
            run((one.id, 10.0), (build, 40.0), engine="docker"),
            run((one.id, 30.0), (build, 60.0), engine="venv", host_class="another"),
            run((one.id, 20.0), (build, 0.1)),  # found built
            run((two.id, 5.0), of=(two,), status=Status.TIMED_OUT),
        ]
    )
    assert found == Durations(trials={one.id: 20.0}, builds={build: 50.0})
