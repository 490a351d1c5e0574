"""The NVIDIA GPUs of this host, through NVML; none where there is no driver."""

from __future__ import annotations

from dataclasses import dataclass

import pynvml


@dataclass(frozen=True, slots=True)
class HostGpu:
    """One whole GPU of this host, chosen by UUID; MIG devices are not listed."""

    uuid: str
    model: str
    compute_capability: str

    @property
    def host_class(self) -> str:
        """Bits are compared within one model and compute capability."""
        return f"{self.model} sm_{self.compute_capability.replace('.', '')}"


def discover_gpus() -> tuple[HostGpu, ...]:
    """List the GPUs that the driver knows, in its order; empty without a driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    try:
        return tuple(_describe(number) for number in range(pynvml.nvmlDeviceGetCount()))
    except pynvml.NVMLError:
        return ()
    finally:
        pynvml.nvmlShutdown()


def _describe(number: int) -> HostGpu:
    handle = pynvml.nvmlDeviceGetHandleByIndex(number)
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    return HostGpu(
        uuid=str(pynvml.nvmlDeviceGetUUID(handle)),
        model=str(pynvml.nvmlDeviceGetName(handle)),
        compute_capability=f"{major}.{minor}",
    )
