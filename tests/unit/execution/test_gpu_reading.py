"""What NVML tells of a GPU at one moment, and of the processes on it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import psutil
import pynvml
import pytest
from unit.execution.fake_nvml import GIB, FakeMemory, FakeNvml, FakeRunning

from runner.execution.gpu_reading import ask_gpu, is_probe
from runner.results.gpu_use import GpuProcess, GpuReading

if TYPE_CHECKING:
    from collections.abc import Sequence

PROBE = ("/x/bin/python", "-m", "probe", "--out", "/out", "--gpu-uuid", "GPU-1")


class FakeProcess:
    """A process of this host."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self._name, self._command = name, list(command)

    def name(self) -> str:
        return self._name

    def cmdline(self) -> list[str]:
        return self._command


TABLE = {
    4711: FakeProcess("python", ("python", "train.py")),
    4712: FakeProcess("python3", PROBE),
    4713: FakeProcess("\x1b[31m\nred" + "d" * 200, ()),
}


def process(pid: int) -> psutil.Process:
    if pid not in TABLE:
        raise psutil.NoSuchProcess(pid)
    return cast("psutil.Process", TABLE[pid])


def ask(nvml: FakeNvml, uuid: str = "GPU-1") -> GpuReading | None:
    reading = ask_gpu(uuid, nvml, process)
    assert nvml.open == 0
    return reading


def test_a_gpu_that_nobody_uses() -> None:
    nvml = FakeNvml(memory=FakeMemory(79 * GIB, 80 * GIB), uncorrected=3)
    assert ask(nvml) == GpuReading(free=79 * GIB, total=80 * GIB, processes=(), uncorrected=3)


def test_processes_are_named_where_they_are_seen() -> None:
    running = tuple(FakeRunning(pid) for pid in (4712, 1, 4713))
    reading = ask(FakeNvml(running=(FakeRunning(4711, 5 * GIB), *running)))
    assert reading is not None
    assert reading.processes == (
        GpuProcess(pid=4711, name="python", memory=5 * GIB),
        GpuProcess(pid=4712, name="python3", probe=True),
        GpuProcess(pid=1),
        GpuProcess(pid=4713, name="\N{REPLACEMENT CHARACTER}[31m red" + "d" * 91),
    )


def test_of_many_processes_only_the_first_are_kept() -> None:
    reading = ask(FakeNvml(running=tuple(map(FakeRunning, range(10_000, 10_100)))))
    assert reading is not None
    assert reading.processes is not None
    assert len(reading.processes) == 64


def test_a_real_process_is_found_in_the_table_of_this_host() -> None:
    reading = ask_gpu("GPU-1", FakeNvml(running=(FakeRunning(os.getpid()),)))
    assert reading is not None
    assert reading.processes is not None
    assert [(one.name, one.probe) for one in reading.processes] == [
        (psutil.Process().name(), False)
    ]


@pytest.mark.parametrize(
    ("function", "field"),
    [
        ("nvmlDeviceGetComputeRunningProcesses", "processes"),
        ("nvmlDeviceGetTotalEccErrors", "uncorrected"),
    ],
)
def test_what_is_not_told_is_none_and_not_nothing(function: str, field: str) -> None:
    reading = ask(FakeNvml(errors={function: pynvml.NVML_ERROR_NOT_SUPPORTED}))
    assert reading is not None
    assert getattr(reading, field) is None


@pytest.mark.parametrize(
    "nvml",
    [
        pytest.param(
            FakeNvml(errors={"nvmlInit": pynvml.NVML_ERROR_LIBRARY_NOT_FOUND}), id="no NVML"
        ),
        pytest.param(FakeNvml(()), id="no such GPU"),
        pytest.param(
            FakeNvml(errors={"nvmlDeviceGetMemoryInfo": pynvml.NVML_ERROR_GPU_IS_LOST}),
            id="a GPU that is lost",
        ),
    ],
)
def test_nothing_is_read(nvml: FakeNvml) -> None:
    assert ask(nvml) is None


@pytest.mark.parametrize(
    ("command", "ours"),
    [
        (PROBE, True),
        (("python", "-m", "probe", "--out", "/out"), False),
        (("python", "-m", "train", "--gpu-uuid", "GPU-1"), False),
        (("python", "probe", "-m", "--gpu-uuid"), False),
        ((), False),
    ],
)
def test_a_probe_is_known_by_its_command_line(command: Sequence[str], *, ours: bool) -> None:
    assert is_probe(command) is ours
