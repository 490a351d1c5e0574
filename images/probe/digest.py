"""Digests of arrays: bits, not `==`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

NATIVE = frozenset(
    ["bool", "float16", "float32", "float64", "complex64", "complex128"]
    + [f"{sign}int{width}" for sign in ("", "u") for width in (8, 16, 32, 64)]
)
WIDTHS = (1, 2, 4, 8)


def bits(array: NDArray[Any]) -> NDArray[Any]:
    """Return the same bits in little-endian C order, as a type that loads without pickle.

    A type that NumPy does not own (bfloat16, float8) becomes the unsigned integer of its width.

    Raises
    ------
    TypeError
        For objects, strings and records, which have no fixed bits.
    """
    if array.dtype.name not in NATIVE:
        array = _unsigned(array)
    little = array.dtype.newbyteorder("<")
    if little != array.dtype:  # swapped as bytes: a conversion could quieten a NaN
        array = array.byteswap().view(little)
    return np.asarray(array, order="C")


def digest(array: NDArray[Any]) -> str:
    """Return the SHA-256 over a line `<dtype> <shape joined by x>` and the little-endian bytes.

    The line is ASCII and ends with a line feed; a scalar's shape is empty. `-0.0` and `0.0` differ,
    and so do NaNs with different payloads.
    """
    shape = "x".join(str(size) for size in array.shape)
    header = f"{array.dtype.name} {shape}\n".encode("ascii")
    return hashlib.sha256(header + bits(array).tobytes()).hexdigest()


def _unsigned(array: NDArray[Any]) -> NDArray[Any]:
    dtype = array.dtype
    if dtype.hasobject or dtype.names is not None or dtype.kind in "SUMm":
        raise TypeError(f"an array of {dtype.name} has no digest")
    if dtype.itemsize not in WIDTHS:
        raise TypeError(f"an array of {dtype.name} has no digest: {dtype.itemsize} bytes wide")
    return np.asarray(array, order="C").view(f"u{dtype.itemsize}")
