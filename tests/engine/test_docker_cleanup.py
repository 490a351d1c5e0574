"""Nothing of ours is left, however the runner ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from scripted_trials import docker, trial

if TYPE_CHECKING:
    from runner.environments.docker import DockerEngine
    from runner.environments.engine import Outcome

pytestmark = pytest.mark.engine

RUNNER = """
import sys, tempfile
from pathlib import Path
sys.path[:0] = sys.argv[2].split(":")
from requirements_of_host import bases, docker_api
from scripted_trials import trial
from runner.environments.docker import DockerEngine
from runner.environments.index import IndexSettings
api = docker_api()
engine = DockerEngine(api, bases(api), IndexSettings())
engine.run(trial(sys.argv[1], "ignore_term", timeout=120), Path(tempfile.mkdtemp()))
"""


def ours() -> list[str]:
    return docker("ps", "-aq", "--filter", "label=samebits.session").split()


def wait_until(condition: object, seconds: float) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def start_runner(image: str) -> subprocess.Popen[bytes]:
    here = Path(__file__).parent
    path = ":".join(map(str, (here, here.parent, here.parent.parent)))
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, image, path])
    assert wait_until(ours, 20)
    return runner


def reapers(session_of: int) -> list[psutil.Process]:
    children = psutil.Process(session_of).children()
    return [child for child in children if "runner.environments.reaper" in child.cmdline()]


def test_a_killed_runner_leaves_no_container(image: str) -> None:
    runner = start_runner(image)
    runner.kill()
    runner.wait()
    assert wait_until(lambda: not ours(), 5)


def test_the_next_start_removes_what_a_killed_runner_and_reaper_left(
    image: str, engine: DockerEngine
) -> None:
    runner = start_runner(image)
    for reaper in reapers(runner.pid):
        reaper.kill()
    runner.kill()
    runner.wait()
    time.sleep(2)
    assert len(ours()) == 1
    assert engine.sweep() == 1
    assert ours() == []


def test_a_sweep_leaves_the_containers_of_a_living_runner_alone(
    image: str, engine: DockerEngine
) -> None:
    runner = start_runner(image)
    assert engine.sweep() == 0
    assert len(ours()) == 1
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    assert wait_until(lambda: not ours(), 5)


def test_cancel_ends_what_is_under_way(engine: DockerEngine, image: str, tmp_path: Path) -> None:
    outcomes: list[Outcome] = []
    worker = threading.Thread(
        target=lambda: outcomes.append(engine.run(trial(image, "ignore_term"), tmp_path))
    )
    worker.start()
    assert wait_until(lambda: docker("ps", "-q", "--filter", "label=samebits.session"), 20)
    engine.cancel()
    worker.join(timeout=10)
    assert not worker.is_alive()
    assert outcomes[0].exit_code is None or outcomes[0].exit_code == 137
    assert ours() == []
    assert "cancelled" in engine.run(trial(image, "ok"), tmp_path).failure


def test_a_container_from_outside_killed_is_no_verdict(
    engine: DockerEngine, image: str, tmp_path: Path
) -> None:
    outcomes: list[Outcome] = []
    worker = threading.Thread(
        target=lambda: outcomes.append(engine.run(trial(image, "sleep"), tmp_path))
    )
    worker.start()
    assert wait_until(lambda: docker("ps", "-q", "--filter", "label=samebits.session"), 20)
    time.sleep(0.5)
    docker("kill", *ours())
    worker.join(timeout=10)
    assert outcomes[0].killed


def test_a_gpu_request_without_its_runtime_leaves_nothing(
    engine: DockerEngine, image: str, tmp_path: Path
) -> None:
    from dataclasses import replace  # noqa: PLC0415 - one use

    asked = replace(trial(image, "ok"), gpu="GPU-00000000-0000-0000-0000-000000000000")
    outcome = engine.run(asked, tmp_path)
    assert outcome.exit_code is None
    assert "could not select device driver" in outcome.failure
    assert ours() == []
