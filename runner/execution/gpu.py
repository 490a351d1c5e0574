"""The NVIDIA GPUs of this host, through NVML; none where there is no driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pynvml

from runner.environments.question import Question, Unanswered
from runner.execution.nvml import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.execution.nvml import Nvml

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
_SECONDS: Final = 8


@dataclass(frozen=True, slots=True)
class HostGpu:
    """One GPU of this host, asked for by UUID.

    `multiprocessors` is None where it can't be told: an old driver, or an architecture whose cores
    per multiprocessor are not known here. `driver` is the version of the host's driver, `index` the
    GPU's place in NVML's order, which `nvidia-smi` prints.
    """

    uuid: str
    model: str
    compute_capability: str
    multiprocessors: int | None = None
    driver: str = ""
    index: int = 0

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


@dataclass(frozen=True, slots=True, kw_only=True)
class HostGpus:
    """The GPUs of a host in NVML's order: the whole ones, and those in MIG mode.

    A process on a GPU in MIG mode would get one of its MIG devices, which is another host class.
    Those are not used. `unanswered` is what NVML said instead of a list; nothing without a driver.
    """

    whole: tuple[HostGpu, ...] = ()
    mig: tuple[HostGpu, ...] = ()
    unanswered: str = ""


def find_gpus() -> HostGpus:
    """List the GPUs that the driver knows, within eight seconds."""
    found = Question(discover_gpus, _SECONDS).answer()
    return HostGpus(unanswered=found.reason) if isinstance(found, Unanswered) else found


def discover_gpus(nvml: Nvml = pynvml) -> HostGpus:
    """List the GPUs that the driver knows; none without a driver."""
    try:
        nvml.nvmlInit()
    except (pynvml.NVMLError_LibraryNotFound, pynvml.NVMLError_DriverNotLoaded):
        return HostGpus()
    except pynvml.NVMLError as error:
        return HostGpus(unanswered=str(error).rstrip("."))
    try:
        devices = [_read(nvml, number) for number in range(nvml.nvmlDeviceGetCount())]
        return describe(devices, str(nvml.nvmlSystemGetDriverVersion()))
    except pynvml.NVMLError as error:
        return HostGpus(unanswered=str(error).rstrip("."))
    finally:
        nvml.nvmlShutdown()


def _read(nvml: Nvml, number: int) -> Device:
    handle = nvml.nvmlDeviceGetHandleByIndex(number)
    major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    mode = told(lambda: nvml.nvmlDeviceGetMigMode(handle)[0])
    return Device(
        uuid=str(nvml.nvmlDeviceGetUUID(handle)),
        model=str(nvml.nvmlDeviceGetName(handle)),
        compute_capability=f"{major}.{minor}",
        cores=told(lambda: int(nvml.nvmlDeviceGetNumGpuCores(handle))),
        mig=mode == pynvml.NVML_DEVICE_MIG_ENABLE,
    )


def describe(devices: Iterable[Device], driver: str) -> HostGpus:
    """Describe the devices of a host, listed in NVML's order. Pure."""
    listed = [
        (
            device.mig,
            HostGpu(
                uuid=device.uuid,
                model=device.model,
                compute_capability=device.compute_capability,
                multiprocessors=_multiprocessors(device),
                driver=driver,
                index=index,
            ),
        )
        for index, device in enumerate(devices)
    ]
    return HostGpus(
        whole=tuple(gpu for mig, gpu in listed if not mig),
        mig=tuple(gpu for mig, gpu in listed if mig),
    )


def _multiprocessors(device: Device) -> int | None:
    each = _CORES.get(device.compute_capability)
    if not each or not device.cores or device.cores % each:
        return None
    return device.cores // each
