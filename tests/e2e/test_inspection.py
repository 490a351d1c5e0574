"""A library of NVIDIA in a real image: where it is found, and what it is held against.

The image has the CUDA runtime alone, of all that TensorFlow opens: a whole CUDA takes 5 GB.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from places import ROOT
from requirements_of_host import PYTHON, bases, docker_api

from runner.environments.docker import DockerEngine
from runner.environments.engine import Blueprint, Prepared
from runner.environments.index import host_settings
from runner.environments.lock import Lock
from runner.environments.probe import find_probe
from runner.execution.inspection import inspect
from runner.matrix.cells import Environment
from runner.matrix.spec import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

LOCKS = ROOT / "images" / "locks"
GPU = Environment(python=PYTHON, tensorflow="2.21.0", cuda="12.9.1")
PROBE = Probe(trials=1, repeats=1, seed=42, timeout_seconds=60, memory_bytes=2 * 1024**3)


def lock() -> Lock:
    """That of the CPU's environment, with NVIDIA's wheel of the runtime."""
    of_gpu = (LOCKS / "py3.11-tf2.21.0-cuda12.9.1-cudnn9.10.2.21.txt").read_text("utf-8")
    runtime = re.search(r"^nvidia-cuda-runtime-cu12==(.*\\\n)*.*\n", of_gpu, re.MULTILINE)
    assert runtime
    return Lock((LOCKS / "py3.11-tf2.21.0.txt").read_text("utf-8") + runtime[0])


@pytest.fixture
def engine() -> Iterator[DockerEngine]:
    api = docker_api()
    found = DockerEngine(api, bases(api), host_settings())
    yield found
    for row in api.images(filters={"label": f"samebits.environment={GPU.id}"}):
        api.remove_image(row["Id"], force=True)
    found.close()


def test_what_an_image_would_load_is_told_and_held_against_its_axes(engine: DockerEngine) -> None:
    base = engine.base(GPU)
    blueprint = Blueprint(environment=GPU, base=base, lock=lock(), probe=find_probe())
    built = engine.prepare(blueprint)
    assert isinstance(built, Prepared), built
    found = inspect(blueprint, built, engine, PROBE)
    assert found.libraries == (("cudart", "12.9"),)
    missing = [one.partition(" can't be opened: ")[0] for one in found.problems]
    assert missing == ["cublas", "cublasLt", "cufft", "curand", "cusolver", "cusparse", "cudnn"]
    other = replace(blueprint, environment=replace(GPU, cuda="12.6.3"))
    problems = inspect(other, built, engine, PROBE).problems
    assert problems[0] == "the CUDA runtime 12.9 was loaded, not 12.6.3"
