"""What is set, and how, for the asked determinism, oneDNN, TF32, XLA and threads.

Pure: a `Plan` is made from the settings and TensorFlow's version before TensorFlow is imported.

Sources: `enable_op_determinism` exists from 2.8 and `TF_DETERMINISTIC_OPS` served before; 2.5 to
2.7 choose cuDNN algorithms deterministically only through its frontend (tensorflow issue 53771).
The operation behind LSTM and GRU picks its algorithm by timing unless `TF_CUDNN_RNN_USE_AUTOTUNE`
is 0, and asks nothing else (tensorflow/core/kernels/cudnn_rnn_ops.cc). XLA has flags of its own:
see `xla_flags`. `TF_ENABLE_ONEDNN_OPTS` is read when the library loads. Clustering for XLA leaves
CPUs out unless `--tf_xla_cpu_global_jit` is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from operator import attrgetter
from typing import TYPE_CHECKING

from probe import xla_flags

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from types import ModuleType

DISTRIBUTIONS = (
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-rocm",
    "tensorflow-cpu-aws",
    "tf-nightly",
    "tf-nightly-cpu",
)
API_FROM = (2, 8)
FRONTEND_FROM = (2, 5)
LISTS = frozenset(["TF_XLA_FLAGS", "XLA_FLAGS"])
WORDS = {"off": False, "on": True}


@dataclass(frozen=True)
class Settings:
    """What the command line asked for, in its words."""

    device: str = "cpu"
    determinism: str = "off"
    threads: int = 2
    onednn: str = "default"
    tf32: str = "default"
    xla: str = "default"
    gpu_uuid: str = ""


@dataclass(frozen=True)
class Call:
    """A call on the TensorFlow module, as data."""

    path: str
    arguments: tuple[object, ...] = ()

    def __str__(self) -> str:
        """Return the line a user would write."""
        return f"tf.{self.path}({', '.join(repr(argument) for argument in self.arguments)})"


@dataclass(frozen=True)
class Plan:
    """Variables to set before the import, calls to make after it."""

    variables: tuple[tuple[str, str], ...]
    calls: tuple[Call, ...]

    @property
    def text(self) -> tuple[str, ...]:
        """Each step as a line of text, in the order applied."""
        return tuple(f"{name}={value}" for name, value in self.variables) + tuple(
            str(call) for call in self.calls
        )


def tensorflow_version() -> str:
    """Return the installed TensorFlow's version without importing it.

    Raises
    ------
    ImportError
        When no distribution of TensorFlow is installed.
    """
    for name in DISTRIBUTIONS:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    raise ImportError(f"no distribution of TensorFlow is installed ({', '.join(DISTRIBUTIONS)})")


def plan(settings: Settings, version: str) -> Plan:
    """Return what to apply for `settings` with TensorFlow `version` (`2.20.0`)."""
    release = _release(version)
    return Plan(tuple(_variables(settings, release)), tuple(_calls(settings, release)))


def set_variables(steps: Plan, environ: MutableMapping[str, str]) -> None:
    """Set the plan's variables; those that hold lists of flags are added to."""
    for name, value in steps.variables:
        before = environ.get(name, "") if name in LISTS else ""
        environ[name] = f"{before} {value}".strip()


def make_calls(steps: Plan, tf: ModuleType) -> None:
    """Make the plan's calls on the imported TensorFlow."""
    for call in steps.calls:
        attrgetter(call.path)(tf)(*call.arguments)


def _release(version: str) -> tuple[int, int]:
    match = re.match(r"(\d+)\.(\d+)", version)
    if match is None:
        raise ValueError(f"{version!r} is not a version of TensorFlow")
    return int(match.group(1)), int(match.group(2))


def _variables(settings: Settings, release: tuple[int, int]) -> Iterator[tuple[str, str]]:
    if settings.determinism == "on":
        yield from _deterministic(settings.device, release)
    if settings.onednn in WORDS:
        yield "TF_ENABLE_ONEDNN_OPTS", str(int(WORDS[settings.onednn]))
    if settings.xla == "on" and settings.device == "cpu":
        yield "TF_XLA_FLAGS", "--tf_xla_cpu_global_jit"
    if settings.device == "gpu" and settings.gpu_uuid:
        yield "CUDA_VISIBLE_DEVICES", settings.gpu_uuid


def _deterministic(device: str, release: tuple[int, int]) -> Iterator[tuple[str, str]]:
    if release < API_FROM:
        yield "TF_DETERMINISTIC_OPS", "1"
    if device == "gpu":
        if FRONTEND_FROM <= release < API_FROM:
            yield "TF_CUDNN_USE_FRONTEND", "1"
        yield "TF_CUDNN_RNN_USE_AUTOTUNE", "0"
        yield "XLA_FLAGS", " ".join(xla_flags.deterministic(release))


def _calls(settings: Settings, release: tuple[int, int]) -> Iterator[Call]:
    yield Call("config.threading.set_intra_op_parallelism_threads", (settings.threads,))
    yield Call("config.threading.set_inter_op_parallelism_threads", (settings.threads,))
    if settings.device == "cpu":
        yield Call("config.set_visible_devices", ([], "GPU"))
    if settings.tf32 in WORDS:
        yield Call("config.experimental.enable_tensor_float_32_execution", (WORDS[settings.tf32],))
    if settings.xla in WORDS:
        yield Call("config.optimizer.set_jit", (WORDS[settings.xla],))
    if settings.determinism == "on" and release >= API_FROM:
        yield Call("config.experimental.enable_op_determinism")
