"""How far two arrays of the same type and shape lie apart.

A ULP is the step from one floating-point number to the next of its type: numbers are counted along
the line of all finite ones and the infinities, on which both zeros are one point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runner.results.loaded import LoadedArray

FLOATS = frozenset({"float16", "float32", "float64", "bfloat16"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """What differs between two arrays.

    `mismatched` of `elements` have other bits. `nans` of those are a NaN in one array or both,
    and count for no more. `greatest` is the greatest absolute difference of the others, infinite
    where a value or the difference is, and `ulps` the greatest distance in ULPs; both are None for
    types that are no floating-point numbers.
    """

    elements: int
    mismatched: int
    nans: int = 0
    greatest: float | None = None
    ulps: int | None = None


def measure(left: LoadedArray, right: LoadedArray) -> Distance | None:
    """Measure two arrays; None where their types or shapes differ."""
    if left.dtype != right.dtype or left.values.shape != right.values.shape:
        return None
    ours, theirs = _bits(left.values), _bits(right.values)
    differ = np.any(ours != theirs, axis=1)
    counted = Distance(elements=len(differ), mismatched=int(np.count_nonzero(differ)))
    if left.dtype not in FLOATS:
        return counted
    return _far(left.dtype, ours[differ, 0], theirs[differ, 0], counted)


def _bits(values: NDArray[np.generic]) -> NDArray[np.unsignedinteger]:
    """Give the bits of each element, as a row of unsigned integers."""
    size = values.dtype.itemsize
    width = min(size, 8)  # a complex128 takes two
    return np.ravel(values).view(f"<u{width}").reshape(values.size, size // width)


def _far(
    dtype: str,
    ours: NDArray[np.unsignedinteger],
    theirs: NDArray[np.unsignedinteger],
    counted: Distance,
) -> Distance:
    numbers = ~(np.isnan(_values(dtype, ours)) | np.isnan(_values(dtype, theirs)))
    ours, theirs = ours[numbers], theirs[numbers]
    with np.errstate(over="ignore"):
        apart = np.abs(_values(dtype, ours) - _values(dtype, theirs))
    return Distance(
        elements=counted.elements,
        mismatched=counted.mismatched,
        nans=counted.mismatched - len(ours),
        greatest=float(np.max(apart, initial=0.0)),
        ulps=int(np.max(_ulps(ours, theirs), initial=0)),
    )


def _values(dtype: str, bits: NDArray[np.unsignedinteger]) -> NDArray[np.float64]:
    if dtype == "bfloat16":  # the upper half of a float32
        return (bits.astype("<u4") << np.uint32(16)).view("<f4").astype(np.float64)
    return bits.view(f"<f{bits.dtype.itemsize}").astype(np.float64)


def _ulps(
    ours: NDArray[np.unsignedinteger], theirs: NDArray[np.unsignedinteger]
) -> NDArray[np.uint64]:
    sign = np.uint64(1 << (8 * ours.dtype.itemsize - 1))
    ours, theirs = ours.astype(np.uint64), theirs.astype(np.uint64)
    one, other = ours & ~sign, theirs & ~sign  # how far from zero, in ULPs
    same_side = (ours & sign) == (theirs & sign)
    return np.where(same_side, np.maximum(one, other) - np.minimum(one, other), one + other)
