"""The distance of two arrays, slowly: element by element, in whole numbers and fractions."""

from __future__ import annotations

from fractions import Fraction
from math import inf, isinf, isnan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runner.analysis.distance import Distance, Greatest, Sides
from runner.analysis.ulps import Bucket, Ulps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runner.analysis.elements import Number
    from runner.results.loaded import LoadedArray

SIGNIFICAND = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}
PART = {"complex64": "float32", "complex128": "float64"}


class Part(NamedTuple):
    """One number of an element: its bits, and what they mean."""

    bits: int
    value: int | float
    place: int | None
    """Steps from zero, with its sign; None for whole numbers."""


class Element(NamedTuple):
    """One element: of a complex type it has two parts, else one."""

    parts: tuple[Part, ...]
    number: Number


def exact(left: LoadedArray, right: LoadedArray) -> Distance:
    """Measure two arrays of one type and shape."""
    pairs = list(zip(elements(left), elements(right), strict=True))
    other = [(place, *pair) for place, pair in enumerate(pairs) if bits(pair[0]) != bits(pair[1])]
    numbers = [one for one in other if not has(one[1], isnan) and not has(one[2], isnan)]
    ulps = [steps(ours, theirs) for _, ours, theirs in numbers]
    return Distance(
        dtype=left.dtype,
        elements=len(pairs),
        mismatched=len(other),
        nans=sides(other, isnan),
        infinities=sides(numbers, isinf),
        signs=sum(crosses(ours, theirs) for _, ours, theirs in numbers),
        zeros=ulps.count(0),
        absolute=greatest(numbers, absolute, left.values.shape),
        relative=greatest(numbers, relative, left.values.shape),
        ulps=summed([one for one in ulps if one is not None]),
    )


def elements(array: LoadedArray) -> list[Element]:
    return [element(array.dtype, one.tobytes()) for one in np.ravel(array.values)]


def element(dtype: str, data: bytes) -> Element:
    if dtype in PART:
        half = len(data) // 2
        parts = tuple(part(PART[dtype], piece) for piece in (data[:half], data[half:]))
        return Element(parts, complex(*(one.value for one in parts)))
    one = part(dtype, data)
    return Element((one,), bool(one.value) if dtype == "bool" else one.value)


def part(dtype: str, data: bytes) -> Part:
    whole = int.from_bytes(data, "little")
    if dtype not in SIGNIFICAND:
        value = int.from_bytes(data, "little", signed=dtype.startswith("int"))
        return Part(whole, value, None)
    width, significand = 8 * len(data), SIGNIFICAND[dtype]
    negative, magnitude = divmod(whole, 2 ** (width - 1))
    return Part(
        whole,
        (-1.0 if negative else 1.0) * floating(magnitude, significand, width - 1 - significand),
        -magnitude if negative else magnitude,
    )


def floating(magnitude: int, significand: int, exponent: int) -> float:
    """Read a magnitude as IEEE 754 defines it."""
    power, fraction = divmod(magnitude, 2**significand)
    if power == 2**exponent - 1:
        return float("nan") if fraction else inf
    if power:
        fraction += 2**significand
    least = 2 - 2 ** (exponent - 1) - significand
    return float(fraction * Fraction(2) ** (max(power, 1) - 1 + least))


def bits(one: Element) -> list[int]:
    return [part.bits for part in one.parts]


def has(one: Element, what: Callable[[float], bool]) -> bool:
    return any(part.place is not None and what(part.value) for part in one.parts)


def sides(pairs: Iterable[tuple[int, Element, Element]], what: Callable[[float], bool]) -> Sides:
    found = [(has(ours, what), has(theirs, what)) for _, ours, theirs in pairs]
    return Sides(*(found.count(pair) for pair in ((True, False), (False, True), (True, True))))


def crosses(ours: Element, theirs: Element) -> bool:
    both = zip(ours.parts, theirs.parts, strict=True)
    return any(min(one.value, other.value) < 0 < max(one.value, other.value) for one, other in both)


def steps(ours: Element, theirs: Element) -> int | None:
    both = zip(ours.parts, theirs.parts, strict=True)
    places = [(one.place, other.place) for one, other in both]
    return max((abs(a - b) for a, b in places if a is not None and b is not None), default=None)


def absolute(one: Part, other: Part) -> int | float:
    if one.bits == other.bits:  # the parts of a complex number may be equal
        return 0.0
    if isinf(one.value) or isinf(other.value):
        return inf
    difference = abs(Fraction(one.value) - Fraction(other.value))
    return int(difference) if one.place is None else rounded(difference)


def relative(one: Part, other: Part) -> float:
    larger = max(abs(one.value), abs(other.value))
    if one.bits == other.bits or not larger:
        return 0.0
    if isinf(larger):
        return inf
    difference = absolute(one, other)
    if isinf(difference):  # too large for a float64, its half is not
        halved = rounded(abs(Fraction(one.value) / 2 - Fraction(other.value) / 2))
        return rounded(Fraction(halved) / (Fraction(larger) / 2))
    return rounded(Fraction(rounded(Fraction(difference))) / Fraction(rounded(Fraction(larger))))


def rounded(value: Fraction) -> float:
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return inf if value > 0 else -inf


def greatest(
    numbers: Sequence[tuple[int, Element, Element]],
    measure: Callable[[Part, Part], float],
    shape: tuple[int, ...],
) -> Greatest | None:
    if not numbers:
        return None
    values = [max(map(measure, ours.parts, theirs.parts)) for _, ours, theirs in numbers]
    place, ours, theirs = numbers[values.index(max(values))]
    return Greatest(
        value=max(values),
        index=tuple(int(one) for one in np.unravel_index(place, shape)),
        left=ours.number,
        right=theirs.number,
    )


def summed(ulps: Sequence[int]) -> Ulps | None:
    if not ulps:
        return None
    buckets = [(0, 0), (1, 1), *((2**power + 1, 2 ** (power + 1)) for power in range(64))]
    counted = ((low, high, sum(low <= one <= high for one in ulps)) for low, high in buckets)
    return Ulps(
        greatest=max(ulps),
        median=sorted(ulps)[(len(ulps) - 1) // 2],
        histogram=tuple(Bucket(*bucket) for bucket in counted if bucket[2]),
    )
