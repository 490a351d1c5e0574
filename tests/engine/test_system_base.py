"""CUDA inside the base image: what it says, a Python for it, where its libraries are looked for.

NVIDIA's registry is not always within reach, so a stand-in has the labels, variables and files of
one of its images, on this host's base.
"""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from private_index import PrivateIndex
from requirements_of_host import PYTHON, bases, docker_api
from scripted_trials import docker

from runner.environments.base_images import BaseImages
from runner.environments.docker import DockerEngine
from runner.environments.engine import Blueprint, BuildFailure, Prepared
from runner.environments.index import IndexSettings
from runner.environments.lock import Lock
from runner.environments.probe import find_probe
from runner.matrix.cells import Environment, Inside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import APIClient

pytestmark = pytest.mark.engine

TAG = "samebits-test/cuda:11.2.2"
LIBRARIES = "/usr/local/cuda/lib64:/usr/local/cuda/extras/CUPTI/lib64"
# Its Python is put away, and the image's own apt-get puts it back and notes what it was asked for.
DOCKERFILE = """\
ARG BASE
FROM ${BASE}
ENV CUDA_VERSION=11.2.2 NV_CUDNN_VERSION=8.1.1.33 LIBRARY_PATH=/usr/local/cuda/lib64/stubs \\
    LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64 NVIDIA_VISIBLE_DEVICES=all
LABEL com.nvidia.cudnn.version=8.1.1.33
COPY apt-get /usr/local/sbin/apt-get
COPY status /hidden/status
RUN cat /hidden/status >> /var/lib/dpkg/status \\
    && mkdir -p /usr/local/cuda-11.2/lib64 && ln -s cuda-11.2 /usr/local/cuda \\
    && python=$(readlink -f "$(command -v python3)") && echo "$python" > /hidden/place \\
    && mv "$python" /hidden/python
"""
APT_GET = """\
#!/bin/sh
echo "$@" >> /hidden/asked
case "$*" in *python3-distutils*|*python3.12*) exit 100;; esac
case "$*" in *install*python3.11) mv /hidden/python "$(cat /hidden/place)";; esac
"""
STATUS = """
Package: cuda-cudart-11-2
Status: install ok installed
Version: 11.2.152-1

Package: libcudnn8
Status: hold ok installed
Version: 8.1.1.33-1+cuda11.2
"""
SYSTEM = Environment(python=PYTHON, tensorflow="2.20.0", cuda="system", base=TAG)


@pytest.fixture
def api() -> Iterator[APIClient]:
    """The engine of this host, with the stand-in, which it loses again."""
    found = docker_api()
    base = bases(found).find(Environment(python=PYTHON, tensorflow="2.20.0")).reference
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for name, text in (("Dockerfile", DOCKERFILE), ("apt-get", APT_GET), ("status", STATUS)):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text), 0o755
            archive.addfile(member, io.BytesIO(text.encode()))
    context.seek(0)
    for row in found.build(
        fileobj=context,
        custom_context=True,
        tag=TAG,
        buildargs={"BASE": base},
        network_mode="none",
        rm=True,
        forcerm=True,
        decode=True,
    ):
        assert "error" not in row, row
    yield found
    found.remove_image(TAG, force=True)
    found.close()


@dataclass(frozen=True)
class Place:
    """An engine that builds on the stand-in from an index of one wheel, and what it builds."""

    engine: DockerEngine
    blueprint: Blueprint


@pytest.fixture
def place(api: APIClient, tmp_path: Path) -> Iterator[Place]:
    index = PrivateIndex(tmp_path / "authority.pem")
    settings = IndexSettings(url=index.url, certificates=index.certificates)
    engine = DockerEngine(docker_api(), BaseImages(api, {}, {}, {}), settings)
    base = engine.base(SYSTEM)
    lock = Lock(index.lock_text)
    yield Place(engine, Blueprint(environment=SYSTEM, base=base, lock=lock, probe=find_probe()))
    for tag in (base.reference, *_tags(api, SYSTEM.id)):
        api.remove_image(tag, force=True)
    index.close()
    engine.close()


def _tags(api: APIClient, environment: str) -> list[str]:
    rows = api.images(filters={"label": f"samebits.environment={environment}"})
    return [row["Id"] for row in rows]


def test_what_an_image_says_is_read_from_its_variables_labels_and_files(place: Place) -> None:
    assert place.blueprint.base.inside == Inside(cuda="11.2.2", cudnn="8.1.1.33")
    assert docker("ps", "-aq", "--filter", "label=samebits.session") == ""


def test_it_gets_the_python_of_its_distribution_and_its_own_libraries(place: Place) -> None:
    built = place.engine.prepare(place.blueprint)
    assert isinstance(built, Prepared), built
    inside = ("run", "--rm", "--network", "none", built.reference)
    asked = docker(*inside, "cat", "/hidden/asked").splitlines()
    assert [line.split()[-1] for line in asked] == ["-qq", "python3-distutils", "python3.11"]
    variables = docker(*inside, "env").splitlines()
    assert f"LD_LIBRARY_PATH={LIBRARIES}" in variables
    assert "XLA_FLAGS=--xla_gpu_cuda_data_dir=/usr/local/cuda" in variables


def test_a_python_that_the_distribution_lacks_is_a_reason(place: Place) -> None:
    other = replace(SYSTEM, python="3.12")
    built = place.engine.prepare(replace(place.blueprint, environment=other))
    assert isinstance(built, BuildFailure), built
    assert built.reason == (
        "the base image has no Python 3.12, and its apt-get, see above, installs none"
    )
