"""The functions of NVIDIA's management library that are called here, so that tests give others."""
# ruff: noqa: N802 - they are named as the library names them

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import pynvml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NOT_TOLD: Final = (
    pynvml.NVMLError_NotSupported,
    pynvml.NVMLError_FunctionNotFound,
    pynvml.NVMLError_NoPermission,
)
T = TypeVar("T")


class Memory(Protocol):
    """What NVML says of a GPU's memory, in bytes."""

    @property
    def free(self) -> int: ...
    @property
    def total(self) -> int: ...


class Running(Protocol):
    """A process as NVML names it: by its number on the host, with its bytes where they are told."""

    @property
    def pid(self) -> int: ...
    @property
    def usedGpuMemory(self) -> int | None: ...


class Nvml(Protocol):
    """NVML as `pynvml` has it; each function may raise an NVMLError. A handle is a GPU's."""

    def nvmlInit(self) -> None: ...
    def nvmlShutdown(self) -> None: ...
    def nvmlSystemGetDriverVersion(self) -> str: ...
    def nvmlDeviceGetCount(self) -> int: ...
    def nvmlDeviceGetHandleByIndex(self, index: int, /) -> object: ...
    def nvmlDeviceGetHandleByUUID(self, uuid: str, /) -> object: ...
    def nvmlDeviceGetUUID(self, handle: object, /) -> str: ...
    def nvmlDeviceGetName(self, handle: object, /) -> str: ...
    def nvmlDeviceGetCudaComputeCapability(self, handle: object, /) -> Sequence[int]: ...
    def nvmlDeviceGetNumGpuCores(self, handle: object, /) -> int: ...
    def nvmlDeviceGetMigMode(self, handle: object, /) -> Sequence[int]: ...
    def nvmlDeviceGetMemoryInfo(self, handle: object, /) -> Memory: ...
    def nvmlDeviceGetComputeRunningProcesses(self, handle: object, /) -> Sequence[Running]: ...
    def nvmlDeviceGetTotalEccErrors(self, handle: object, kind: int, counter: int, /) -> int: ...


def told(ask: Callable[[], T]) -> T | None:
    """Return the answer, or None where the driver or the model can't give one, or may not."""
    try:
        return ask()
    except _NOT_TOLD:
        return None
