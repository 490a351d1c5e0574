"""Resolving against the real package index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runner.environments import lock as locks
from runner.environments.index import host_settings
from runner.environments.lock import Lock, Unresolvable
from runner.environments.sizes import ask_sizes, read_sizes
from runner.errors import EngineUnavailable
from runner.matrix import spec
from runner.matrix.cells import Environment

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
NEWER = "2026-11-01"
CPU = Environment(python="3.11", tensorflow="2.20.0")
GPU = Environment(python="3.11", tensorflow="2.20.0", cuda="12.9.1", cudnn="9.10.2.21")


def test_a_lock_pins_everything_with_hashes() -> None:
    lock = locks.resolve(CPU, NEWER, host_settings())
    assert isinstance(lock, Lock)
    assert lock.packages["tensorflow-cpu"] == "2.20.0"
    assert {"keras", "numpy"} <= lock.packages.keys()
    assert (lock.layers["cuda"], lock.layers["cudnn"]) == ("", "")
    for block in lock.layers["tensorflow"].replace("\\\n", " ").splitlines():
        assert "--hash=sha256:" in block


def test_cuda_and_cudnn_are_the_declared_ones() -> None:
    lock = locks.resolve(GPU, NEWER, host_settings())
    assert isinstance(lock, Lock)
    assert lock.packages["cuda-toolkit"] == "12.9.1"
    assert lock.packages["nvidia-cudnn-cu12"] == "9.10.2.21"
    assert lock.packages["tensorflow"] == "2.20.0"
    assert "nvidia-cudnn-cu12==9.10.2.21" in lock.layers["cudnn"]
    assert "nvidia-cublas-cu12==" in lock.layers["cuda"]
    assert "nvidia" not in lock.layers["tensorflow"]


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        (replace(CPU, tensorflow="2.99.0"), "there is no version of tensorflow-cpu==2.99.0"),
        (replace(CPU, python="3.14"), "tensorflow-cpu==2.20.0"),
        (replace(GPU, cudnn="9.99.0.1"), "nvidia-cudnn-cu12==9.99.0.1"),
    ],
    ids=["no such release", "no wheel for that Python", "no such cuDNN"],
)
def test_what_is_not_on_the_index_is_a_reason(environment: Environment, why: str) -> None:
    answer = locks.resolve(environment, NEWER, host_settings())
    assert isinstance(answer, Unresolvable)
    assert why in answer.reason


def test_an_index_out_of_reach_is_one_sentence() -> None:
    nowhere = replace(host_settings(), url="http://127.0.0.1:9/simple")
    unseen = Environment(python="3.11", tensorflow="2.20.0")
    with pytest.raises(EngineUnavailable, match="package index not usable") as error:
        locks.resolve(unseen, NEWER, nowhere)
    assert "UV_DEFAULT_INDEX" in error.value.hint


def test_the_sizes_that_the_index_tells_are_the_committed_ones() -> None:
    folder = ROOT / "images" / "locks"
    lock = locks.read_committed(GPU, folder)
    assert lock
    told = ask_sizes(lock, GPU.python, host_settings())
    assert told.items() <= read_sizes(folder).table.items()
    assert len(told) in {0, len(lock.packages)}, "an index tells sizes or it does not"


def test_the_committed_locks_are_those_of_the_default_matrix() -> None:
    matrix = spec.load(ROOT / "matrix.yaml")
    wanted = {cell.environment for cell in matrix.cells}
    for environment in wanted:
        lock = locks.read(environment, matrix.exclude_newer, ROOT / "images" / "locks")
        assert lock, f"{environment.id} has no lock that fits"
