"""Fixed inputs: the same bits with every NumPy.

NumPy promises the raw stream of a bit generator and of its seeding for ever, but lets the
distributions of `Generator` change between releases (NEP 19). So the inputs are made of raw bits:
24 of them give a whole number that float32 holds exactly, and dividing by a power of two is exact.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import PCG64

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF = 2**23


@lru_cache(maxsize=None)
def fixed(name: str, *shape: int) -> NDArray[np.float32]:
    """Return float32 values in [-1, 1), evenly spread, that depend on `name` and `shape` only.

    Each name has a stream of its own, so a new case changes no other's inputs.
    """
    whole = (_raw(name, shape) >> np.uint64(40)).astype(np.int64) - HALF
    values = (whole.astype(np.float32) / np.float32(HALF)).reshape(shape)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=None)
def unit(name: str, *shape: int) -> NDArray[np.float32]:
    """Return float32 values in [0, 1), evenly spread: what images hold."""
    values = (fixed(name, *shape) + np.float32(1)) / np.float32(2)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=None)
def double(name: str, *shape: int) -> NDArray[np.float64]:
    """Return float64 values in [-1, 1) with all 53 bits in use.

    Sums of `fixed` values would be exact in float64, whatever their order.
    """
    whole = (_raw(name, shape) >> np.uint64(11)).astype(np.int64) - 2**52
    values = (whole.astype(np.float64) / 2**52).reshape(shape)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=None)
def labels(name: str, count: int, classes: int) -> NDArray[np.int32]:
    """Return int32 labels in [0, classes) of shape (count,)."""
    values = (_raw(name, (count,)) >> np.uint64(40)).astype(np.int64) % classes
    return values.astype(np.int32)


def _raw(name: str, shape: tuple[int, ...]) -> NDArray[np.uint64]:
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    count = int(np.prod(shape, dtype=np.int64))
    return np.asarray(PCG64(key).random_raw(count), dtype=np.uint64)
