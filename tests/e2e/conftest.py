"""Real runs, made once for all tests: three releases in Docker, two in venvs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from places import Place, write_matrix
from requirements_of_host import bases, docker_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Three releases in Docker, both determinism settings. Images built for it are removed."""
    api = docker_api()
    bases(api)
    before = {image["Id"] for image in api.images()}
    folder = tmp_path_factory.mktemp("docker")
    write_matrix(folder, '"2.15.1", "2.18.1", "2.21.0"', "off, on")
    yield Place(folder, "docker")
    for image in api.images(filters={"label": "samebits.environment"}):
        if image["Id"] not in before:
            api.remove_image(image["Id"], force=True)
    api.close()


@pytest.fixture(scope="session")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two releases in venvs."""
    folder = tmp_path_factory.mktemp("venv")
    write_matrix(folder, '"2.16.2", "2.20.0"', "off")
    return Place(folder, "venv")


def ran(place: Place) -> Place:
    """The same place, with results."""
    if not place.stored():
        ended = place.run()
        assert ended.returncode == 0, ended.stderr
    return place


@pytest.fixture(params=["docker", "venv"])
def place(request: pytest.FixtureRequest) -> Place:
    """Either engine, after a run."""
    return ran(request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def tensorflow_python(venv: Place) -> Path:
    """A Python that has TensorFlow: that of a venv the engine made."""
    (found,) = ran(venv).folder.glob(".samebits/venvs/py3.11-tf2.20.0-*/bin/python")
    return found
