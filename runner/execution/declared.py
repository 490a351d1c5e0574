"""What an environment declares, held against what a trial loaded. Pure.

The packages that it declares, and Python itself, must be the ones that were loaded. So must CUDA
and cuDNN where they were.

What differs is a mismatch. A library that was never loaded, or tells no version, differs from
nothing: cases that need no convolution leave cuDNN unloaded, and their result stands. It is named
all the same, since such a trial shows nothing of that library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packaging.version import InvalidVersion, Version

from runner.matrix.versions import agree

if TYPE_CHECKING:
    from runner.environments.lock import Lock
    from runner.matrix.cells import Environment, Inside
    from runner.results.probe_output import Fingerprint, Library

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


def other_packages(environment: Environment, found: Fingerprint) -> tuple[str, ...]:
    """Give a sentence on each package that was loaded in another version than the declared one.

    Keras and NumPy are held where an axis names them.
    """
    loaded = (
        ("TensorFlow", environment.tensorflow, found.tensorflow),
        ("Python", environment.python, ".".join(found.python.split(".")[:2])),
        ("Keras", environment.keras, found.keras),
        ("NumPy", environment.numpy, found.numpy),
    )
    return tuple(
        f"{name} {was or 'of no version'} was loaded, not {wanted}"
        for name, wanted, was in loaded
        if wanted and not _same_release(wanted, was)
    )


def _same_release(wanted: str, was: str) -> bool:
    """Whether two texts are one release: 2.22.0-rc0, as TensorFlow tells it, is 2.22.0rc0.

    The number of a post-release is that of its package alone: TensorFlow 2.15.0.post1 says 2.15.0.
    """
    try:
        one, other = Version(wanted), Version(was)
    except InvalidVersion:
        return wanted == was
    return (one.release, one.pre, one.dev) == (other.release, other.pre, other.dev)


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
