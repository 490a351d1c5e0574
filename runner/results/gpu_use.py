"""What else was on the GPU of a trial, and how its memory was: before it began, after it ended."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from runner.results.probe_output import Text, Value, Whole

MOST_PROCESSES = 64
Bytes = Annotated[Whole, Field(ge=0)]


class GpuProcess(Value):
    """A process that computes on a GPU; `memory` is what it holds of it, None if it is not told.

    `name` is empty where the process is not seen from here: it has just ended, or the runner is in
    a container of its own. `probe` says that it is one of samebits.
    """

    pid: Whole
    name: Text = ""
    memory: Bytes | None = None
    probe: bool = False


class GpuReading(Value):
    """A GPU at one moment. `processes` are those that compute on it, None where they aren't told.

    `uncorrected` counts the memory errors that ECC could not correct, since the driver was loaded;
    None where it is not told, as of a GPU without ECC.
    """

    free: Bytes
    total: Bytes
    processes: tuple[GpuProcess, ...] | None = Field(default=None, max_length=MOST_PROCESSES)
    uncorrected: Bytes | None = None


class GpuUse(Value):
    """The GPU of a trial before and after it; `after` is None where it could not be read."""

    uuid: Text
    before: GpuReading
    after: GpuReading | None = None

    @property
    def new_errors(self) -> int:
        """How many uncorrected memory errors came during the trial, of those that are told."""
        if self.after is None or self.after.uncorrected is None or self.before.uncorrected is None:
            return 0
        return max(0, self.after.uncorrected - self.before.uncorrected)
