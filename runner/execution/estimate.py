"""What environments cost before they are built: bytes to download and to keep. Pure.

Wheels are counted once however many environments have them, and layers once however many images.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from runner.environments.cuda import layer_of
from runner.environments.lock import Lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.environments.lock import Unresolvable
    from runner.environments.sizes import Sizes, Wheel
    from runner.matrix.cells import Environment
    from runner.results.records import EngineName

# Bytes on disk of what a wheel unpacks to, over the bytes of the wheel: ratios of sums, measured on
# ext4 on 2026-11-26. tensorflow 2.18.1 (2.76) and 2.20.0 (3.00); tensorflow-cpu 2.4.4 and the ten
# releases from 2.12.1 to 2.21.0 (3.79 to 4.75); 25 wheels of CUDA 12.6.3 and 12.9.1 with cuDNN
# 9.3.0.75 (1.53) and 9.10.2.21 (1.49); 95 others.
_UNPACKED: Final[Mapping[str, float]] = {
    "tensorflow": 2.88,
    "tensorflow-cpu": 4.39,
    "nvidia": 1.55,
    "other": 3.38,
}
# The bytecode of one import, of each environment's own: 52 to 61 MB in tensorflow-cpu 2.12.1,
# 2.18.1, 2.20.0 and 2.21.0, measured on the same day.
BYTECODE: Final = 61_000_000
# What one environment without sizes takes: of those that were measured tensorflow-cpu 2.12.1, which
# is the largest, and tensorflow 2.20.0 with CUDA 12.9.1 and cuDNN 9.10.2.21.
CPU_BYTES: Final = 1_650_000_000
GPU_BYTES: Final = 6_410_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What environments take, all in bytes but the counts.

    `download` and `wheels` are of distinct wheels; those that a package cache has are not
    downloaded again. `images` is the sum over the `layers` above the base images, `unshared` that
    over the images as though no two had a layer in common, and `cache` what the wheels unpack to.
    `unsized` environments have no lock or no sizes: they count by a measured one of their kind, and
    not in `download`. `unknown` counts other packages that count nothing, as their size is unknown.
    """

    environments: int = 0
    unsized: int = 0
    unknown: int = 0
    wheels: int = 0
    download: int = 0
    layers: int = 0
    images: int = 0
    unshared: int = 0
    cache: int = 0

    @property
    def partial(self) -> bool:
        """Whether the numbers are lower bounds, since some size is not known."""
        return bool(self.unsized or self.unknown)

    def disk(self, engine: EngineName) -> int:
        """Bytes on disk: a build copies from the cache into an image, a venv is linked to it."""
        return self.cache + (self.images if engine == "docker" else self.bytecode)

    @property
    def bytecode(self) -> int:
        """What venvs keep beside the cache."""
        return self.environments * BYTECODE

    def __sub__(self, other: Need) -> Need:
        """What is needed on top of some of the same environments."""
        names = (one.name for one in fields(self))
        return Need(**{name: getattr(self, name) - getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class _Sized:
    """An environment whose larger wheels all have a size."""

    environment: Environment
    lock: Lock
    wheels: tuple[Wheel, ...]

    def layers(self) -> Iterable[tuple[object, int]]:
        """Each layer as what it is shared by, and its bytes: all below it and its own text."""
        base = (self.environment.base, self.environment.python)
        texts = tuple(self.lock.layers.values())
        for below, text in zip(accumulate(texts), texts, strict=True):
            inside = Lock(text).packages
            if inside:
                size = sum(_unpacked(one) for one in self.wheels if one.name in inside)
                yield (base, below), size
        yield (base, self.lock.text, "bytecode"), BYTECODE


def estimate(
    environments: Iterable[Environment],
    locks: Mapping[Environment, Lock | Unresolvable | None],
    sizes: Sizes,
) -> Need:
    """Add up what has to be downloaded and kept to build these environments, none of them yet."""
    sized: list[_Sized] = []
    unsized: list[Environment] = []
    for environment in dict.fromkeys(environments):
        lock = locks.get(environment)
        wheels = sizes.wheels(lock, environment.python) if isinstance(lock, Lock) else ()
        if isinstance(lock, Lock) and wheels and all(map(_counts, wheels)):
            sized.append(_Sized(environment, lock, wheels))
        else:
            unsized.append(environment)
    distinct = {wheel for one in sized for wheel in one.wheels}
    known = [wheel for wheel in distinct if wheel.size is not None]
    once = dict(layer for one in sized for layer in one.layers())
    guessed = sum(GPU_BYTES if one.cuda else CPU_BYTES for one in unsized)
    return Need(
        environments=len(sized) + len(unsized),
        unsized=len(unsized),
        unknown=len(distinct) - len(known),
        wheels=len(known),
        download=sum(wheel.size or 0 for wheel in known),
        layers=len(once),
        images=sum(once.values()) + guessed,
        unshared=sum(size for one in sized for _, size in one.layers()) + guessed,
        cache=sum(map(_unpacked, known)) + guessed,
    )


def _kind(package: str) -> str:
    if package in _UNPACKED:
        return package
    return "other" if layer_of(package) == "tensorflow" else "nvidia"


def _counts(wheel: Wheel) -> bool:
    """Whether a sum is worth telling: all but small packages need their size."""
    return wheel.size is not None or _kind(wheel.name) == "other"


def _unpacked(wheel: Wheel) -> int:
    return round((wheel.size or 0) * _UNPACKED[_kind(wheel.name)])
