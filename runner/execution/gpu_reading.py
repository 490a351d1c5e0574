"""Reading a GPU through NVML: its free memory, the processes on it, its memory errors."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import psutil
import pynvml

from runner.environments.question import Question, Unanswered
from runner.execution.nvml import told
from runner.results.gpu_use import MOST_PROCESSES, GpuProcess, GpuReading
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runner.execution.nvml import Nvml, Running

_SECONDS: Final = 10
_LONGEST_NAME: Final = 100


def read_gpu(uuid: str) -> GpuReading | None:
    """Read a GPU within ten seconds; None where NVML or the GPU does not answer."""
    reading = Question(partial(ask_gpu, uuid), _SECONDS).answer()
    return None if isinstance(reading, Unanswered) else reading


def ask_gpu(
    uuid: str,
    nvml: Nvml = pynvml,
    process: Callable[[int], psutil.Process] = psutil.Process,
) -> GpuReading | None:
    """Read a GPU; None where NVML or the GPU does not answer."""
    try:
        nvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        handle = nvml.nvmlDeviceGetHandleByUUID(uuid)
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
        running = told(lambda: nvml.nvmlDeviceGetComputeRunningProcesses(handle))
        kind, counter = pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC
        errors = told(lambda: nvml.nvmlDeviceGetTotalEccErrors(handle, kind, counter))
    except pynvml.NVMLError:
        return None
    finally:
        nvml.nvmlShutdown()
    listed = None if running is None else running[:MOST_PROCESSES]
    return GpuReading(
        free=memory.free,
        total=memory.total,
        processes=None if listed is None else tuple(_named(one, process) for one in listed),
        uncorrected=errors,
    )


def _named(running: Running, process: Callable[[int], psutil.Process]) -> GpuProcess:
    name, probe = "", False
    try:
        found = process(running.pid)
        name = one_line(found.name())[:_LONGEST_NAME]
        probe = is_probe(found.cmdline())
    except psutil.Error:  # it has ended, or is of a namespace that is not seen from here
        pass
    return GpuProcess(pid=running.pid, name=name, memory=running.usedGpuMemory, probe=probe)


def is_probe(command: Sequence[str]) -> bool:
    """Whether a command line is that of a probe on a GPU, of this run or another. Pure."""
    modules = pairwise(command)
    return ("-m", "probe") in modules and "--gpu-uuid" in command
