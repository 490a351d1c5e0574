"""A real engine with a small image, whose probe does as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from requirements_of_host import bases, docker_api
from scripted_trials import CELL, MIB, SCRIPTED, Run, trial

from runner.environments.docker import DockerEngine
from runner.environments.index import IndexSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.environments.engine import Outcome


@pytest.fixture(scope="session")
def image() -> Iterator[str]:
    """An image like those of samebits, without TensorFlow."""
    api = docker_api()
    base = bases(api).find(CELL.environment).reference
    tag = "samebits/scripted:test"
    for row in api.build(
        path=str(SCRIPTED),
        tag=tag,
        buildargs={"BASE": base},
        network_mode="none",
        rm=True,
        forcerm=True,
        decode=True,
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


@pytest.fixture
def run(engine: DockerEngine, image: str, tmp_path: Path) -> Run:
    """Run the scripted probe once; what it wrote lies in `tmp_path`."""

    def once(behaviour: str, timeout: int = 60, memory: int = 256 * MIB) -> Outcome:
        return engine.run(trial(image, behaviour, timeout, memory), tmp_path)

    return once
