"""Trials of a scripted probe in a small image, and looking at the engine from outside."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from requirements_of_host import PYTHON

from runner.environments.engine import Outcome, Prepared, Trial
from runner.matrix.cells import Cell, Environment, Setting

Run = Callable[..., Outcome]
SCRIPTED = Path(__file__).parent / "engine" / "scripted"
IMAGE = "samebits/scripted:test"
MIB = 1024**2
CELL = Cell(
    environment=Environment(python=PYTHON, tensorflow="2.20.0"),
    setting=Setting(device="cpu", determinism="off"),
)


def trial(image: str, behaviour: str, timeout: int = 60, memory: int = 256 * MIB) -> Trial:
    """A trial of the scripted probe."""
    return Trial(
        cell=CELL,
        prepared=Prepared(reference=image, reused=True),
        probe_folder=SCRIPTED,
        arguments=("--seed", "42"),
        variables=(("BEHAVIOUR", behaviour),),
        timeout=timeout,
        memory=memory,
    )


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; whether it came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.05)
    return condition()


def docker(*arguments: str) -> str:
    """Ask the docker command line."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout
