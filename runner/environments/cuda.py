"""CUDA and cuDNN from NVIDIA's own wheels: what to require and where the files come to lie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.matrix.cells import Environment

CUDA_PACKAGE: Final = re.compile(r"^(nvidia-|cuda-)")

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


def cuda_requirements(environment: Environment) -> tuple[str, ...]:
    """List the NVIDIA wheels of an environment; none where CUDA is inside the base image."""
    if environment.cuda is None or environment.cuda == "system":
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
    """Add to the `chosen` variables those by which TensorFlow finds the wheels in `packages`.

    Wheels before 2.14 carry no RUNPATH to them, and 2.16 and 2.17 were reported not to find them
    (https://github.com/tensorflow/tensorflow/issues/63362).
    `XLA_FLAGS` is a list: the chosen flags come after ours.
    """
    if not cuda_requirements(environment):
        return dict(chosen)
    flags = [f"--xla_gpu_cuda_data_dir={packages}/nvidia/cuda_nvcc", chosen.get("XLA_FLAGS", "")]
    return {
        "LD_LIBRARY_PATH": ":".join(f"{packages}/nvidia/{name}/lib" for name in _FOLDERS),
        **chosen,
        "XLA_FLAGS": " ".join(filter(None, flags)),
    }
