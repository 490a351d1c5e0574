"""What this host's GPU and driver mean for an environment, both given as values.

As with the catalogue, a refusal is certain: nothing is said of a release that is not in the table,
nor of what could not be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from packaging.version import Version

from runner.matrix.releases import minor_of, table
from runner.matrix.versions import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.matrix.cells import Environment
    from runner.matrix.releases import Minor

_DRIVER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")

Way = Literal["its own", "of the same major", "compiled"]


@dataclass(frozen=True, slots=True)
class Code:
    """The code that a GPU runs of a build, and in which way: `name` is as the build has it.

    Machine code runs on the capability it is for and on later ones of the same major; PTX is
    compiled by the driver for every capability from its own on. Machine code comes first.
    Source: https://docs.nvidia.com/cuda/hopper-compatibility-guide/.
    """

    name: str
    way: Way


def code_for(row: Minor, capability: str) -> Code | None:
    """Return what a GPU of a compute capability, such as 8.6, runs of a release; None for nothing.

    Of several architectures that fit, it is the newest.
    """
    device = Version(capability)
    older = [one for one in reversed(list(_machine_code(row))) if one[1] <= device]
    for name, built in older:
        if built == device:
            return Code(name, "its own")
        if built.major == device.major:
            return Code(name, "of the same major")
    ptx = (name for name in reversed(row.kernels) if name.startswith("compute_"))
    return next((Code(name, "compiled") for name in ptx if _capability(name) <= device), None)


def _machine_code(row: Minor) -> Iterator[tuple[str, Version]]:
    """Yield what has machine code, with its capability: compute_80 has that of sm_80."""
    for name in row.kernels:
        yield name.replace("compute_", "sm_"), _capability(name)


def _capability(architecture: str) -> Version:
    digits = architecture.partition("_")[2]
    return Version(f"{digits[:-1]}.{digits[-1]}")


def refusal(environment: Environment, capability: str, driver: str) -> str | None:
    """Why an environment can't work on such a GPU with such a driver, or None.

    `driver` is empty where it is not known.
    """
    return _driver_refusal(environment, driver) or _architecture_refusal(environment, capability)


def _driver_refusal(environment: Environment, driver: str) -> str | None:
    """CUDA inside an image is let through: it may bring a package for older drivers along."""
    if environment.cuda in {None, SYSTEM} or not _DRIVER.fullmatch(driver):
        return None
    major = str(environment.cuda).partition(".")[0]
    oldest = table().driver.minimum.get(major)
    if oldest is None or Version(driver) >= Version(oldest):
        return None
    return f"the driver {driver} is older than {oldest}, which CUDA {major} needs; update it"


def _architecture_refusal(environment: Environment, capability: str) -> str | None:
    row = minor_of(environment.tensorflow)
    if row is None or code_for(row, capability):
        return None
    return (
        f"TensorFlow {environment.tensorflow} has no code that this GPU, {_sm(capability)}, can "
        f"run, only for {', '.join(row.kernels)}"
    )


def warning(environment: Environment, capability: str) -> str | None:
    """Which other architecture's code the GPU runs of an environment, or None for its own.

    The time is that of TensorFlow's own warning, in
    tensorflow/core/common_runtime/gpu/gpu_device.cc.
    """
    row = minor_of(environment.tensorflow)
    code = code_for(row, capability) if row else None
    if code is None or code.way == "its own":
        return None
    has_none = f"TensorFlow {environment.tensorflow} has no code for {_sm(capability)}"
    if code.way == "of the same major":
        return f"{has_none}; that for {code.name} runs"
    return (
        f"{has_none}; the driver compiles that for {code.name} first, which can take 30 minutes or "
        "longer"
    )


def _sm(capability: str) -> str:
    return f"sm_{capability.replace('.', '')}"
