"""What an environment declares of CUDA and cuDNN, held against what a trial loaded. Pure.

What differs is a mismatch. What was never loaded, or tells no version, differs from nothing: cases
that need no convolution leave cuDNN unloaded, and their result stands. It is named all the same,
since such a trial shows nothing of that library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.matrix.versions import agree

if TYPE_CHECKING:
    from runner.environments.lock import Lock
    from runner.matrix.cells import Environment, Inside
    from runner.results.probe_output import Library

# Library, as the probe names its file, → how it is told. The first three have the number of the
# toolkit, cuBLAS has one of its own.
_TOOLKIT: Final = {"cudart": "the CUDA runtime", "nvrtc": "nvrtc", "nvJitLink": "nvJitLink"}
_CUBLAS: Final = {"cublas": "cuBLAS", "cublasLt": "cuBLASLt"}
_CUDNN: Final = {"cudnn": "cuDNN"}
# Loaded only where something is compiled at run time: that they are missing is nothing to tell.
_COMPILERS: Final = frozenset({"nvrtc", "nvJitLink"})
_NUMBERS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})*")


@dataclass(frozen=True, slots=True)
class Declared:
    """A library and the version it must have: as an axis says it, or the lock pins its wheel."""

    library: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Held:
    """Sentences on what was loaded and differs, and on what nothing is known of."""

    differs: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def declared(
    environment: Environment, lock: Lock, inside: Inside | None = None
) -> tuple[Declared, ...]:
    """List what an environment says of its libraries, or its base image of those `inside` it.

    The lock is asked for cuBLAS, whose number only the toolkit's own packages know.
    """
    cublas = next((lock.packages[one] for one in sorted(lock.packages) if _is_cublas(one)), None)
    cuda = inside.cuda if inside else environment.cuda
    cudnn = environment.cudnn or (inside.cudnn if inside else None)
    versions = ((_TOOLKIT, cuda), (_CUBLAS, cublas), (_CUDNN, cudnn))
    return tuple(
        Declared(library, name, version)
        for libraries, version in versions
        if version and _NUMBERS.fullmatch(version)
        for library, name in libraries.items()
    )


def _is_cublas(package: str) -> bool:
    return package == "nvidia-cublas" or package.startswith("nvidia-cublas-cu")


def hold(wanted: tuple[Declared, ...], loaded: tuple[Library, ...]) -> Held:
    """Hold each library against every file of it that was loaded; there may be several."""
    differs: list[str] = []
    unseen: list[str] = []
    for one in wanted:
        files = [file for file in loaded if _library(file) == one.library]
        versions = sorted({file.version for file in files if _NUMBERS.fullmatch(file.version)})
        differs += [
            f"{one.name} {version} was loaded, not {one.version}"
            for version in versions
            if not agree(version, one.version)
        ]
        if not versions and one.library not in _COMPILERS:
            unseen.append(_unseen(one, files))
    return Held(tuple(differs), tuple(unseen))


def _library(file: Library) -> str:
    """The library a file is part of: `cudnn_graph` is part of cuDNN, and tells its version."""
    return "cudnn" if file.name.startswith("cudnn_") else file.name


def _unseen(one: Declared, files: list[Library]) -> str:
    if not files:
        return f"{one.name} was not loaded"
    reasons = sorted({file.reason for file in files if file.name == one.library and file.reason})
    return f"{one.name} told no version" + "".join(f": {reason}" for reason in reasons[:1])
