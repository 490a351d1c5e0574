"""A driver that hangs while a container with a GPU starts: nothing else waits for it.

Docker then answers no call for that container, be it to start, to look at or to remove it, until
the hook ends. All others work on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from gpu_bench import BRIEF, GPU, Bench, on_cpu, on_gpu, open_engine
from private_engine import HANG, SUCCEED
from scripted_trials import until

from runner.results.records import Status

if TYPE_CHECKING:
    from private_engine import PrivateEngine

pytestmark = pytest.mark.engine

HANGS = (
    "a container with a GPU can be neither started nor ended, as when the NVIDIA driver hangs; "
    "see whether `nvidia-smi` answers on the engine's machine; if not, restart that machine"
)
LEASE = "samebits-gpu-GPU-1"
RUNNER = """
import sys
sys.path[:0] = sys.argv[2].split(":")
from pathlib import Path
from gpu_bench import Bench, on_gpu, open_engine
engine = open_engine()
print("begun", flush=True)
finished = Bench(engine, Path(sys.argv[1])).run(on_gpu("hangs", sys.argv[3]))
engine.close()
print(*finished.cells.values(), flush=True)
"""


@pytest.fixture
def hanging(gpu_engine: PrivateEngine) -> PrivateEngine:
    gpu_engine.tell_hook(HANG)
    return gpu_engine


def start_runner(folder: Path, behaviour: str = "good") -> subprocess.Popen[str]:
    """A run in a process of its own, once its container is there."""
    here = Path(__file__).parents[1]
    command = [sys.executable, "-c", RUNNER, str(folder), f"{here}:{here.parent}", behaviour]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_run_goes_on_and_ends(hanging: PrivateEngine, tmp_path: Path) -> None:
    first, second, cpu = on_gpu("first"), on_gpu("second"), on_cpu("cpu")
    engine = open_engine()
    begun = time.monotonic()
    finished = Bench(engine, tmp_path).run(first, second, cpu)
    engine.close()
    assert time.monotonic() - begun < BRIEF.start + BRIEF.broken + 12
    assert finished.cells == {
        first.id: (Status.RUN_FAILED, f"engine: {HANGS} (it answers, but not for this container)"),
        second.id: (Status.NO_GPU, f"GPU-1 set aside: {HANGS}"),
        cpu.id: (Status.DONE, ""),
    }
    trials = [phase for phase in finished.phases if phase.kind == "trial"]
    by_cell = {phase.subject: phase for phase in trials}
    assert len(trials) == len(by_cell) == 2
    assert by_cell[cpu.id].end < by_cell[first.id].end
    assert hanging.names() == [LEASE]
    hanging.tell_hook(SUCCEED)
    assert until(lambda: hanging.names() == [], 10)


def test_another_gpu_takes_over(hanging: PrivateEngine, tmp_path: Path) -> None:
    """The hook hangs for the first container alone, as the driver may for one GPU."""
    gpus = (GPU, replace(GPU, uuid="GPU-2"))
    cell = on_gpu("good")
    engine = open_engine()
    hanging.tell_hook(f"{HANG} {GPU.uuid}")
    finished = Bench(engine, tmp_path, gpus).run(cell)
    engine.close()
    assert finished.cells[cell.id][0] is Status.DONE


def test_an_interrupt_ends_it(hanging: PrivateEngine, tmp_path: Path) -> None:
    runner = start_runner(tmp_path)
    assert until(lambda: hanging.names() == [LEASE], 30)
    time.sleep(0.5)
    begun = time.monotonic()
    runner.send_signal(signal.SIGINT)
    out, _ = runner.communicate(timeout=30)
    assert time.monotonic() - begun < 15
    assert runner.returncode == 0
    assert "interrupted" in out


def test_the_next_start_is_not_kept_and_removes_it_once_it_can(
    hanging: PrivateEngine, tmp_path: Path
) -> None:
    runner = start_runner(tmp_path)
    assert until(lambda: hanging.names() == [LEASE], 30)
    children = psutil.Process(runner.pid).children(recursive=True)
    for process in [*children, psutil.Process(runner.pid)]:
        os.kill(process.pid, signal.SIGKILL)
    runner.communicate()
    engine = open_engine()
    begun = time.monotonic()
    assert engine.sweep() == 0
    assert time.monotonic() - begun < BRIEF.broken + 5
    assert hanging.names() == [LEASE]
    hanging.tell_hook(SUCCEED)
    assert until(lambda: engine.sweep() == 1 or hanging.names() == [], 10)
    engine.close()
