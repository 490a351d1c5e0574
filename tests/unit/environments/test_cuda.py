"""What CUDA and cuDNN need, and where TensorFlow finds them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runner.environments.cuda import (
    Layer,
    cuda_requirements,
    cuda_variables,
    image_variables,
    layer_of,
)
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


def test_on_a_cpu_nothing_is_needed_and_nothing_is_set() -> None:
    assert cuda_requirements(CPU) == ()
    assert cuda_variables(CPU, "/env", {}) == {}
    assert image_variables(CPU) == {}


def test_cuda_inside_the_base_is_found_where_nvidia_s_images_have_it() -> None:
    assert cuda_requirements(SYSTEM) == ()
    assert cuda_variables(SYSTEM, "/env", {"A": "x", "XLA_FLAGS": "--more"}) == {
        "A": "x",
        "LD_LIBRARY_PATH": "/usr/local/cuda/lib64:/usr/local/cuda/extras/CUPTI/lib64",
        "XLA_FLAGS": "--xla_gpu_cuda_data_dir=/usr/local/cuda --more",
    }


def test_from_13_on_the_toolkit_s_wheels_share_one_folder() -> None:
    found = cuda_variables(replace(CPU, cuda="13.0.0"), "/env", {})
    assert found == {
        "LD_LIBRARY_PATH": "/env/nvidia/cu13/lib:/env/nvidia/cudnn/lib:/env/nvidia/nccl/lib",
        "XLA_FLAGS": "--xla_gpu_cuda_data_dir=/env/nvidia/cu13",
    }


def test_an_image_sets_what_a_trial_in_it_gets() -> None:
    trial = cuda_variables(GPU, "/opt/env/lib/python3.11/site-packages", {})
    assert image_variables(GPU) == {
        "SAMEBITS_LIBRARIES": trial["LD_LIBRARY_PATH"],
        "SAMEBITS_XLA_FLAGS": trial["XLA_FLAGS"],
    }


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


def test_without_cuda_the_chosen_variables_are_all() -> None:
    chosen = {"A": "x", "XLA_FLAGS": "--xla_gpu_deterministic_ops"}
    assert cuda_variables(CPU, "/env", chosen) == chosen


@pytest.mark.parametrize(
    ("package", "layer"),
    [
        ("nvidia-cublas-cu12", "cuda"),
        ("nvidia-nccl-cu12", "cuda"),
        ("cuda-toolkit", "cuda"),
        ("cuda-pathfinder", "cuda"),
        ("nvidia-cudnn-cu12", "cudnn"),
        ("nvidia-cudnn-frontend", "cuda"),
        ("tensorflow", "tensorflow"),
        ("pycuda-like", "tensorflow"),
        ("numpy", "tensorflow"),
    ],
)
def test_which_layer_a_package_is_installed_in(package: str, layer: Layer) -> None:
    assert layer_of(package) == layer
