"""Which flags for determinism each TensorFlow's XLA knows.

A flag in `XLA_FLAGS` that XLA does not know ends the process, so each has its first and last
release here. Builds for CPUs parse the flags for GPUs too, which is how the releases were found:
by compiling a function with each flag in releases from 2.4.4 to 2.21.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

Release = Tuple[int, int]


@dataclass(frozen=True)
class Flag:
    """One flag and the minor releases of TensorFlow that know it; None where there is no end.

    `implied_by` is the name of another flag that sets this one as well.
    """

    name: str
    first: Release
    last: Release | None
    source: str
    implied_by: str = ""

    def known(self, release: Release) -> bool:
        """Whether a release knows the flag; one newer than all is taken to know what they do."""
        return self.first <= release and (self.last is None or release <= self.last)


DETERMINISM = (
    Flag(
        name="xla_gpu_deterministic_reductions",
        first=(2, 4),
        last=(2, 7),
        source="github.com/tensorflow/tensorflow/pull/37377",
        implied_by="xla_gpu_deterministic_ops",
    ),
    Flag(
        name="xla_gpu_deterministic_ops",
        first=(2, 5),
        last=None,
        source="openxla.org/xla/determinism",
    ),
    Flag(
        name="xla_gpu_exclude_nondeterministic_ops",
        first=(2, 17),
        last=None,
        source="github.com/openxla/xla/pull/12520",
        implied_by="xla_gpu_deterministic_ops",
    ),
)


def deterministic(release: Release) -> tuple[str, ...]:
    """Return the flags that make XLA deterministic on a GPU, without those that others imply."""
    known = [flag for flag in DETERMINISM if flag.known(release)]
    names = {flag.name for flag in known}
    return tuple(f"--{flag.name}=true" for flag in known if flag.implied_by not in names)
