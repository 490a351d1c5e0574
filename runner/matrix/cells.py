"""Environments, settings and cells: the values the whole run is about.

An id is derived from the fields of its value and never parsed back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

Device = Literal["cpu", "gpu"]
Switch = Literal["off", "on"]
Preference = Literal["default", "off", "on"]

ENVIRONMENT_AXES = ("python", "tensorflow", "keras", "numpy", "cuda", "cudnn", "base")
SETTING_AXES = ("device", "determinism", "threads", "onednn", "tf32", "xla", "env")
AXES = ENVIRONMENT_AXES + SETTING_AXES

DEFAULT_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What must be installed: one image or one venv.

    `keras` and `numpy` pin packages that TensorFlow leaves open; None lets the resolver choose.
    `cuda` is a toolkit release installed from wheels, ``"system"`` for one inside the base image,
    or None for the CPU build of TensorFlow. `base` is an image that replaces the matrix's base.
    """

    python: str
    tensorflow: str
    keras: str | None = None
    numpy: str | None = None
    cuda: str | None = None
    cudnn: str | None = None
    base: str | None = None

    @property
    def id(self) -> str:
        """Such as ``py3.11-tf2.20.0-cuda12.9.1-cudnn9.10.2.21``."""
        parts = [f"py{self.python}", f"tf{self.tensorflow}"]
        parts += [f"keras{self.keras}"] if self.keras else []
        parts += [f"numpy{self.numpy}"] if self.numpy else []
        parts += [f"cuda{self.cuda}"] if self.cuda else []
        parts += [f"cudnn{self.cudnn}"] if self.cudnn else []
        parts += [f"base{hashlib.sha256(self.base.encode()).hexdigest()[:8]}"] if self.base else []
        return "-".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What a base image says of the CUDA and cuDNN inside it; empty where it does not say."""

    cuda: str = ""
    cudnn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What changes without a rebuild.

    `threads` is the size of TensorFlow's intra-op and inter-op pools. `env` names a set of
    environment variables, `variables` holds it.
    """

    device: Device
    determinism: Switch
    threads: int = DEFAULT_THREADS
    onednn: Preference = "default"
    tf32: Preference = "default"
    xla: Preference = "default"
    env: str = "none"
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Such as ``cpu.nodet`` or ``gpu.det.threads1``; what is not the default is named."""
        parts = [self.device, "det" if self.determinism == "on" else "nodet"]
        parts += [f"threads{self.threads}"] if self.threads != DEFAULT_THREADS else []
        switches = (("onednn", self.onednn), ("tf32", self.tf32), ("xla", self.xla))
        parts += [f"{name}-{value}" for name, value in switches if value != "default"]
        parts += [f"env-{self.env}"] if self.env != "none" else []
        return ".".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One environment under one setting."""

    environment: Environment
    setting: Setting

    @property
    def id(self) -> str:
        """Such as ``py3.11-tf2.20.0.cpu.det``."""
        return f"{self.environment.id}.{self.setting.id}"

    @property
    def axes(self) -> dict[str, str]:
        """Axis → value as text, in axis order; an axis that does not apply is left out."""
        values = {axis: getattr(self.environment, axis) for axis in ENVIRONMENT_AXES}
        values |= {axis: getattr(self.setting, axis) for axis in SETTING_AXES}
        return {axis: str(value) for axis, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A cell the matrix leaves out, and why."""

    cell: Cell
    because: str
