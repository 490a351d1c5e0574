"""One trial from start to record: run it, read what it left, judge how it ended."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.environments.engine import Trial
from runner.errors import StoreError
from runner.execution.gpu_watch import Admission, GpuWatch
from runner.execution.judging import Judgement, judge, with_arrays, with_use
from runner.results.gpu_use import GpuUse
from runner.results.probe_output import ProbeOutput, read_output
from runner.results.records import Status, TrialKey, TrialRecord
from runner.results.untrusted import Rejected, inert

if TYPE_CHECKING:
    from runner.environments.engine import Blueprint, Engine, Outcome, Prepared
    from runner.execution.gpu import HostGpu
    from runner.execution.plan import PlannedCell
    from runner.matrix.cells import Cell
    from runner.matrix.spec import Probe
    from runner.results.records import Host, Order
    from runner.results.store import Store

_KEPT_LOG: Final = 60_000
UNWATCHED: Final = GpuWatch(read=lambda _: None, pause=lambda _: False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One trial that is ready to run. `number` counts the cell's trials from 1."""

    planned: PlannedCell
    order: Order
    number: int
    blueprint: Blueprint
    prepared: Prepared
    probe: Probe
    gpu: HostGpu | None = None

    @property
    def cell(self) -> Cell:
        """The cell it is a trial of."""
        return self.planned.cell


def perform(
    task: Task, engine: Engine, host: Host, store: Store, watch: GpuWatch = UNWATCHED
) -> tuple[TrialRecord, Judgement]:
    """Run one trial and keep its record and arrays, whatever became of it.

    `watch` looks at its GPU before it starts, which it does not on one that others use, and after.

    Raises
    ------
    StoreError
        They can't be kept, or there is no room for what the probe writes.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="samebits-trial-")
    except OSError as error:
        raise StoreError(
            f"no folder for a trial in {tempfile.gettempdir()}: {error.strerror}",
            "make room there, or set TMPDIR",
        ) from None
    with folder as name:
        out = Path(name)
        gate = _Gate(task, watch)
        ended = _run(task, engine, out, gate)
        begun = _Begun(host, gate.started, gate.clock)
        wrote = _wrote(ended.outcome)
        read = read_output(out) if wrote else Rejected("the probe did not end by itself")
        judgement = _judge_all(ended, read, task, out / "arrays")
        done = read if judgement.status is Status.DONE else None
        record = _record(task, begun, ended, judgement, done)
        if judgement.status is not Status.INTERRUPTED:
            store.add(record, out / "arrays" if done else None)
    return record, judgement


@dataclass
class _Gate:
    """Lets a trial start, when nobody else is on its GPU, and notes the moment.

    Until an engine asks, the trial counts as begun when it was handed to that.
    """

    task: Task
    watch: GpuWatch
    admission: Admission = field(default_factory=Admission)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.monotonic)

    def admit(self) -> str:
        """Why the trial can't start, or ''."""
        if self.task.gpu:
            self.admission = self.watch.admit(self.task.gpu, self.task.probe.timeout_seconds)
        self.started, self.clock = datetime.now(UTC), time.monotonic()
        return self.admission.refusal

    def use(self) -> GpuUse | None:
        """What the GPU was like before and after, where NVML told it."""
        gpu, before = self.task.gpu, self.admission.reading
        if gpu is None or before is None:
            return None
        after = None if self.admission.refusal else self.watch.after(gpu)
        return GpuUse(uuid=gpu.uuid, before=before, after=after)


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a trial's process ended, and what its GPU was like meanwhile where NVML told it.

    `refused` means that it never began, for what else was on the GPU.
    """

    outcome: Outcome
    use: GpuUse | None = None
    refused: bool = False


def _run(task: Task, engine: Engine, out: Path, gate: _Gate) -> _Ended:
    """Run a trial through the gate, and look at its GPU again."""
    outcome = engine.run(replace(trial_of(task), admit=gate.admit), out)
    return _Ended(outcome, gate.use(), refused=bool(gate.admission.refusal))


def _judge_all(ended: _Ended, read: ProbeOutput | Rejected, task: Task, folder: Path) -> Judgement:
    """Judge a trial by its process, by what it left, and by what its GPU went through."""
    judgement = with_arrays(judge(ended.outcome, read, task), read, folder)
    if ended.refused:
        return replace(judgement, avoid=True)
    return with_use(judgement, ended.use) if ended.use else judgement


@dataclass(frozen=True, slots=True)
class _Begun:
    """Where and when a trial began; `clock` is monotonic, in seconds."""

    host: Host
    started: datetime
    clock: float


def _record(
    task: Task,
    begun: _Begun,
    ended: _Ended,
    judgement: Judgement,
    done: ProbeOutput | Rejected | None,
) -> TrialRecord:
    return TrialRecord(
        cell=task.cell.id,
        environment=task.cell.environment.id,
        axes=task.cell.axes,
        key=_key(task),
        order=task.order,
        status=judgement.status,
        reason=judgement.reason[:4000],
        started=begun.started,
        seconds=time.monotonic() - begun.clock,
        image=task.prepared.reference,
        pinned=task.blueprint.base.pinned,
        host=begun.host,
        exit_code=ended.outcome.exit_code,
        log="" if done else inert(ended.outcome.log)[-_KEPT_LOG:],
        gpu=ended.use,
        probe=done if isinstance(done, ProbeOutput) else None,
    )


def trial_of(task: Task) -> Trial:
    """What an engine is to run of a task."""
    setting = task.cell.setting
    arguments = [
        *("--seed", str(task.probe.seed), "--repeats", str(task.probe.repeats)),
        *("--order", task.order, "--device", setting.device),
        *("--determinism", setting.determinism, "--threads", str(setting.threads)),
        *("--onednn", setting.onednn, "--tf32", setting.tf32, "--xla", setting.xla),
        *(("--gpu-uuid", task.gpu.uuid) if task.gpu else ()),
    ]
    return Trial(
        cell=task.cell,
        prepared=task.prepared,
        probe_folder=task.blueprint.probe.images,
        arguments=tuple(arguments),
        variables=setting.variables,
        timeout=task.probe.timeout_seconds,
        memory=task.probe.memory_bytes,
        gpu=task.gpu.uuid if task.gpu else None,
        own=task.blueprint.probe.own,
    )


def _key(task: Task) -> TrialKey:
    if task.planned.key is None:
        raise TypeError(f"{task.cell.id} was not planned to run")
    return task.planned.key


def _wrote(outcome: Outcome) -> bool:
    return outcome.exit_code == 0 and not outcome.failure
