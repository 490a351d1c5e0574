"""CUDA and cuDNN from NVIDIA's own wheels: what to require and where the files come to lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from runner.matrix.versions import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.matrix.cells import Environment

Layer = Literal["cuda", "cudnn", "tensorflow"]

LAYERS: Final[tuple[Layer, ...]] = ("cuda", "cudnn", "tensorflow")
"""The layers of wheels in an image, from the most shared to the least."""

_CUDNN: Final = re.compile(r"nvidia-cudnn(-cu[0-9]+)?")
_CUDA: Final = re.compile(r"(nvidia|cuda)-.*")

# The libraries that TensorFlow opens, and nvcc's ptxas and libdevice for XLA. The metapackage pins
# every library of that toolkit release (https://pypi.org/project/cuda-toolkit/).
_COMPONENTS: Final = (
    *("cublas", "cudart", "cufft", "cupti", "curand", "cusolver", "cusparse"),
    *("nvcc", "nvjitlink", "nvrtc"),
)
_FOLDERS: Final = (
    *("cublas", "cuda_cupti", "cuda_nvrtc", "cuda_runtime", "cudnn", "cufft", "curand"),
    *("cusolver", "cusparse", "nccl", "nvjitlink"),
)
# From 13 on, the wheels of the toolkit share one folder: nvidia/cu13/lib/libcudart.so.13 and
# nvidia/cu13/bin/ptxas (nvidia-cuda-runtime and nvidia-cuda-nvcc 13.0.48, read 2026-11-26).
_ONE_FOLDER: Final = 13
_FOLDERS_BESIDE: Final = ("cudnn", "nccl")
# Where NVIDIA's images have it; cuDNN's packages put it where every library of the system lies.
# Source: the Dockerfiles in dist/ of https://gitlab.com/nvidia/container-images/cuda.
_SYSTEM_TOOLKIT: Final = "/usr/local/cuda"
_SYSTEM_LIBRARIES: Final = ("/usr/local/cuda/lib64", "/usr/local/cuda/extras/CUPTI/lib64")

# Argument of images/Dockerfile → the variable that it sets. A base image may have a variable
# LIBRARY_PATH, which would be taken for an argument of that name.
_ARGUMENTS: Final = (
    ("SAMEBITS_LIBRARIES", "LD_LIBRARY_PATH"),
    ("SAMEBITS_XLA_FLAGS", "XLA_FLAGS"),
)


def layer_of(package: str) -> Layer:
    """Name the layer that a package is installed in."""
    if _CUDNN.fullmatch(package):
        return "cudnn"
    return "cuda" if _CUDA.fullmatch(package) else "tensorflow"


def cuda_requirements(environment: Environment) -> tuple[str, ...]:
    """List the NVIDIA wheels of an environment; none where CUDA is inside the base image."""
    if environment.cuda is None or environment.cuda == SYSTEM:
        return ()
    major = environment.cuda.split(".")[0]
    cudnn = f"=={environment.cudnn}" if environment.cudnn else ""
    return (
        f"cuda-toolkit[{','.join(_COMPONENTS)}]=={environment.cuda}",
        f"nvidia-cudnn-cu{major}{cudnn}",
        f"nvidia-nccl-cu{major}",
    )


def cuda_variables(
    environment: Environment, packages: str, chosen: Mapping[str, str]
) -> dict[str, str]:
    """Add to the `chosen` variables those by which TensorFlow finds CUDA.

    `packages` is where wheels lie. Those of TensorFlow before 2.14 carry no RUNPATH to them, and
    2.16 and 2.17 were reported not to find them
    (https://github.com/tensorflow/tensorflow/issues/63362).
    `XLA_FLAGS` is a list: the chosen flags come after ours.
    """
    place = _place(environment, packages)
    if place is None:
        return dict(chosen)
    flags = [f"--xla_gpu_cuda_data_dir={place.toolkit}", chosen.get("XLA_FLAGS", "")]
    return {
        "LD_LIBRARY_PATH": ":".join(place.libraries),
        **chosen,
        "XLA_FLAGS": " ".join(filter(None, flags)),
    }


def image_packages(environment: Environment) -> str:
    """Where an image has the wheels of an environment; see images/Dockerfile."""
    return f"/opt/env/lib/python{environment.python}/site-packages"


def image_variables(environment: Environment) -> dict[str, str]:
    """What an image sets by itself, by the names of the Dockerfile's arguments."""
    found = cuda_variables(environment, image_packages(environment), {})
    return {argument: found[name] for argument, name in _ARGUMENTS if name in found}


@dataclass(frozen=True, slots=True)
class _Place:
    """The folders of CUDA's libraries, and of its `nvvm` and `bin`, which XLA asks for."""

    libraries: tuple[str, ...]
    toolkit: str


def _place(environment: Environment, packages: str) -> _Place | None:
    if environment.cuda is None:
        return None
    if environment.cuda == SYSTEM:
        return _Place(_SYSTEM_LIBRARIES, _SYSTEM_TOOLKIT)
    major = int(environment.cuda.partition(".")[0])
    joint = major >= _ONE_FOLDER
    names = (f"cu{major}", *_FOLDERS_BESIDE) if joint else _FOLDERS
    folders = tuple(f"{packages}/nvidia/{name}/lib" for name in names)
    return _Place(folders, f"{packages}/nvidia/{f'cu{major}' if joint else 'cuda_nvcc'}")
