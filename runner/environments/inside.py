"""The CUDA and cuDNN inside a base image, as its labels, variables and package database tell them.

NVIDIA's images say it in variables and a label; an image built on one inherits both, whatever it
installs over them, so that the package database, which knows the files, counts more. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runner.matrix.cells import Inside
from runner.matrix.versions import agree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PACKAGES: Final = "/var/lib/dpkg/status"
"""Where Debian and Ubuntu list what is installed (dpkg(1), FILES)."""

# Source: the Dockerfiles in dist/ of https://gitlab.com/nvidia/container-images/cuda; the variables
# without NV_ and the label of CUDA are those of CUDA 11.1 and before.
_CUDA: Final = ("CUDA_VERSION", "com.nvidia.cuda.version")
_CUDNN: Final = ("NV_CUDNN_VERSION", "com.nvidia.cudnn.version", "CUDNN_VERSION")

# cuda-cudart-11-2 is the runtime of CUDA 11.2, whatever its own number; libcudnn8 has that of
# cuDNN: 8.1.1.33-1+cuda11.2.
_CUDART: Final = re.compile(
    r"^Package: cuda-cudart-(?P<major>\d{1,2})-(?P<minor>\d{1,2})$", re.MULTILINE
)
_LIBCUDNN: Final = re.compile(r"^Package: libcudnn\d+(?:-cuda-\d+)?$", re.MULTILINE)
_VERSION: Final = re.compile(r"^Version: (?P<version>[0-9.]+[0-9])", re.MULTILINE)
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){1,4}")


def read_inside(config: Mapping[str, object], packages: str) -> Inside:
    """Read what an image says; `config` is the engine's `Config` of it, `packages` dpkg's status.

    Both are of foreign origin: what is no version is as if it were not there.
    """
    said = _said(config)
    return Inside(
        cuda=_best(_installed_cuda(packages), _first(said, _CUDA)),
        cudnn=_best(_installed_cudnn(packages), _first(said, _CUDNN)),
    )


def _best(installed: str, said: str) -> str:
    """What is installed, by the name that has more parts where both agree."""
    if not installed or (said and agree(installed, said)):
        return max(installed, said, key=lambda one: one.count("."))
    return installed


def _said(config: Mapping[str, object]) -> dict[str, str]:
    variables, labels = config.get("Env"), config.get("Labels")
    pairs = (str(pair).partition("=") for pair in variables) if isinstance(variables, list) else ()
    found = (
        {str(name): str(text) for name, text in labels.items()} if isinstance(labels, dict) else {}
    )
    return found | {name: text for name, _, text in pairs}


def _first(said: Mapping[str, str], names: Iterable[str]) -> str:
    """The first of several texts that begins with a version, such as 9.7.0.66-1."""
    found = (_NUMBER.match(said.get(name, "")) for name in names)
    return next((one[0] for one in found if one), "")


def _installed_cuda(packages: str) -> str:
    found = [(int(one["major"]), int(one["minor"])) for one in _CUDART.finditer(packages)]
    return ".".join(map(str, max(found))) if found else ""


def _installed_cudnn(packages: str) -> str:
    for entry in packages.split("\n\n"):
        version = _VERSION.search(entry) if _LIBCUDNN.search(entry) else None
        if version and _NUMBER.fullmatch(version["version"]):
            return version["version"]
    return ""
