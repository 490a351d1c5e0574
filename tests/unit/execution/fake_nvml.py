"""NVML with the GPUs that a test names."""
# ruff: noqa: N802 - named as the library names them

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

import pynvml

from runner.execution.gpu import Device

DRIVER = "580.159.04"
GIB = 1024**3
# As an H100 answered; TensorFlow saw 132 multiprocessors there.
H100 = Device(
    uuid="GPU-1",
    model="NVIDIA H100 80GB HBM3",
    compute_capability="9.0",
    cores=16896,
    mig=False,
)


@dataclass(frozen=True)
class FakeMemory:
    """Memory in bytes."""

    free: int
    total: int


@dataclass(frozen=True)
class FakeRunning:
    """A process on a GPU."""

    pid: int
    usedGpuMemory: int | None = None  # noqa: N815 - the same


@dataclass
class FakeNvml:
    """These devices, all in one state; `errors` says what a function raises, by its name.

    `open` counts what was initialised and not shut down.
    """

    devices: tuple[Device, ...] = (H100,)
    memory: FakeMemory = FakeMemory(79 * GIB, 80 * GIB)
    running: tuple[FakeRunning, ...] = ()
    uncorrected: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    open: int = 0

    def nvmlInit(self) -> None:
        self._told("nvmlInit")
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlSystemGetDriverVersion(self) -> str:
        return DRIVER

    def nvmlDeviceGetCount(self) -> int:
        self._told("nvmlDeviceGetCount")
        return len(self.devices)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> object:
        return self.devices[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> object:
        found = [one for one in self.devices if one.uuid == uuid]
        return found[0] if found else failed(pynvml.NVML_ERROR_NOT_FOUND)

    def nvmlDeviceGetUUID(self, handle: object) -> str:
        return _device(handle).uuid

    def nvmlDeviceGetName(self, handle: object) -> str:
        return _device(handle).model

    def nvmlDeviceGetCudaComputeCapability(self, handle: object) -> tuple[int, int]:
        major, minor = _device(handle).compute_capability.split(".")
        return int(major), int(minor)

    def nvmlDeviceGetNumGpuCores(self, handle: object) -> int:
        cores = _device(handle).cores
        return failed(pynvml.NVML_ERROR_FUNCTION_NOT_FOUND) if cores is None else cores

    def nvmlDeviceGetMigMode(self, handle: object) -> list[int]:
        self._told("nvmlDeviceGetMigMode")
        return [int(_device(handle).mig), 0]

    def nvmlDeviceGetMemoryInfo(self, _handle: object) -> FakeMemory:
        self._told("nvmlDeviceGetMemoryInfo")
        return self.memory

    def nvmlDeviceGetComputeRunningProcesses(self, _handle: object) -> list[FakeRunning]:
        self._told("nvmlDeviceGetComputeRunningProcesses")
        return list(self.running)

    def nvmlDeviceGetTotalEccErrors(self, _handle: object, kind: int, counter: int) -> int:
        self._told("nvmlDeviceGetTotalEccErrors")
        assert (kind, counter) == (1, 0)  # uncorrected and volatile, as in nvml.h
        return self.uncorrected

    def _told(self, name: str) -> None:
        if name in self.errors:
            failed(self.errors[name])


def failed(error: int) -> NoReturn:
    """Fail as the library does."""
    raise pynvml.NVMLError(error)


def _device(handle: object) -> Device:
    assert isinstance(handle, Device)
    return handle
