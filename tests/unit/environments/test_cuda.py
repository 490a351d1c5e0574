"""What CUDA and cuDNN need, and where TensorFlow finds them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runner.environments.cuda import CUDA_PACKAGE, cuda_requirements, cuda_variables
from runner.matrix.cells import Environment

CPU = Environment(python="3.11", tensorflow="2.20.0")
GPU = replace(CPU, cuda="12.9.1", cudnn="9.10.2.21")
SYSTEM = replace(CPU, cuda="system", base="nvidia/cuda:11.2.2")


@pytest.mark.parametrize(
    ("cuda", "cudnn", "suffix", "pinned"),
    [
        pytest.param("12.9.1", "9.10.2.21", "cu12", "==9.10.2.21", id="12"),
        pytest.param("11.8.0", "8.6.0.163", "cu11", "==8.6.0.163", id="11"),
        pytest.param("13.0.0", None, "cu13", "", id="13, any cudnn"),
    ],
)
def test_wheels_follow_the_major_release(
    cuda: str, cudnn: str | None, suffix: str, pinned: str
) -> None:
    toolkit, *rest = cuda_requirements(replace(CPU, cuda=cuda, cudnn=cudnn))
    assert toolkit.startswith("cuda-toolkit[cublas,")
    assert toolkit.endswith(f"]=={cuda}")
    assert rest == [f"nvidia-cudnn-{suffix}{pinned}", f"nvidia-nccl-{suffix}"]


@pytest.mark.parametrize("environment", [CPU, SYSTEM], ids=["cpu", "inside the base"])
def test_nothing_is_needed_and_nothing_is_set(environment: Environment) -> None:
    assert cuda_requirements(environment) == ()
    assert cuda_variables(environment, "/env", {}) == {}


def test_libraries_are_found_below_the_packages() -> None:
    found = cuda_variables(GPU, "/env", {})
    assert found["XLA_FLAGS"] == "--xla_gpu_cuda_data_dir=/env/nvidia/cuda_nvcc"
    folders = found["LD_LIBRARY_PATH"].split(":")
    assert {"/env/nvidia/cudnn/lib", "/env/nvidia/cublas/lib"} < set(folders)
    assert all(one.startswith("/env/nvidia/") and one.endswith("/lib") for one in folders)
    assert sorted(found) == ["LD_LIBRARY_PATH", "XLA_FLAGS"]


def test_chosen_variables_are_kept_and_xla_flags_are_joined() -> None:
    chosen = {"A": "x", "XLA_FLAGS": "--xla_gpu_deterministic_ops"}
    ours = cuda_variables(GPU, "/env", {})
    assert cuda_variables(GPU, "/env", chosen) == {
        **ours,
        "A": "x",
        "XLA_FLAGS": f"{ours['XLA_FLAGS']} --xla_gpu_deterministic_ops",
    }


@pytest.mark.parametrize("environment", [CPU, SYSTEM], ids=["cpu", "inside the base"])
def test_without_wheels_the_chosen_variables_are_all(environment: Environment) -> None:
    chosen = {"A": "x", "XLA_FLAGS": "--xla_gpu_deterministic_ops"}
    assert cuda_variables(environment, "/env", chosen) == chosen


@pytest.mark.parametrize(
    ("name", "is_cuda"),
    [
        ("nvidia-cublas-cu12", True),
        ("cuda-toolkit", True),
        ("cuda-pathfinder", True),
        ("tensorflow", False),
        ("pycuda-like", False),
        ("numpy", False),
    ],
)
def test_which_packages_are_of_cuda(name: str, is_cuda: bool) -> None:  # noqa: FBT001 - a table
    assert bool(CUDA_PACKAGE.match(name)) is is_cuda
