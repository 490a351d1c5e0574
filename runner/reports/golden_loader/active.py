"""What the environment that is active is, in the words of a matrix.

For each axis the values that it has: more than one where they are the same here. What can't be told
is left out.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    Values = dict[str, tuple[str, ...]]

# oneDNN's levels of instruction sets, from the lowest to the highest, and the flags of each.
AVX512 = ("avx512f", "avx512dq", "avx512bw", "avx512vl")
LEVELS = (
    ("sse41", ("sse4_1",)),
    ("avx", ("sse4_1", "avx")),
    ("avx2", ("avx", "avx2")),
    ("avx2_vnni", ("avx2", "avx_vnni")),
    ("avx512_core", ("avx2", *AVX512)),
    ("avx512_core_vnni", (*AVX512, "avx512_vnni")),
    ("avx512_core_bf16", (*AVX512, "avx512_vnni", "avx512_bf16")),
    ("avx10_1_512", (*AVX512, "avx512_vnni", "avx512_bf16", "avx512_fp16")),
    ("avx10_1_512_amx", (*AVX512, "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16")),
)


def active() -> Values:
    """Look at the interpreter, its packages, TensorFlow, which is imported, and the processor."""
    found: Values = {"python": ("{}.{}".format(*sys.version_info),), "env": ("none",)}
    found.update(installed("cuda", r"cuda-toolkit"))
    found.update(installed("cudnn", r"nvidia-cudnn-cu\d+"))
    try:
        tf = importlib.import_module("tensorflow")
    except ImportError:
        return found
    found.update(settings(tf))
    return found


def settings(tf: ModuleType) -> Values:
    """Ask TensorFlow for its settings; no GPU is put to work."""
    gpus = tf.config.get_visible_devices("GPU")
    threads = tf.config.threading.get_intra_op_parallelism_threads() or processors()
    onednn = {"0": "off", "1": "on"}.get(os.environ.get("TF_ENABLE_ONEDNN_OPTS", ""), "default")
    tf32 = tf.config.experimental.tensor_float_32_execution_enabled()
    found: Values = {
        "tensorflow": (tf.__version__,),
        "device": ("gpu" if gpus else "cpu",),
        "determinism": ("on" if deterministic(tf) else "off",),
        "threads": (str(threads),),
        "onednn": (onednn,),
        "tf32": ("default", "on") if tf32 else ("off",),
        "xla": ("on",) if tf.config.optimizer.get_jit() else ("default", "off"),
    }
    level = cpu_class()
    if level:
        found["host_class"] = (", ".join([*(gpu_class(tf, one) for one in gpus[:1]), level]),)
    return found


def deterministic(tf: ModuleType) -> bool:
    """Say whether TensorFlow was told to be deterministic: by a call from 2.8 on, or before."""
    try:
        config = importlib.import_module("tensorflow.python.framework.config")
    except ImportError:
        config = tf.config.experimental
    ask = getattr(config, "is_op_determinism_enabled", None)
    variable = os.environ.get("TF_DETERMINISTIC_OPS", "").lower() in {"1", "true"}
    return variable or bool(ask and ask())


def gpu_class(tf: ModuleType, gpu: object) -> str:
    """Name the model and the architecture of a GPU; nothing here tells its multiprocessors."""
    told = tf.config.experimental.get_device_details(gpu)
    major, minor = told.get("compute_capability", (0, 0))
    return f"{told.get('device_name', 'GPU')} sm_{major}{minor}"


def cpu_class() -> str:
    """Name the instruction-set level of the processor as oneDNN sees it; '' off Linux."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r"^flags\s*:\s*(.*)$", text, re.MULTILINE)
    flags = set(found.group(1).split()) if found else set()
    reached = [name for name, needed in LEVELS if flags.issuperset(needed)]
    return f"cpu {reached[-1] if reached else 'baseline'}"


def processors() -> int:
    """Count the threads that TensorFlow takes where it was told no number."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def installed(axis: str, pattern: str) -> Values:
    """Give the version of an installed package as the value of an axis; nothing without it."""
    for one in metadata.distributions():
        if re.fullmatch(pattern, (one.metadata["Name"] or "").lower()):
            return {axis: (one.version,)}
    return {}
