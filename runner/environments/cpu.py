"""The processor as far as bits depend on it: its model and its instruction-set level.

oneDNN picks its kernels by that level, so cells are compared within one level only
(https://uxlfoundation.github.io/oneDNN/dev_guide_cpu_dispatcher_control.html).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# From the lowest level to the highest; each needs all flags of its row and of those before it,
# except that avx2_vnni is a branch of its own.
_AVX512 = ("avx512f", "avx512dq", "avx512bw", "avx512vl")
_LEVELS: Final = (
    ("sse41", ("sse4_1",)),
    ("avx", ("sse4_1", "avx")),
    ("avx2", ("avx", "avx2")),
    ("avx2_vnni", ("avx2", "avx_vnni")),
    ("avx512_core", ("avx2", *_AVX512)),
    ("avx512_core_vnni", (*_AVX512, "avx512_vnni")),
    ("avx512_core_bf16", (*_AVX512, "avx512_vnni", "avx512_bf16")),
    ("avx10_1_512", (*_AVX512, "avx512_vnni", "avx512_bf16", "avx512_fp16")),
    ("avx10_1_512_amx", (*_AVX512, "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16")),
)


@dataclass(frozen=True, slots=True)
class Cpu:
    """What `/proc/cpuinfo` says of the first processor."""

    model: str
    flags: tuple[str, ...]

    @property
    def host_class(self) -> str:
        """Such as ``cpu avx512_core_bf16``: the highest level whose flags are all there."""
        present = set(self.flags)
        reached = [name for name, needed in _LEVELS if present.issuperset(needed)]
        return f"cpu {reached[-1] if reached else 'baseline'}"


def parse_cpuinfo(text: str) -> Cpu:
    """Read the text of `/proc/cpuinfo`; a field it lacks is empty."""

    def field(name: str) -> str:
        found = re.search(rf"^{name}\s*:\s*(.*)$", text, re.MULTILINE)
        return found[1].strip() if found else ""

    return Cpu(model=field("model name"), flags=tuple(sorted(field("flags").split())))
