"""One trial from start to record: run it, read what it left, judge how it ended."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.environments.engine import Outcome, Trial
from runner.environments.gpu_faults import find
from runner.errors import StoreError
from runner.execution.declared import declared, hold
from runner.execution.endings import exit_reason, said
from runner.execution.gpu_watch import Admission, GpuWatch, named
from runner.results.arrays import check_arrays
from runner.results.gpu_use import GpuUse
from runner.results.probe_output import ProbeOutput, read_output
from runner.results.records import Status, TrialKey, TrialRecord
from runner.results.untrusted import Rejected, inert

if TYPE_CHECKING:
    from runner.environments.engine import Blueprint, Engine, Prepared
    from runner.environments.gpu_faults import Found
    from runner.execution.gpu import HostGpu
    from runner.execution.plan import PlannedCell
    from runner.matrix.cells import Cell
    from runner.matrix.spec import Probe
    from runner.results.records import Host, Order
    from runner.results.store import Store

# The probe's own exit codes, see images/probe/__main__.py.
_NO_GPU: Final = 3
_OWN_PROBE: Final = 5
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a trial ended, in the words of the records.

    `retry` marks what says nothing about the cell: the engine failed, or somebody killed it.
    `avoid` marks a GPU that is better left alone while there is another.
    `fault` is what failed of the GPU, or of what gives it to containers.
    """

    status: Status
    reason: str = ""
    retry: bool = False
    avoid: bool = False
    fault: Found | None = None


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
        seconds = task.probe.timeout_seconds
        admission = watch.admit(task.gpu, seconds) if task.gpu else Admission()
        begun = _Begun(host, datetime.now(UTC), time.monotonic())
        ended = _run(task, engine, out, watch, admission)
        wrote = _wrote(ended.outcome)
        read = read_output(out) if wrote else Rejected("the probe did not end by itself")
        judgement = _judge_all(ended, read, task, out / "arrays")
        done = read if judgement.status is Status.DONE else None
        record = _record(task, begun, ended, judgement, done)
        if judgement.status is not Status.INTERRUPTED:
            store.add(record, out / "arrays" if done else None)
    return record, judgement


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a trial's process ended, and what its GPU was like meanwhile where NVML told it.

    `refused` means that it never began, for what else was on the GPU.
    """

    outcome: Outcome
    use: GpuUse | None = None
    refused: bool = False


def _run(task: Task, engine: Engine, out: Path, watch: GpuWatch, admission: Admission) -> _Ended:
    """Run a trial that was admitted to its GPU, and look at that again."""
    before = admission.reading
    if admission.refusal:
        outcome = Outcome(exit_code=None, failure=admission.refusal)
    else:
        outcome = engine.run(trial_of(task), out)
    if task.gpu is None or before is None:
        return _Ended(outcome)
    after = None if admission.refusal else watch.after(task.gpu)
    use = GpuUse(uuid=task.gpu.uuid, before=before, after=after)
    return _Ended(outcome, use, refused=bool(admission.refusal))


def _judge_all(ended: _Ended, read: ProbeOutput | Rejected, task: Task, folder: Path) -> Judgement:
    """Judge a trial by its process, by what it left, and by what its GPU went through."""
    judgement = _with_arrays(judge(ended.outcome, read, task), read, folder)
    if ended.refused:
        return replace(judgement, avoid=True)
    return with_use(judgement, ended.use) if ended.use else judgement


def with_use(judgement: Judgement, use: GpuUse) -> Judgement:
    """The same judgement, unless the GPU's memory failed; it names who came during a trial. Pure.

    What came from memory that failed is no result of anything, so that it is tried again.
    """
    if judgement.status is Status.INTERRUPTED:
        return judgement
    if use.new_errors:
        told = (
            f"uncorrected memory errors of GPU {use.uuid} during the trial: {use.new_errors:,}, so "
            "that its bits count for nothing; see `nvidia-smi -q -d ECC`"
        )
        failed = judgement.status is not Status.DONE
        reason = f"{judgement.reason}; {told}" if failed else told
        return Judgement(Status.RUN_FAILED, reason, retry=True, avoid=True)
    beside = (use.after and use.after.processes) or ()
    if judgement.status is Status.DONE and beside:
        note = f"when it ended, {named(beside)} computed on its GPU too"
        return replace(judgement, reason="; ".join(filter(None, (judgement.reason, note))))
    return judgement


@dataclass(frozen=True, slots=True)
class _Begun:
    """Where and when a trial began; `clock` is monotonic, in seconds."""

    host: Host
    started: datetime
    clock: float


def _with_arrays(judgement: Judgement, read: ProbeOutput | Rejected, folder: Path) -> Judgement:
    """The same judgement, unless an array is not what the result says of it."""
    if judgement.status is Status.DONE and isinstance(read, ProbeOutput):
        arrays = check_arrays(folder, read)
        if isinstance(arrays, Rejected):
            return Judgement(Status.RUN_FAILED, f"unreadable array: {arrays.reason}")
    return judgement


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


def judge(outcome: Outcome, read: ProbeOutput | Rejected, task: Task) -> Judgement:
    """Tell how a trial ended, from how its process ended and what it left. Pure."""
    return _cut_short(outcome, task) or _exited(outcome, task) or _judge_content(read, task)


def _cut_short(outcome: Outcome, task: Task) -> Judgement | None:
    """What ended a process before it was done, in the order in which it explains the rest."""
    gib = task.probe.memory_bytes / 1024**3
    cancelled = outcome.failure.endswith("cancelled")
    ends = (
        (cancelled, Judgement(Status.INTERRUPTED, "interrupted")),
        (
            outcome.timed_out,
            Judgement(Status.TIMED_OUT, f"no result within {task.probe.timeout_seconds} s"),
        ),
        (outcome.out_of_memory, Judgement(Status.OUT_OF_MEMORY, f"needed more than {gib:g} GiB")),
        (outcome.killed, Judgement(Status.RUN_FAILED, "killed from outside", retry=True)),
        (bool(outcome.failure), _engine_failed(outcome)),
    )
    return next((judgement for happened, judgement in ends if happened), None)


def _engine_failed(outcome: Outcome) -> Judgement:
    """What the engine's failure says; a host that can give no container a GPU has none for us."""
    blamed = outcome.fault.blames if outcome.fault else None
    status = Status.NO_GPU if blamed == "host" else Status.RUN_FAILED
    return Judgement(status, outcome.failure, retry=blamed != "cell", fault=outcome.fault)


def _exited(outcome: Outcome, task: Task) -> Judgement | None:
    if outcome.exit_code == _NO_GPU:
        return Judgement(Status.NO_GPU, said(outcome.log, "no-gpu:") or "TensorFlow sees no GPU")
    own = said(outcome.log, "own-probe:") if outcome.exit_code == _OWN_PROBE else ""
    if outcome.exit_code == 0:
        return None
    reason = own or exit_reason(outcome.exit_code or 0, outcome.log)
    fault = find(outcome.log, "log") if task.gpu else None
    lost = fault is not None and fault.blames == "gpu"
    return Judgement(Status.RUN_FAILED, reason, retry=lost, fault=fault)


def _judge_content(read: ProbeOutput | Rejected, task: Task) -> Judgement:
    """Tell whether what a trial left is a result, of what was declared and asked for.

    Of a result on a GPU, the reason names the declared libraries that it shows nothing of.
    """
    if isinstance(read, Rejected):
        return Judgement(Status.RUN_FAILED, f"unreadable result: {read.reason}")
    asked = (task.order, task.probe.seed, task.probe.repeats)
    if (read.order, read.seed, read.repeats) != asked:
        return Judgement(Status.RUN_FAILED, "the result is of another trial than the one asked for")
    environment = task.cell.environment
    loaded = (
        ("TensorFlow", environment.tensorflow, read.fingerprint.tensorflow),
        ("Python", environment.python, ".".join(read.fingerprint.python.split(".")[:2])),
    )
    wrong = [f"{name} {was} was loaded, not {said}" for name, said, was in loaded if said != was]
    wanted = declared(environment, task.blueprint.lock, task.blueprint.base.inside)
    held = hold(wanted, read.fingerprint.loaded)
    wrong += [*held.differs, *_other_gpu(read, task)]
    if wrong:
        return Judgement(Status.MISMATCH, "; ".join(wrong))
    return Judgement(Status.DONE, "; ".join(held.unseen) if task.gpu else "")


def _other_gpu(read: ProbeOutput, task: Task) -> list[str]:
    """What speaks against this being a result of the one GPU that was asked for."""
    if task.gpu is None:
        return []
    seen = read.fingerprint.gpus
    if len(seen) != 1:
        return [f"TensorFlow saw {len(seen)} GPUs, not the one asked for"]
    other = seen[0].uuid not in ("", task.gpu.uuid)
    return [f"GPU {seen[0].uuid} was used, not {task.gpu.uuid}"] if other else []


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
