"""Whether a GPU is free for a trial, asked before it starts, and what it was like afterwards.

Algorithms that are picked by timing depend on who else computes, and those that need a workspace on
the memory that is free. So a trial starts on a GPU of its own or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.execution.choice import title

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.execution.gpu import HostGpu
    from runner.results.gpu_use import GpuProcess, GpuReading

GIB: Final = 1024**3
# The workspace that TensorFlow lets cuDNN have, 8 GiB unless TF_CUDNN_WORKSPACE_LIMIT_IN_MB says
# otherwise (GetDnnWorkspaceLimitOrDefault in tensorflow/core/kernels/gpu_utils.cc; 4 GiB in older
# releases), and 2 GiB for all else. Of a small GPU it is half of what there is.
NEEDED: Final = 10 * GIB
_PATIENCE: Final = 60.0
_LOOK: Final = 2.0
_LOOKS_AFTER: Final = 3
_SHOWN: Final = 3
_REMEDY: Final = "choose another with --gpu"


@dataclass(frozen=True, slots=True)
class Admission:
    """What a GPU was like when a trial was to start; `refusal` says why it does not start.

    There is no reading where NVML gave none, and then no refusal.
    """

    reading: GpuReading | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """What keeps a trial off a GPU, and what to do about it."""

    fact: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuWatch:
    """Looks at GPUs. `pause` waits for so many seconds and says whether the run is being ended."""

    read: Callable[[str], GpuReading | None]
    pause: Callable[[float], bool]

    def admit(self, gpu: HostGpu, trial_seconds: float) -> Admission:
        """Wait until a GPU is free: a minute, or the time of a trial where a probe is on it.

        A trial that has just ended may hold memory for a moment; it is waited for like the rest.
        """
        waited = 0.0
        while True:
            reading = self.read(gpu.uuid)
            refusal = why_not(gpu, reading) if reading else ""
            patience = _PATIENCE + (trial_seconds if _has_probe(reading) else 0)
            if not refusal or waited >= patience:
                return Admission(reading, refusal)
            if self.pause(_LOOK):
                return Admission(reading, "cancelled")
            waited += _LOOK

    def after(self, gpu: HostGpu) -> GpuReading | None:
        """Read a GPU when a trial has ended; what is leaving it is given a moment to be gone."""
        reading = self.read(gpu.uuid)
        for _ in range(_LOOKS_AFTER):
            leaving = any(not one.name for one in (reading and reading.processes) or ())
            if not leaving or self.pause(_LOOK):
                break
            reading = self.read(gpu.uuid)
        return reading


def why_not(gpu: HostGpu, reading: GpuReading) -> str:
    """Why no trial can start on a GPU now, and what to do; '' where one can. Pure."""
    found = busy(reading)
    return f"{title(gpu)}: {found.fact}; {found.remedy}" if found else ""


def busy(reading: GpuReading) -> Busy | None:
    """What keeps a trial off a GPU, or None: any process, or too little free memory. Pure."""
    used = f"{gib(reading.total - reading.free)} of {gib(reading.total)} GiB in use"
    if reading.processes:
        them = "it" if len(reading.processes) == 1 else "them"
        return Busy(f"used by {named(reading.processes)}, {used}", f"end {them} or {_REMEDY}")
    needed = min(NEEDED, reading.total // 2)
    if reading.free >= needed:
        return None
    fact = f"{used} by what NVML does not name, so that less than {gib(needed)} GiB is free"
    return Busy(fact, f"see `nvidia-smi`, or {_REMEDY}")


def named(processes: tuple[GpuProcess, ...]) -> str:
    """``pid 4711 (python) and pid 4712 (not seen from here)``, of many the first few."""
    told = [f"pid {one.pid} ({one.name or 'not seen from here'})" for one in processes[:_SHOWN]]
    rest = len(processes) - len(told)
    return " and ".join(told) + (f" and {rest} more" if rest else "")


def gib(count: int) -> str:
    """Bytes as GiB, such as 79.6."""
    return f"{count / GIB:.1f}"


def _has_probe(reading: GpuReading | None) -> bool:
    return any(one.probe for one in (reading and reading.processes) or ())
