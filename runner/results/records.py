"""The records that are kept: one per trial, one per run. Immutable once written."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from runner.results.gpu_use import GpuUse
from runner.results.probe_output import ProbeOutput, Seconds, Text, Value

RECORD_SCHEMA: Literal[1] = 1

EngineName = Literal["docker", "venv"]
Order = Literal["forward", "reversed"]
# Ends that every zone can express, so that no stored time overflows when it is turned into UTC.
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC)),
]
Axes = Annotated[dict[Text, Text], Field(max_length=50)]


class Status(StrEnum):
    """How far a cell got. Only `done` is a result; `missing` and `stale` are never stored."""

    REFUSED = "refused"
    SKIPPED = "skipped"
    BUILD_FAILED = "build-failed"
    NO_GPU = "no-gpu"
    MISMATCH = "mismatch"
    RUN_FAILED = "run-failed"
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    DONE = "done"
    STALE = "stale"
    INTERRUPTED = "interrupted"
    MISSING = "missing"


class TrialKey(Value):
    """What a trial's bits may depend on; a stored trial is reused while all of it still matches.

    `lock`, `probe` and `recipe` (by which an image is built; empty for a venv) are SHA-256 of their
    text; `base` is the identity of the base image
    (registry digest or image id) or of the interpreter; `setting` is the setting's axes and its
    variables; `host_class` is the hardware within which bits are compared.
    """

    lock: Text
    recipe: Text = ""
    probe: Text
    seed: int
    repeats: int
    setting: Axes
    engine: EngineName
    base: Text
    host_class: Text

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of all fields."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Host(Value):
    """Where a trial ran."""

    name: Text
    host_class: Text
    cpu_model: Text
    platform: Text


class TrialRecord(Value):
    """One trial of one cell: a fresh process in a fresh container (or venv process).

    `probe` is there exactly when `status` is `done`. `pinned` says whether the base image is known
    by a registry digest. `seconds` is wall time from create to collected; `log` the bounded tail of
    what the probe printed, kept when the trial failed. `gpu` is what else was on its GPU, where NVML
    told it; records of before that have none.
    """

    schema_version: Literal[1] = RECORD_SCHEMA
    cell: Text
    environment: Text
    axes: Axes
    key: TrialKey
    order: Order
    status: Status
    reason: Text = ""
    started: Moment
    seconds: Seconds
    image: Text = ""
    pinned: bool = True
    host: Host
    exit_code: int | None = None
    log: Annotated[str, Field(max_length=70_000)] = ""
    gpu: GpuUse | None = None
    probe: ProbeOutput | None = None

    @model_validator(mode="after")
    def _probe_means_done(self) -> Self:
        if (self.status is Status.DONE) != (self.probe is not None):
            raise ValueError("probe is there exactly when status is done")
        return self


class CellStatus(Value):
    """Where a cell stood when the run ended (or began).

    `key` is the digest of the key that the run planned its trials with; empty where the cell could
    not be planned, or in a record of before there was one.
    """

    cell: Text
    axes: Axes
    status: Status
    reason: Text = ""
    key: Text = ""

    @property
    def without_device(self) -> bool:
        """Whether the host had no device for the cell; a trial that saw no GPU had its key."""
        return self.status is Status.SKIPPED or (self.status is Status.NO_GPU and not self.key)


class Phase(Value):
    """One build or trial as it was timed, in seconds since the run began."""

    kind: Literal["build", "trial"]
    subject: Text
    start: Seconds
    end: Seconds


class Assigned(Value):
    """A cell of a run that was divided, and the number of the shard that runs it."""

    cell: Text
    axes: Axes
    shard: int


class Shard(Value):
    """Which part of a divided run this one is: `index` of `of`, counted from 1.

    `division` are the cells of all shards in axis order, so that the cells of a shard whose results
    never came are known. `run` is what the parts of one run have in common, such as the number of a
    CI run; empty where nobody said.
    """

    index: Annotated[int, Field(ge=1)]
    of: Annotated[int, Field(ge=1)]
    run: Text = ""
    division: tuple[Assigned, ...] = Field(max_length=10_000)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.index > self.of or any(not 1 <= one.shard <= self.of for one in self.division):
            raise ValueError("a shard is one of those that there are")
        return self


class RunRecord(Value):
    """One run: which cells were selected, in axis order, and how far each got.

    `shard` is there where it ran a part of the cells that were selected.
    """

    schema_version: Literal[1] = RECORD_SCHEMA
    matrix: Text
    started: Moment
    finished: Moment | None
    engine: EngineName
    engine_reason: Text
    host: Host
    cells: tuple[CellStatus, ...] = Field(max_length=10_000)
    phases: tuple[Phase, ...] = Field(default=(), max_length=100_000)
    shard: Shard | None = None
