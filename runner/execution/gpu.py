"""The NVIDIA GPUs of this host, through NVML; none where there is no driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pynvml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Compute capability → CUDA cores in one multiprocessor: of a whole GPU, NVML tells the cores, and
# the number of multiprocessors only of a MIG device.
# Source: _ConvertSMVer2Cores in Common/helper_cuda.h of https://github.com/NVIDIA/cuda-samples.
_CORES: Final[Mapping[str, int]] = {
    **dict.fromkeys(("3.5", "3.7"), 192),
    **dict.fromkeys(("5.0", "5.2", "5.3", "6.1", "6.2"), 128),
    **dict.fromkeys(("6.0", "7.0", "7.2", "7.5", "8.0"), 64),
    **dict.fromkeys(("8.6", "8.7", "8.9", "9.0", "10.0", "10.1", "10.3", "11.0"), 128),
    **dict.fromkeys(("12.0", "12.1"), 128),
}


@dataclass(frozen=True, slots=True)
class HostGpu:
    """One whole GPU of this host, chosen by UUID.

    `multiprocessors` is None where it can't be told: an old driver, or an architecture whose cores
    per multiprocessor are not known here. `driver` is the version of the host's driver.
    """

    uuid: str
    model: str
    compute_capability: str
    multiprocessors: int | None = None
    driver: str = ""

    @property
    def host_class(self) -> str:
        """Bits are compared within one model, compute capability and number of multiprocessors.

        A number that is not known is left out.
        """
        count = f" {self.multiprocessors} SMs" if self.multiprocessors else ""
        return f"{self.model} sm_{self.compute_capability.replace('.', '')}{count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A GPU as NVML tells of it; `cores` are CUDA cores, None where the driver can't tell."""

    uuid: str
    model: str
    compute_capability: str
    cores: int | None
    mig: bool


def discover_gpus() -> tuple[HostGpu, ...]:
    """List the GPUs that the driver knows, in its order; empty without a driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    try:
        devices = [_read(number) for number in range(pynvml.nvmlDeviceGetCount())]
        return whole_gpus(devices, str(pynvml.nvmlSystemGetDriverVersion()))
    except pynvml.NVMLError:
        return ()
    finally:
        pynvml.nvmlShutdown()


def _read(number: int) -> Device:
    handle = pynvml.nvmlDeviceGetHandleByIndex(number)
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    mode = told(lambda: pynvml.nvmlDeviceGetMigMode(handle)[0])
    return Device(
        uuid=str(pynvml.nvmlDeviceGetUUID(handle)),
        model=str(pynvml.nvmlDeviceGetName(handle)),
        compute_capability=f"{major}.{minor}",
        cores=told(lambda: int(pynvml.nvmlDeviceGetNumGpuCores(handle))),
        mig=mode == pynvml.NVML_DEVICE_MIG_ENABLE,
    )


def told(ask: Callable[[], int]) -> int | None:
    """Return the answer, or None where the driver or the model can't give one."""
    try:
        return ask()
    except (pynvml.NVMLError_NotSupported, pynvml.NVMLError_FunctionNotFound):
        return None


def whole_gpus(devices: Iterable[Device], driver: str) -> tuple[HostGpu, ...]:
    """Describe the whole GPUs among the devices of a host. Pure.

    A GPU in MIG mode is left out: a process would get one of its MIG devices, which is another host
    class, and those are not listed.
    """
    return tuple(
        HostGpu(
            uuid=device.uuid,
            model=device.model,
            compute_capability=device.compute_capability,
            multiprocessors=_multiprocessors(device),
            driver=driver,
        )
        for device in devices
        if not device.mig
    )


def _multiprocessors(device: Device) -> int | None:
    each = _CORES.get(device.compute_capability)
    if not each or not device.cores or device.cores % each:
        return None
    return device.cores // each
