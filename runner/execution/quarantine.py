"""Which GPUs of this host a run may still use, and why it may not use the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.environments.gpu_faults import Found
    from runner.execution.gpu import HostGpu


@dataclass
class Quarantine:
    """GPUs that were seen to fail are set aside until the run ends: the next trial would fail too.

    Nothing is remembered from run to run, since what failed may have been mended.
    """

    gpus: tuple[HostGpu, ...]
    _why: dict[HostGpu, Found] = field(default_factory=dict)

    @property
    def usable(self) -> tuple[HostGpu, ...]:
        """The GPUs that nothing was seen of, in the host's order."""
        return tuple(gpu for gpu in self.gpus if gpu not in self._why)

    def note(self, gpu: HostGpu, fault: Found) -> None:
        """Set aside what a failure on a GPU speaks against: that one, all of the host, or none."""
        failed = {"host": self.gpus, "gpu": (gpu,)}.get(fault.blames or "", ())
        for one in failed:
            self._why.setdefault(one, fault)

    @property
    def reason(self) -> str:
        """Say why GPUs were set aside, each failure once with the GPUs that it concerns."""
        by_fault: dict[str, list[str]] = {}
        for gpu, fault in self._why.items():
            by_fault.setdefault(str(fault), []).append(gpu.uuid)
        told = (f"{', '.join(gpus)} set aside: {fault}" for fault, gpus in by_fault.items())
        return "; ".join(told)
