"""Whether a trial may start on a GPU, how long it waits, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from unit.execution.fake_nvml import GIB

from runner.execution.gpu import HostGpu
from runner.execution.gpu_watch import Admission, GpuWatch, why_not
from runner.results.gpu_use import GpuProcess, GpuReading

GPU = HostGpu(uuid="GPU-1a2b3c4d-5e", model="NVIDIA H100", compute_capability="9.0")
TITLE = "GPU 0 NVIDIA H100 (GPU-1a2b3c4d)"
FREE = GpuReading(free=79 * GIB, total=80 * GIB, processes=())
FOREIGN = GpuProcess(pid=4711, name="python")
PROBE = GpuProcess(pid=4712, name="python", probe=True)
GONE = GpuProcess(pid=4713)


def used(*processes: GpuProcess, free: int = 20) -> GpuReading:
    """A GPU of 80 GiB of which so many are free."""
    return GpuReading(free=free * GIB, total=80 * GIB, processes=processes)


@dataclass
class Clock:
    """Gives one reading after another, the last of them for ever, and counts the seconds waited.

    `ends` says after how many seconds the run is being ended.
    """

    readings: list[GpuReading | None]
    ends: float = float("inf")
    waited: float = 0.0
    asked: list[str] = field(default_factory=list)

    def read(self, uuid: str) -> GpuReading | None:
        self.asked.append(uuid)
        return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]

    def pause(self, seconds: float) -> bool:
        self.waited += seconds
        return self.waited >= self.ends

    @property
    def watch(self) -> GpuWatch:
        return GpuWatch(read=self.read, pause=self.pause)


def test_a_trial_starts_at_once_on_a_gpu_that_is_free() -> None:
    clock = Clock([FREE])
    assert clock.watch.admit(GPU, 600) == Admission(FREE)
    assert (clock.waited, clock.asked) == (0, [GPU.uuid])


def test_without_nvml_nothing_is_known_and_the_trial_starts() -> None:
    assert Clock([None]).watch.admit(GPU, 600) == Admission()


def test_what_a_trial_before_it_still_holds_is_waited_for() -> None:
    clock = Clock([used(GONE), used(free=1), FREE])
    assert clock.watch.admit(GPU, 600) == Admission(FREE)
    assert clock.waited == 4


@pytest.mark.parametrize(
    ("process", "seconds"),
    [
        pytest.param(FOREIGN, 60, id="a foreign process for a minute"),
        pytest.param(PROBE, 660, id="a probe for as long as a trial may take, and a minute"),
    ],
)
def test_the_wait_is_bounded(process: GpuProcess, seconds: float) -> None:
    clock = Clock([used(process)])
    admission = clock.watch.admit(GPU, 600)
    assert admission == Admission(used(process), why_not(GPU, used(process)))
    assert clock.waited == seconds


def test_a_wait_ends_with_the_run() -> None:
    clock = Clock([used(FOREIGN)], ends=6)
    assert clock.watch.admit(GPU, 600) == Admission(used(FOREIGN), "cancelled")
    assert clock.waited == 6


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        pytest.param(FREE, "", id="free"),
        pytest.param(used(free=10), "", id="just enough"),
        pytest.param(
            used(FOREIGN, free=18),
            f"{TITLE}: used by pid 4711 (python), 62.0 of 80.0 GiB in use; end it or choose "
            "another with --gpu",
            id="one process",
        ),
        pytest.param(
            used(FOREIGN, GONE, free=79),
            f"{TITLE}: used by pid 4711 (python) and pid 4713 (not seen from here), 1.0 of 80.0 "
            "GiB in use; end them or choose another with --gpu",
            id="whatever they hold",
        ),
        pytest.param(
            used(*(GpuProcess(pid=pid, name="a") for pid in range(1, 6))),
            f"{TITLE}: used by pid 1 (a) and pid 2 (a) and pid 3 (a) and 2 more, 60.0 of 80.0 GiB "
            "in use; end them or choose another with --gpu",
            id="many",
        ),
        pytest.param(
            used(free=9),
            f"{TITLE}: 71.0 of 80.0 GiB in use by what NVML does not name, so that less than 10.0 "
            "GiB is free; see `nvidia-smi`, or choose another with --gpu",
            id="memory that no process is named for",
        ),
        pytest.param(
            GpuReading(free=1 * GIB, total=80 * GIB, processes=None),
            f"{TITLE}: 79.0 of 80.0 GiB in use by what NVML does not name, so that less than 10.0 "
            "GiB is free; see `nvidia-smi`, or choose another with --gpu",
            id="memory, where processes can't be told",
        ),
        pytest.param(GpuReading(free=3 * GIB, total=4 * GIB), "", id="a small one, nearly empty"),
        pytest.param(
            GpuReading(free=1 * GIB, total=4 * GIB),
            f"{TITLE}: 3.0 of 4.0 GiB in use by what NVML does not name, so that less than 2.0 GiB "
            "is free; see `nvidia-smi`, or choose another with --gpu",
            id="a small one, more than half full",
        ),
    ],
)
def test_why_a_trial_does_not_start(reading: GpuReading, said: str) -> None:
    assert why_not(GPU, reading) == said


# afterwards


@pytest.mark.parametrize(
    ("readings", "last", "waited"),
    [
        pytest.param([FREE], FREE, 0, id="all is quiet"),
        pytest.param([None], None, 0, id="no NVML"),
        pytest.param([used(FOREIGN)], used(FOREIGN), 0, id="somebody came"),
        pytest.param([used(GONE), FREE], FREE, 2, id="the trial's own process, just gone"),
        pytest.param([used(GONE)], used(GONE), 6, id="one that stays unseen"),
    ],
)
def test_a_gpu_after_a_trial(
    readings: list[GpuReading | None], last: GpuReading | None, waited: float
) -> None:
    clock = Clock(readings)
    assert clock.watch.after(GPU) == last
    assert clock.waited == waited


def test_the_look_afterwards_ends_with_the_run() -> None:
    clock = Clock([used(GONE)], ends=2)
    assert clock.watch.after(GPU) == used(GONE)
    assert clock.waited == 2
