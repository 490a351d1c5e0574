"""Runs a plan: builds and trials overlap, bounded by cores and memory.

The main thread alone decides and listens; workers build or run one thing each and return a value.
A cell's trials are ready as soon as its environment is. Builds take at most half of the slots while
there are trials to run, so that neither the disk nor the processor waits for the other.

A GPU that failed gets no further trial. Where none is left, the cells that need one end as
`no-gpu`, and what would be built for them alone is not.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from runner.environments.engine import BuildFailure, Prepared
from runner.execution.events import Event, Listener
from runner.execution.gpu_watch import GpuWatch
from runner.execution.judging import Judgement
from runner.execution.quarantine import Quarantine
from runner.execution.trials import Task, perform
from runner.results.records import Phase, Status, TrialRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.environments.engine import Engine
    from runner.execution.gpu import HostGpu
    from runner.execution.plan import Plan, PlannedCell
    from runner.matrix.cells import Cell, Environment
    from runner.matrix.spec import Probe
    from runner.results.gpu_use import GpuReading
    from runner.results.records import Host
    from runner.results.store import Store

Built = Prepared | BuildFailure
Ran = tuple[TrialRecord, Judgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may run at once: `slots` of builds and trials together, `memory` in bytes."""

    slots: int
    memory: int

    def trials_at_once(self, probe: Probe) -> int:
        """How many trials fit beside each other; always at least one."""
        return max(1, min(self.slots, self.memory // probe.memory_bytes))


@dataclass(frozen=True, slots=True)
class Finished:
    """How far each cell of a plan got, by its id, and what took how long."""

    cells: Mapping[str, tuple[Status, str]]
    phases: tuple[Phase, ...]
    interrupted: bool = False


@dataclass
class Scheduler:
    """The state of one run; `execute` uses it up. `read_gpu` reads a GPU, given its UUID."""

    plan: Plan
    engine: Engine
    store: Store
    host: Host
    probe: Probe
    limits: Limits
    gpus: tuple[HostGpu, ...] = ()
    read_gpu: Callable[[str], GpuReading | None] = lambda _: None
    listen: Listener = lambda _: None
    _builds: deque[Environment] = field(default_factory=deque)
    _trials: deque[Task] = field(default_factory=deque)
    _building: dict[Future[Built], tuple[Environment, float]] = field(default_factory=dict)
    _running: dict[Future[Ran], tuple[Task, float]] = field(default_factory=dict)
    _outcomes: dict[str, list[Judgement]] = field(default_factory=dict)
    _retried: set[tuple[str, int]] = field(default_factory=set)
    _avoided: set[HostGpu] = field(default_factory=set)
    _phases: list[Phase] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _ending: threading.Event = field(default_factory=threading.Event)
    _quarantine: Quarantine = field(init=False)

    def __post_init__(self) -> None:
        self._quarantine = Quarantine(self.gpus)

    def execute(self) -> Finished:
        """Run everything; an interrupt ends what is under way and keeps what has finished.

        Raises
        ------
        StoreError
            A result could not be kept; what was under way is ended first.
        """
        self._builds.extend(self.plan.blueprints)
        pool = ThreadPoolExecutor(self.limits.slots, thread_name_prefix="samebits")
        interrupted = False
        try:
            self._fill(pool)
            while self._building or self._running:
                self._collect()
                self._fill(pool)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            if self._building or self._running:
                self._ending.set()
                self.engine.cancel()
            pool.shutdown(wait=True, cancel_futures=True)
        return Finished(self._statuses(), tuple(self._phases), interrupted)

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        """Start what fits, trials and builds side by side."""
        while len(self._building) + len(self._running) < self.limits.slots:
            task = self._next_trial()
            if self._builds and (task is None or len(self._building) < self._build_share()):
                self._start_build(pool, self._builds.popleft())
            elif task is not None:
                self._trials.remove(task)
                self._start_trial(pool, replace(task, gpu=self._free_gpu(task)))
            else:
                return

    def _build_share(self) -> int:
        return max(1, self.limits.slots // 2)

    def _next_trial(self) -> Task | None:
        """The first trial that has memory, and a GPU where it needs one."""
        if len(self._running) >= self.limits.trials_at_once(self.probe):
            return None
        return next((task for task in self._trials if self._can_start(task)), None)

    def _can_start(self, task: Task) -> bool:
        return task.cell.setting.device == "cpu" or self._free_gpu(task) is not None

    def _free_gpu(self, task: Task) -> HostGpu | None:
        """A GPU that no trial uses; None for a trial that needs none.

        One that is better left alone is used only where all of them are.
        """
        if task.cell.setting.device == "cpu":
            return None
        busy = {running.gpu for running, _ in self._running.values()}
        usable = self._quarantine.usable
        gpus = [gpu for gpu in usable if gpu not in self._avoided] or usable
        return next((gpu for gpu in gpus if gpu not in busy), None)

    def _start_build(self, pool: ThreadPoolExecutor, environment: Environment) -> None:
        self.listen(Event(kind="build", subject=environment.id))
        future = pool.submit(self.engine.prepare, self.plan.blueprints[environment])
        self._building[future] = environment, time.monotonic()

    def _start_trial(self, pool: ThreadPoolExecutor, task: Task) -> None:
        self.listen(Event(kind="trial", subject=task.cell.id, number=task.number))
        watch = GpuWatch(read=self.read_gpu, pause=self._ending.wait)
        future = pool.submit(perform, task, self.engine, self.host, self.store, watch)
        self._running[future] = task, time.monotonic()

    def _collect(self) -> None:
        """Wait for the next thing to end, and take all that have ended."""
        pending: list[Future[object]] = [*self._building, *self._running]  # type: ignore[list-item] # a future is not covariant
        wait(pending, return_when=FIRST_COMPLETED)
        for future in [one for one in self._building if one.done()]:
            environment, start = self._building.pop(future)
            self._built(environment, future.result(), start)
        for run in [one for one in self._running if one.done()]:
            task, start = self._running.pop(run)
            self._ran(task, run.result()[1], run.result()[0].log, start)
        self._end_without_gpu()

    def _built(self, environment: Environment, built: Built, start: float) -> None:
        seconds = self._timed("build", environment.id, start)
        for row in self.plan.to_run:
            if row.cell.environment != environment or self._has_failed(row.cell):
                continue
            if isinstance(built, BuildFailure):
                self._ended(row.cell, Judgement(Status.BUILD_FAILED, built.reason))
            else:
                self._trials.extend(self._tasks(row, built))
        failed = isinstance(built, BuildFailure)
        self.listen(
            Event(
                kind="build",
                subject=environment.id,
                ended=True,
                status=Status.BUILD_FAILED if failed else Status.DONE,
                reason=built.reason if isinstance(built, BuildFailure) else _reused(built),
                log=built.log if isinstance(built, BuildFailure) else "",
                seconds=seconds,
            )
        )

    def _tasks(self, row: PlannedCell, prepared: Prepared) -> list[Task]:
        return [
            Task(
                planned=row,
                order=order,
                number=row.stored + number,
                blueprint=self.plan.blueprints[row.cell.environment],
                prepared=prepared,
                probe=self.probe,
            )
            for number, order in enumerate(row.missing, start=1)
        ]

    def _ran(self, task: Task, judgement: Judgement, log: str, start: float) -> None:
        """Note how a trial ended before it is told: an interrupt may come while it is told."""
        seconds = self._timed("trial", task.cell.id, start)
        self._note(task, judgement)
        self.listen(
            Event(
                kind="trial",
                subject=task.cell.id,
                ended=True,
                status=judgement.status,
                reason=judgement.reason,
                log=log,
                number=task.number,
                seconds=seconds,
            )
        )

    def _note(self, task: Task, judgement: Judgement) -> None:
        """A failed trial ends its cell; one that says nothing about it is run once more."""
        if task.gpu and judgement.avoid:
            self._avoided.add(task.gpu)
        if task.gpu and judgement.fault:
            self._quarantine.note(task.gpu, judgement.fault)
        again = (task.cell.id, task.number)
        first = again not in self._retried and not self._has_failed(task.cell)
        if judgement.retry and first and (task.gpu is None or self._quarantine.usable):
            self._retried.add(again)
            self._trials.append(task)
        else:
            self._ended(task.cell, judgement)

    def _ended(self, cell: Cell, judgement: Judgement) -> None:
        self._outcomes.setdefault(cell.id, []).append(judgement)
        if judgement.status is not Status.DONE:
            self._trials = deque(task for task in self._trials if task.cell != cell)

    def _has_failed(self, cell: Cell) -> bool:
        return any(one.status is not Status.DONE for one in self._outcomes.get(cell.id, []))

    def _end_without_gpu(self) -> None:
        """Where every GPU was set aside, end the cells that wait for one, and their builds."""
        if self._quarantine.usable or not self.gpus:
            return
        why = Judgement(Status.NO_GPU, self._quarantine.reason)
        for cell in self._waiting_for_gpu():
            self._ended(cell, why)
            self.listen(
                Event(
                    kind="trial",
                    subject=cell.id,
                    ended=True,
                    status=why.status,
                    reason=why.reason,
                )
            )
        self._builds = deque(
            one for one in self._builds if not all(map(self._has_failed, self._cells(one)))
        )

    def _waiting_for_gpu(self) -> list[Cell]:
        """The cells with trials on a GPU still to run, of which none is under way."""
        under_way = {task.cell for task, _ in self._running.values()}
        return [
            row.cell
            for row in self.plan.to_run
            if row.cell.setting.device == "gpu"
            and row.cell not in under_way
            and not self._has_failed(row.cell)
            and len(self._outcomes.get(row.cell.id, [])) < len(row.missing)
        ]

    def _cells(self, environment: Environment) -> list[Cell]:
        return [row.cell for row in self.plan.to_run if row.cell.environment == environment]

    def _statuses(self) -> dict[str, tuple[Status, str]]:
        return {row.cell.id: self._status(row) for row in self.plan.cells}

    def _status(self, row: PlannedCell) -> tuple[Status, str]:
        if row.action != "run":
            return row.status, row.reason
        ended = self._outcomes.get(row.cell.id, [])
        failed = [one for one in ended if one.status is not Status.DONE]
        if failed:
            return failed[0].status, failed[0].reason
        if len(ended) == len(row.missing):
            return Status.DONE, ""
        return Status.INTERRUPTED, f"{row.stored + len(ended)} trials done"

    def _timed(self, kind: Literal["build", "trial"], subject: str, start: float) -> float:
        end = time.monotonic()
        self._phases.append(
            Phase(kind=kind, subject=subject, start=start - self._began, end=end - self._began)
        )
        return end - start


def _reused(prepared: Prepared) -> str:
    return "built before" if prepared.reused else ""
