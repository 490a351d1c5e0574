"""A real engine with a small image, whose probe does as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from private_engine import SUCCEED, PrivateEngine, private_engine
from requirements_of_host import bases, docker_api
from scripted_trials import CELL, IMAGE, MIB, SCRIPTED, Run, trial, until

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
    tag = IMAGE
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


@pytest.fixture(scope="session")
def gpu_host(image: str) -> Iterator[PrivateEngine]:
    """An engine with a stand-in for NVIDIA's hook, and the scripted image."""
    with private_engine() as private:
        private.load(image)
        yield private


@pytest.fixture
def gpu_engine(gpu_host: PrivateEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateEngine]:
    """The same, for one test, after which no container may be left on it."""
    monkeypatch.setenv("DOCKER_HOST", gpu_host.address)
    gpu_host.tell_hook(SUCCEED)
    yield gpu_host
    gpu_host.tell_hook(SUCCEED)
    assert until(lambda: gpu_host.names() == [], 10)


@pytest.fixture
def run(engine: DockerEngine, image: str, tmp_path: Path) -> Run:
    """Run the scripted probe once; what it wrote lies in `tmp_path`."""

    def once(behaviour: str, timeout: int = 60, memory: int = 256 * MIB) -> Outcome:
        return engine.run(trial(image, behaviour, timeout, memory), tmp_path)

    return once
