"""How a trial ended: by how its process ended, what it left, and what its GPU went through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from runner.environments.gpu_faults import Found, find
from runner.execution.declared import declared, hold, other_packages
from runner.execution.endings import exit_reason, said
from runner.execution.gpu_watch import named
from runner.results.arrays import check_arrays
from runner.results.probe_output import ProbeOutput
from runner.results.records import Status
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from pathlib import Path

    from runner.environments.engine import Outcome
    from runner.execution.trials import Task
    from runner.results.gpu_use import GpuUse

# The probe's own exit codes, see images/probe/__main__.py.
_NO_GPU: Final = 3
_OWN_PROBE: Final = 5


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
    wanted = declared(environment, task.blueprint.lock, task.blueprint.base.inside)
    held = hold(wanted, read.fingerprint.loaded)
    other = other_packages(environment, read.fingerprint)
    wrong = (*other, *held.differs, *_other_gpu(read, task))
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


def with_arrays(judgement: Judgement, read: ProbeOutput | Rejected, folder: Path) -> Judgement:
    """The same judgement, unless an array is not what the result says of it."""
    if judgement.status is Status.DONE and isinstance(read, ProbeOutput):
        arrays = check_arrays(folder, read)
        if isinstance(arrays, Rejected):
            return Judgement(Status.RUN_FAILED, f"unreadable array: {arrays.reason}")
    return judgement


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
