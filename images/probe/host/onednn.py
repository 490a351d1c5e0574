"""oneDNN as TensorFlow uses it: whether at all, and with which instructions."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from probe.host.switches import imported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

# From the lowest level to the highest, with the flags that each needs; the runner names its host
# classes by the same table.
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
CEILINGS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
DERIVED = "derived from the processor's flags"
FRAMEWORK = "libtensorflow_framework.so.2"
IS_MKL_ENABLED = "_ZN10tensorflow12IsMKLEnabledEv"  # tensorflow::IsMKLEnabled(), from 2.5
COMPILED_WITH = "tensorflow.python._pywrap_util_port"  # where 2.4 has it


@dataclass(frozen=True)
class OneDnn:
    """Whether TensorFlow uses oneDNN's kernels, and the instruction set that they would use.

    No release exports oneDNN's own answer, so `isa` is derived from the processor's flags, and
    `isa_source` says so; a variable that bounds it is named there, since oneDNN then uses less.
    """

    enabled: bool | None
    isa: str
    isa_source: str


def read(tf: ModuleType, cpu_flags: Iterable[str], environ: Mapping[str, str]) -> OneDnn:
    """Read both; `environ` is the environment that TensorFlow was imported with."""
    return OneDnn(enabled(tf), *isa(cpu_flags, environ))


def enabled(tf: ModuleType) -> bool | None:
    """Return what TensorFlow decided, by the function that its kernels ask; None where it has none.

    `_pywrap_util_port.IsMklEnabled` says, up to 2.11, only how TensorFlow was compiled. In 2.4 that
    is the answer: no variable switched oneDNN on there.
    """
    try:
        framework = ctypes.CDLL(str(Path(str(tf.__file__)).with_name(FRAMEWORK)))
        decided: Callable[[], bool] = framework[IS_MKL_ENABLED]
    except (OSError, AttributeError):
        port = imported(COMPILED_WITH)
        return None if port is None else bool(port.IsMklEnabled())
    decided.restype = ctypes.c_bool  # type: ignore[attr-defined]  # a function of ctypes
    return decided()


def isa(flags: Iterable[str], environ: Mapping[str, str]) -> tuple[str, str]:
    """Return oneDNN's name for the processor's level, and where that is from."""
    present = set(flags)
    reached = [name for name, needed in LEVELS if present.issuperset(needed)]
    ceilings = [f"{name}={environ[name]}" for name in CEILINGS if name in environ]
    bound = f", bounded by {ceilings[0]}" if ceilings else ""
    return (reached[-1] if reached else "baseline"), DERIVED + bound
