"""What was really loaded, and on what."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from probe.host import libraries, onednn, switches
from probe.host.gpu import driver, driver_version, management, newest_cuda, visible
from probe.wording import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from probe.host.gpu import Gpu
    from probe.host.libraries import Library
    from probe.host.onednn import OneDnn

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
    """Versions, libraries, variables and hardware of this process.

    `driver_cuda` is the newest CUDA that the driver supports; `tf32`, `xla_jit`, `dtype_policy`,
    `onednn` and `op_determinism` are what TensorFlow itself says after the recipe was applied.
    """

    python: str
    tensorflow: str
    numpy: str
    keras: str
    build: dict[str, str]
    packages: dict[str, str]
    libraries: tuple[str, ...]
    loaded: tuple[Library, ...]
    variables: dict[str, str]
    cpu_model: str
    cpu_flags: tuple[str, ...]
    gpus: tuple[Gpu, ...]
    driver: str
    driver_cuda: str
    intra_op_threads: int
    inter_op_threads: int
    op_determinism: bool | None
    tf32: bool | None
    xla_jit: str
    dtype_policy: str
    onednn: OneDnn


def take(tf: ModuleType, environ: Mapping[str, str]) -> Fingerprint:
    """Take the fingerprint; after the cases, since CUDA libraries load when first used.

    `environ` is the environment that TensorFlow was imported with: it adds to it when it loads.
    """
    cpu_model, cpu_flags = cpu(_text(Path("/proc/cpuinfo")))
    mapped = libraries.mapped(_text(Path("/proc/self/maps")))
    driver_library = driver()
    return Fingerprint(
        python=platform.python_version(),
        tensorflow=str(tf.__version__),
        numpy=np.__version__,
        keras=keras_version(tf),
        build={str(key): bounded(value) for key, value in tf.sysconfig.get_build_info().items()},
        packages=packages(metadata.distributions()),
        libraries=tuple(bounded(path) for path in mapped),
        loaded=libraries.versions(mapped),
        variables=variables(environ),
        cpu_model=cpu_model,
        cpu_flags=cpu_flags,
        gpus=visible(tf, driver_library),
        driver=driver_version(_text(Path("/proc/driver/nvidia/version")), management()),
        driver_cuda=newest_cuda(driver_library) if driver_library else "",
        intra_op_threads=tf.config.threading.get_intra_op_parallelism_threads(),
        inter_op_threads=tf.config.threading.get_inter_op_parallelism_threads(),
        op_determinism=switches.op_determinism(tf),
        tf32=switches.tf32(tf),
        xla_jit=switches.xla_jit(tf),
        dtype_policy=switches.dtype_policy(tf),
        onednn=onednn.read(tf, cpu_flags, environ),
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
    for module in (tf.keras, switches.imported("keras")):
        version = getattr(module, "__version__", None)
        if version is not None:
            return str(version)
    return ""


def _text(path: Path) -> str:
    """Return the file's text; nothing where this system has no such file."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
