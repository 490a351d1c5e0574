"""What was really loaded, and on what."""

from __future__ import annotations

import importlib
import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from probe.gpu import driver, visible
from probe.wording import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from probe.gpu import Gpu

LIBRARIES = re.compile(
    r"/lib(cuda|cudart|cublas|cublasLt|cudnn|nccl|cufft|curand|cusolver|cusparse|cupti|nvrtc|"
    r"nvJitLink|nvinfer)(_[a-z_]+)?[.-][^/]*$"
)
VARIABLES = re.compile(
    r"^(TF|XLA|CUDA|CUBLAS|CUDNN|NVIDIA|OMP|MKL|KMP|ONEDNN|DNNL)_|^(PYTHONHASHSEED|KERAS_BACKEND)$"
)
# Terraform's variables begin with TF_ as well, and some (TF_VAR_..., TF_TOKEN_...) hold secrets.
FOREIGN = re.compile(
    r"^TF_(VAR|TOKEN|CLI|LOG|INPUT|DATA_DIR|WORKSPACE|IN_AUTOMATION|REATTACH|REGISTRY|PLUGIN)"
    r"|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL"
)


@dataclass(frozen=True)
class Fingerprint:
    """Versions, libraries, variables and hardware of this process."""

    python: str
    tensorflow: str
    numpy: str
    keras: str
    build: dict[str, str]
    packages: dict[str, str]
    libraries: tuple[str, ...]
    variables: dict[str, str]
    cpu_model: str
    cpu_flags: tuple[str, ...]
    gpus: tuple[Gpu, ...]
    intra_op_threads: int
    inter_op_threads: int
    op_determinism: bool | None


def take(tf: ModuleType, environ: Mapping[str, str], gpu_uuid: str = "") -> Fingerprint:
    """Take the fingerprint; after the cases, since CUDA libraries load when first used.

    `environ` is the environment that TensorFlow was imported with: it adds to it when it loads.
    """
    cpu_model, cpu_flags = cpu(_text(Path("/proc/cpuinfo")))
    return Fingerprint(
        python=platform.python_version(),
        tensorflow=str(tf.__version__),
        numpy=np.__version__,
        keras=keras_version(tf),
        build={str(key): bounded(value) for key, value in tf.sysconfig.get_build_info().items()},
        packages=packages(metadata.distributions()),
        libraries=libraries(_text(Path("/proc/self/maps"))),
        variables=variables(environ),
        cpu_model=cpu_model,
        cpu_flags=cpu_flags,
        gpus=visible(tf, gpu_uuid, driver()),
        intra_op_threads=tf.config.threading.get_intra_op_parallelism_threads(),
        inter_op_threads=tf.config.threading.get_inter_op_parallelism_threads(),
        op_determinism=op_determinism(tf),
    )


def cpu(cpuinfo: str) -> tuple[str, tuple[str, ...]]:
    """Return the first processor's model and its flags, from the text of `/proc/cpuinfo`."""
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip(), value.strip())
    flags = fields.get("flags", fields.get("Features", ""))
    model = fields.get("model name", "") or platform.processor() or platform.machine()
    return bounded(model), tuple(flags.split())


def libraries(maps: str) -> tuple[str, ...]:
    """Return the CUDA, cuBLAS, cuDNN ... files in the text of `/proc/self/maps`, sorted."""
    paths = {line[line.find("/") :] for line in maps.splitlines() if "/" in line}
    return tuple(sorted(bounded(path) for path in paths if LIBRARIES.search(path)))


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that TensorFlow and its libraries read; never the others."""
    read = (name for name in environ if VARIABLES.search(name) and not FOREIGN.search(name))
    return {bounded(name): bounded(environ[name]) for name in sorted(read)}


def packages(distributions: Iterable[metadata.Distribution]) -> dict[str, str]:
    """Return normalised distribution name → version; the first on the path counts."""
    found: dict[str, str] = {}
    for distribution in distributions:
        name = distribution.metadata["Name"]
        if name:
            canonical = re.sub(r"[-_.]+", "-", name).lower()
            found.setdefault(bounded(canonical), bounded(distribution.version))
    return dict(sorted(found.items()))


def keras_version(tf: ModuleType) -> str:
    """Return the version of the Keras that `tf.keras` is; empty where it does not say."""
    for module in (tf.keras, _imported("keras")):
        version = getattr(module, "__version__", None)
        if version is not None:
            return str(version)
    return ""


def op_determinism(tf: ModuleType) -> bool | None:
    """Return whether TensorFlow says that operations are deterministic; None where it can't."""
    ask = getattr(tf.config.experimental, "is_op_determinism_enabled", None) or getattr(
        _imported("tensorflow.python.framework.config"), "is_op_determinism_enabled", None
    )
    return None if ask is None else bool(ask())


def _text(path: Path) -> str:
    """Return the file's text; nothing where this system has no such file."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
