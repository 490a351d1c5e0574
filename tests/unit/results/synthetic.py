"""Probe outputs and records made by hand: what a test names is set, the rest is plausible."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from runner.matrix.cells import Cell, Environment, Setting
from runner.results.probe_output import CaseOutput, Fingerprint, Output, ProbeOutput
from runner.results.records import (
    CellStatus,
    EngineName,
    Host,
    Order,
    RunRecord,
    Status,
    TrialKey,
    TrialRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BEGIN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CPU_MODEL = "AMD EPYC 9R14"
HOST_CLASS = "cpu avx512_bf16"
UNSUPPORTED = "unsupported"
ERROR = "error"


def digest(word: object) -> str:
    """A digest that is the same for the same word."""
    return hashlib.sha256(str(word).encode()).hexdigest()


def cell(
    tensorflow: str = "2.20.0",
    *,
    determinism: Literal["off", "on"] = "on",
    python: str = "3.11",
    device: Literal["cpu", "gpu"] = "cpu",
    cuda: str | None = None,
) -> Cell:
    """A cell of the usual small matrix."""
    return Cell(
        environment=Environment(python=python, tensorflow=tensorflow, cuda=cuda),
        setting=Setting(device=device, determinism=determinism),
    )


def fingerprint(tensorflow: str = "2.20.0") -> Fingerprint:
    """What a quiet CPU host says of itself."""
    return Fingerprint(
        python="3.11.7",
        tensorflow=tensorflow,
        numpy="1.26.4",
        keras="3.12.0",
        build={"is_cuda_build": "False"},
        packages={"numpy": "1.26.4", "keras": "3.12.0"},
        variables={"TF_ENABLE_ONEDNN_OPTS": "1"},
        cpu_model=CPU_MODEL,
        cpu_flags=("avx2", "avx512f"),
        intra_op_threads=2,
        inter_op_threads=2,
        op_determinism=True,
    )


def case(name: str, *words: object, family: str = "", reason: str = "") -> CaseOutput:
    """One case: a word per repeat, each standing for the bits of its only output.

    The words `UNSUPPORTED` and `ERROR`, alone, give that status.
    """
    family = family or name.partition(".")[0]
    for status in ("unsupported", "error"):
        if words == (status,):
            return CaseOutput(name=name, family=family, status=status, reason=reason)
    output = Output(
        name="out", dtype="float32", shape=(8,), digests=tuple(map(digest, words)), stored=False
    )
    return CaseOutput(
        name=name, family=family, status="ok", outputs=(output,), seconds=(0.01,) * len(words)
    )


def probe(
    *cases: CaseOutput, order: Order = "forward", seed: int = 42, tensorflow: str = "2.20.0"
) -> ProbeOutput:
    """A probe's output; the number of repeats is that of its cases."""
    repeats = {len(one.digests) for case in cases for one in case.outputs} or {2}
    return ProbeOutput(
        schema_version=1,
        order=order,
        seed=seed,
        repeats=max(repeats),
        recipe=("tf.config.experimental.enable_op_determinism()",),
        fingerprint=fingerprint(tensorflow),
        import_seconds=3.1,
        cases=cases,
    )


def key(  # noqa: PLR0913 - one per field that tests set
    of: Cell,
    *,
    lock: str = "lock-1",
    probe: str = "probe-1",
    seed: int = 42,
    repeats: int = 2,
    engine: EngineName = "docker",
    base: str = "sha256:0123",
    host_class: str = HOST_CLASS,
) -> TrialKey:
    """The key of a trial of a cell."""
    axes = {axis: of.axes[axis] for axis in ("device", "determinism", "threads")}
    return TrialKey(
        lock=lock,
        probe=probe,
        seed=seed,
        repeats=repeats,
        setting=axes,
        engine=engine,
        base=base,
        host_class=host_class,
    )


def host(host_class: str = HOST_CLASS, name: str = "node-1") -> Host:
    """Where it ran."""
    return Host(name=name, host_class=host_class, cpu_model=CPU_MODEL, platform="linux-x86_64")


def trial(  # noqa: PLR0913 - one per field that tests set
    of: Cell,
    *cases: CaseOutput,
    at: int = 0,
    order: Order = "forward",
    status: Status = Status.DONE,
    reason: str = "",
    trial_key: TrialKey | None = None,
    pinned: bool = True,
) -> TrialRecord:
    """One trial, `at` seconds after the first; a status other than done leaves no probe output."""
    trial_key = trial_key or key(of)
    return TrialRecord(
        cell=of.id,
        environment=of.environment.id,
        axes=of.axes,
        key=trial_key,
        order=order,
        status=status,
        reason=reason,
        started=BEGIN + timedelta(seconds=at),
        seconds=5.5,
        pinned=pinned,
        host=host(trial_key.host_class),
        probe=probe(*cases, order=order) if status is Status.DONE else None,
    )


def trials(
    of: Cell,
    cases: Mapping[str, Sequence[object]],
    *,
    count: int = 3,
    at: int = 0,
    trial_key: TrialKey | None = None,
) -> list[TrialRecord]:
    """`count` trials that agree, the last in reverse order. Case name → a word per repeat."""
    made = []
    for number in range(count):
        last = number == count - 1 and count > 1
        outputs = [case(name, *words) for name, words in cases.items()]
        made.append(
            trial(
                of,
                *(reversed(outputs) if last else outputs),
                at=at + number,
                order="reversed" if last else "forward",
                trial_key=trial_key,
            )
        )
    return made


def status(
    of: Cell, what: Status = Status.DONE, reason: str = "", planned: TrialKey | None = None
) -> CellStatus:
    """Where a cell stood, and with what key it was planned; a record of old does not say that."""
    digest = planned.digest if planned else ""
    return CellStatus(cell=of.id, axes=of.axes, status=what, reason=reason, key=digest)


def run(  # noqa: PLR0913 - one per field that tests set
    cells: Iterable[CellStatus],
    *,
    at: int = 0,
    engine: EngineName = "docker",
    reason: str = "",
    host_class: str = HOST_CLASS,
    on: str = "node-1",
) -> RunRecord:
    """One run that ended ten minutes after it began."""
    return RunRecord(
        matrix="matrix.yaml",
        started=BEGIN + timedelta(seconds=at),
        finished=BEGIN + timedelta(seconds=at + 600),
        engine=engine,
        engine_reason=reason,
        host=host(host_class, on),
        cells=tuple(cells),
    )
