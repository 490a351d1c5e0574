"""A real engine with a small image, whose probe does as it is told."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from requirements_of_host import PYTHON, bases, docker_api

from runner.environments.docker import DockerEngine
from runner.environments.engine import Outcome, Prepared, Trial
from runner.environments.index import IndexSettings
from runner.matrix.cells import Cell, Environment, Setting

SCRIPTED = Path(__file__).parent / "scripted"
MIB = 1024**2
CELL = Cell(
    environment=Environment(python=PYTHON, tensorflow="2.20.0"),
    setting=Setting(device="cpu", determinism="off"),
)


@pytest.fixture(scope="session")
def image() -> Iterator[str]:
    """An image like those of samebits, without TensorFlow."""
    api = docker_api()
    base = bases(api).find(CELL.environment).reference
    tag = "samebits/scripted:test"
    for row in api.build(
        path=str(SCRIPTED), tag=tag, buildargs={"BASE": base}, rm=True, forcerm=True, decode=True
    ):
        assert "error" not in row, row
    yield tag
    api.remove_image(tag, force=True)
    api.close()


@pytest.fixture
def engine(image: str) -> Iterator[DockerEngine]:
    """The engine of this host; it must have no container of ours left when the test ends."""
    del image
    api = docker_api()
    found = DockerEngine(api, bases(api), IndexSettings())
    yield found
    found.close()
    check = docker_api()
    left = check.containers(all=True, filters={"label": "samebits.session"})
    check.close()
    assert left == []


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


Run = Callable[..., Outcome]


@pytest.fixture
def run(engine: DockerEngine, image: str, tmp_path: Path) -> Run:
    """Run the scripted probe once; what it wrote lies in `tmp_path`."""

    def once(behaviour: str, timeout: int = 60, memory: int = 256 * MIB) -> Outcome:
        return engine.run(trial(image, behaviour, timeout, memory), tmp_path)

    return once


def docker(*arguments: str) -> str:
    """Ask the docker command line."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout
