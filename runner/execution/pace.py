"""How long a plan will take, from what was timed in past runs like it. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from runner.execution.durations import Durations
from runner.matrix.cells import Environment
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.execution.plan import Plan, PlannedCell
    from runner.results.records import CellStatus, EngineName, RunRecord

# Finding an image or a venv that is there is timed as a build too; the least that a real one takes
# is unpacking and importing TensorFlow.
_FOUND_BUILT: Final = 3.0

# What a build or a trial is timed under: itself, and whatever is like it.
Subject = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Seconds that builds and trials took in `runs` runs, by themselves and by their kind."""

    runs: int
    seconds: Mapping[Subject, tuple[float, ...]]

    def expect(self, subjects: Iterable[Subject]) -> float | None:
        """The median of the first of these that was timed; None where none was."""
        return next((median(self.seconds[one]) for one in subjects if one in self.seconds), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much runs at once: `slots` of builds and trials, `trials` of these, one on each GPU."""

    slots: int
    trials: int
    gpus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """About how many seconds a plan takes at least, of what was timed before in `runs` runs.

    `builds` and `trials` count all, `untimed_builds` and `untimed_trials` those of which nothing
    like them was timed; they are not in `seconds`, which is None where that is all of them.
    """

    seconds: float | None
    runs: int
    builds: int
    trials: int
    untimed_builds: int
    untimed_trials: int


def past(runs: Iterable[RunRecord], engine: EngineName, host_class: str) -> Past:
    """Gather what runs by the same engine on hosts of the same class have timed."""
    like = [one for one in runs if one.engine == engine and one.host.host_class == host_class]
    timed = [one for one in like if one.phases]
    found: dict[Subject, list[float]] = defaultdict(list)
    for run in timed:
        for subject, seconds in _timed(run):
            found[subject].append(seconds)
    return Past(len(timed), {subject: tuple(times) for subject, times in found.items()})


def durations(runs: Iterable[RunRecord]) -> Durations:
    """The medians of what was timed of each cell and environment, on whatever host and engine."""
    found: dict[Subject, list[float]] = defaultdict(list)
    for run in runs:
        for subject, seconds in _timed(run):
            found[subject].append(seconds)
    itself = {one: median(times) for one, times in found.items() if one[1]}
    return Durations(
        trials={name: seconds for (kind, name), seconds in itself.items() if kind == "trial"},
        builds={name: seconds for (kind, name), seconds in itself.items() if kind == "build"},
    )


def duration(plan: Plan, to_build: Iterable[Environment], before: Past, room: Room) -> Duration:
    """Bound what is left to do by what has to wait for what: slots, memory, GPUs, the longest."""
    builds = [before.expect(_of_build(one)) for one in to_build]
    trials = [(row, before.expect(_of_trial(row.cell.id, row.cell.axes))) for row in plan.to_run]
    of_builds = [seconds for seconds in builds if seconds is not None]
    known = [(row, seconds) for row, seconds in trials if seconds is not None]
    count = sum(len(row.missing) for row, _ in known)
    return Duration(
        seconds=_bound(of_builds, known, room) if of_builds or known else None,
        runs=before.runs,
        builds=len(builds),
        trials=plan.trials,
        untimed_builds=len(builds) - len(of_builds),
        untimed_trials=plan.trials - count,
    )


def _bound(builds: list[float], trials: list[tuple[PlannedCell, float]], room: Room) -> float:
    of_cells = [(row, len(row.missing) * seconds) for row, seconds in trials]
    in_trials = sum(seconds for _, seconds in of_cells)
    on_gpus = sum(seconds for row, seconds in of_cells if row.cell.setting.device == "gpu")
    return max(
        (sum(builds) + in_trials) / room.slots,
        in_trials / room.trials,
        on_gpus / max(1, room.gpus),
        *builds,
        *(seconds for _, seconds in trials),
    )


def _timed(run: RunRecord) -> Iterable[tuple[Subject, float]]:
    """What counts of a run: trials of cells that are done, and builds that were made and worked."""
    done = {cell.cell: cell for cell in run.cells if cell.status is Status.DONE}
    built = {one.id: one for one in map(_environment, done.values())}
    for phase in run.phases:
        seconds = phase.end - phase.start
        subjects: tuple[Subject, ...] = ()
        if phase.kind == "trial" and phase.subject in done and seconds > 0:
            subjects = _of_trial(phase.subject, done[phase.subject].axes)
        elif phase.kind == "build" and phase.subject in built and seconds > _FOUND_BUILT:
            subjects = _of_build(built[phase.subject])
        yield from ((subject, seconds) for subject in subjects)


def _environment(cell: CellStatus) -> Environment:
    axes = cell.axes
    return Environment(
        python=axes.get("python", ""),
        tensorflow=axes.get("tensorflow", ""),
        cuda=axes.get("cuda"),
        cudnn=axes.get("cudnn"),
        base=axes.get("base"),
    )


def _of_build(environment: Environment) -> tuple[Subject, ...]:
    return ("build", environment.id), ("build", "", "cuda" if environment.cuda else "cpu")


def _of_trial(cell: str, axes: Mapping[str, str]) -> tuple[Subject, ...]:
    return (
        ("trial", cell),
        ("trial", "", axes.get("device", ""), axes.get("determinism", "")),
    )
