"""How far two arrays lie apart: bits that differ, differences, ULPs; NaN, infinities and signs."""

from __future__ import annotations

import tracemalloc
from math import inf, nan
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.analysis.exact import exact

from runner.analysis.distance import Distance, Greatest, Sides, measure
from runner.analysis.ulps import Bucket, Ulps
from runner.results.loaded import LoadedArray

if TYPE_CHECKING:
    from runner.analysis.elements import Number

SMALLEST = 2.0**-149
LARGEST = float(np.finfo("f4").max)


def floats(*values: float, dtype: str = "float32") -> LoadedArray:
    return LoadedArray(dtype, np.array(values, dtype))


def of_bits(dtype: str, *bits: int) -> LoadedArray:
    """An array of elements with these bits."""
    own = {"bfloat16": "<u2", "float8_e4m3fn": "<u1"}.get(dtype) or np.dtype(dtype).str
    width = np.dtype(own).itemsize
    return LoadedArray(
        dtype, np.frombuffer(b"".join(one.to_bytes(width, "little") for one in bits), own)
    )


def measured(left: LoadedArray, right: LoadedArray) -> Distance:
    far = measure(left, right)
    assert far is not None
    return far


def greatest(value: float, left: Number, right: Number, *index: int) -> Greatest:
    return Greatest(value=value, index=index or (0,), left=left, right=right)


def test_the_same_bits_are_no_distance_apart() -> None:
    array = floats(1.0, -0.0, nan, inf)
    assert measure(array, array) == Distance(dtype="float32", elements=4, mismatched=0)


@pytest.mark.parametrize(
    ("one", "other", "absolute", "relative", "ulps"),
    [
        pytest.param(1.0, 1.0 + 2**-23, 2**-23, 2**-23 / (1.0 + 2**-23), 1, id="neighbours"),
        pytest.param(1.0, 1.0 - 2**-24, 2**-24, 2**-24, 1, id="neighbours at a power of two"),
        pytest.param(0.0, -0.0, 0.0, 0.0, 0, id="both zeros are one point"),
        pytest.param(SMALLEST, -SMALLEST, 2 * SMALLEST, 2.0, 2, id="denormals across zero"),
        pytest.param(-0.0, SMALLEST, SMALLEST, 1.0, 1, id="zero and the smallest denormal"),
        pytest.param(2 * SMALLEST, 5 * SMALLEST, 3 * SMALLEST, 0.6, 3, id="denormals"),
        pytest.param(LARGEST, inf, inf, inf, 1, id="the largest number and infinity"),
        pytest.param(-inf, inf, inf, inf, 2 * 0x7F800000, id="both infinities"),
        pytest.param(-LARGEST, LARGEST, 2 * LARGEST, 2.0, 2 * 0x7F7FFFFF, id="both ends"),
    ],
)
def test_float32(one: float, other: float, absolute: float, relative: float, ulps: int) -> None:
    for left, right in ((one, other), (other, one)):
        far = measured(floats(left), floats(right))
        assert far.absolute == greatest(absolute, left, right)
        assert far.relative == greatest(relative, left, right)
        assert far.ulps is not None
        assert (far.ulps.greatest, far.ulps.median) == (ulps, ulps)


def test_each_greatest_difference_has_an_element_of_its_own() -> None:
    far = measured(floats(1e6, 0.0, 3.0), floats(1e6 + 0.0625, SMALLEST * 5, 3.0))
    assert (far.elements, far.mismatched) == (3, 2)
    assert far.absolute == greatest(0.0625, 1e6, 1e6 + 0.0625, 0)
    assert far.relative == greatest(1.0, 0.0, SMALLEST * 5, 1)


def test_an_index_has_an_entry_for_each_dimension() -> None:
    left = LoadedArray("float32", np.zeros((2, 3, 4), "f4"))
    right = LoadedArray("float32", np.zeros((2, 3, 4), "f4"))
    right.values[1, 2, 0] = 1.0
    far = measured(left, right)
    assert far.absolute == greatest(1.0, 0.0, 1.0, 1, 2, 0)
    scalar = measured(
        LoadedArray("int8", np.array(3, "i1")), LoadedArray("int8", np.array(5, "i1"))
    )
    assert scalar.absolute == Greatest(value=2, index=(), left=3, right=5)


def test_the_first_of_several_that_are_as_far_apart_is_told() -> None:
    far = measured(floats(0.0, 1.0, 4.0), floats(0.0, 2.0, 5.0))
    assert far.absolute == greatest(1.0, 1.0, 2.0, 1)


def test_the_histogram_has_powers_of_two_and_a_place_for_zeros() -> None:
    apart = (0, 1, 1, 2, 3, 4, 5, 8, 9)
    left = of_bits("float32", 0, *[0x3F800000] * 8)
    right = of_bits("float32", 0x80000000, *(0x3F800000 + one for one in apart[1:]))
    assert measured(left, right).ulps == Ulps(
        greatest=9,
        median=3,
        histogram=(
            Bucket(0, 0, 1),
            Bucket(1, 1, 2),
            Bucket(2, 2, 1),
            Bucket(3, 4, 2),
            Bucket(5, 8, 2),
            Bucket(9, 16, 1),
        ),
    )


def test_the_median_of_an_even_number_is_the_lower_one() -> None:
    far = measured(of_bits("float16", 0, 0), of_bits("float16", 1, 4))
    assert far.ulps is not None
    assert far.ulps.median == 1


def test_nans_are_counted_by_side_and_in_nothing_else() -> None:
    quiet, other = 0x7FC00000, 0xFFC00001
    one, two = 0x3F800000, 0x40000000
    far = measured(
        of_bits("float32", quiet, quiet, one, one, quiet),
        of_bits("float32", other, one, quiet, two, quiet),
    )
    assert (far.elements, far.mismatched) == (5, 4)
    assert far.nans == Sides(left=1, right=1, both=1)
    assert far.absolute == greatest(1.0, 1.0, 2.0, 3)
    assert far.ulps == Ulps(greatest=2**23, median=2**23, histogram=(Bucket(2**22 + 1, 2**23, 1),))


def test_where_every_mismatch_is_a_nan_no_number_is_far() -> None:
    far = measured(floats(nan, 1.0), floats(1.0, 1.0))
    assert far == Distance(dtype="float32", elements=2, mismatched=1, nans=Sides(left=1))


def test_infinities_and_signs() -> None:
    far = measured(floats(inf, 1.0, inf, -1.0, 0.0, -0.0), floats(1.0, -inf, -inf, 2.0, -0.0, 1.0))
    assert far.infinities == Sides(left=1, right=1, both=1)
    assert far.signs == 3
    assert far.zeros == 1


WIDEST = 2**63


@pytest.mark.parametrize(
    ("dtype", "one", "other", "absolute", "relative"),
    [
        pytest.param("int64", -WIDEST, WIDEST - 1, 2**64 - 1, 2.0, id="both ends of int64"),
        pytest.param("uint64", 0, 2**64 - 1, 2**64 - 1, 1.0, id="both ends of uint64"),
        pytest.param("uint64", 2**64 - 1, 2**64 - 2, 1, 2.0**-64, id="neighbours of uint64"),
        pytest.param("int8", -128, 127, 255, 255 / 128, id="both ends of int8"),
        pytest.param("uint8", 3, 5, 2, 0.4, id="uint8"),
        pytest.param("bool", False, True, 1, 1.0, id="bool"),
    ],
)
def test_whole_numbers(dtype: str, one: int, other: int, absolute: int, relative: float) -> None:
    left, right = (LoadedArray(dtype, np.array([value], dtype)) for value in (one, other))
    far = measured(left, right)
    assert far.absolute == greatest(absolute, one, other)
    assert far.relative == greatest(relative, one, other)
    assert type(far.absolute.left) is type(one)
    assert far.ulps is None
    assert far.signs == (one < 0 < other)


def test_float64_is_exact_over_the_whole_line() -> None:
    ends = floats(-inf, dtype="float64"), floats(inf, dtype="float64")
    far = measured(*ends)
    assert far.ulps == Ulps(
        greatest=2 * 0x7FF0000000000000,
        median=2 * 0x7FF0000000000000,
        histogram=(Bucket(2**63 + 1, 2**64, 1),),
    )


def test_a_relative_difference_is_known_where_the_absolute_one_is_too_large() -> None:
    far = measured(floats(1.5e308, dtype="float64"), floats(-1.5e308, dtype="float64"))
    assert far.absolute == greatest(inf, 1.5e308, -1.5e308)
    assert far.relative == greatest(2.0, 1.5e308, -1.5e308)


def test_bfloat16_is_read_from_its_bits() -> None:
    far = measured(
        of_bits("bfloat16", 0x3F80, 0x8000, 0x7FC0), of_bits("bfloat16", 0x3F81, 0x0000, 0x3F80)
    )
    assert (far.mismatched, far.nans, far.zeros) == (3, Sides(left=1), 1)
    assert far.absolute == greatest(2**-7, 1.0, 1.0 + 2**-7)
    assert far.ulps == Ulps(greatest=1, median=0, histogram=(Bucket(0, 0, 1), Bucket(1, 1, 1)))


def test_a_complex_number_is_as_far_as_the_part_that_is_further() -> None:
    left, right = ([complex(inf, 1.0), 2 + 4j], [complex(inf, 1.5), 2 + 4j])
    far = measured(*(LoadedArray("complex64", np.array(one, "c8")) for one in (left, right)))
    assert (far.elements, far.mismatched) == (2, 1)
    assert far.absolute == greatest(0.5, left[0], right[0])
    assert far.ulps == Ulps(greatest=2**22, median=2**22, histogram=(Bucket(2**21 + 1, 2**22, 1),))


def test_a_type_that_is_not_known_as_numbers_is_compared_by_its_bits_alone() -> None:
    far = measure(of_bits("float8_e4m3fn", 1, 2, 3), of_bits("float8_e4m3fn", 1, 200, 3))
    assert far == Distance(dtype="float8_e4m3fn", elements=3, mismatched=1)


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
@pytest.mark.parametrize("dtype", ["float32", "complex64", "int16", "bool"])
def test_every_shape_is_measured(shape: tuple[int, ...], dtype: str) -> None:
    array = LoadedArray(dtype, np.zeros(shape, dtype))
    assert measure(array, array) == Distance(dtype=dtype, elements=array.values.size, mismatched=0)


def test_arrays_of_another_type_or_shape_have_no_distance() -> None:
    assert measure(floats(1.0), floats(1.0, dtype="float64")) is None
    assert measure(floats(1.0), floats(1.0, 2.0)) is None
    assert measure(of_bits("bfloat16", 1), LoadedArray("uint16", np.array([1], "<u2"))) is None


def test_the_share_of_elements_that_differ() -> None:
    assert measured(floats(1.0, 2.0, 3.0, 4.0), floats(1.0, 2.0, 3.0, 5.0)).share == 0.25
    assert Distance(dtype="float32", elements=0, mismatched=0).share == 0.0


@settings(deadline=None)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(1, 1000))
def test_ulps_are_steps_to_the_next_number(start: float, steps: int) -> None:
    here = np.float32(start)
    with np.errstate(over="ignore"):  # at the end of the line
        for _ in range(steps):
            here = np.nextafter(here, np.float32(inf))
    if np.isfinite(here):
        far = measured(floats(start), floats(float(here)))
        assert far.ulps is not None
        assert far.ulps.greatest == steps


# Bits of the parts of an element: where its kind of number begins, ends, or turns into another.

WIDTHS = {
    "bool": 1,
    "float16": 16,
    "bfloat16": 16,
    "float32": 32,
    "float64": 64,
    **{f"{sign}int{width}": width for sign in ("", "u") for width in (8, 16, 32, 64)},
    "complex64": 32,
    "complex128": 64,
}
INFINITIES = {
    "float16": 0x7C00,
    "bfloat16": 0x7F80,
    "float32": 0x7F800000,
    "float64": 0x7FF0000000000000,
    "complex64": 0x7F800000,
    "complex128": 0x7FF0000000000000,
}


def special(dtype: str) -> list[int]:
    width, infinity = WIDTHS[dtype], INFINITIES.get(dtype, 0)
    sign = 2 ** (width - 1)
    normal = infinity & -infinity  # the smallest normal number
    edges = (0, 1, 2, normal - 1, normal, infinity - 1, infinity, infinity + 1, sign - 1)
    return sorted({edge % 2**width ^ flip for edge in edges for flip in (0, sign % 2**width)})


@st.composite
def pairs(draw: st.DrawFn, dtype: str) -> tuple[LoadedArray, LoadedArray]:
    """Two arrays of one type and shape, of which some elements are equal and some are near."""
    shape = draw(st.lists(st.integers(0, 3), max_size=3).map(tuple))
    count = int(np.prod(shape)) * (2 if dtype.startswith("complex") else 1)
    width = WIDTHS[dtype]
    number = st.sampled_from(special(dtype)) | st.integers(0, 2**width - 1)
    left = draw(st.lists(number, min_size=count, max_size=count))
    moved = st.one_of(st.just(None), number, st.integers(-4, 4))
    right = [
        one if other is None else (one + other if abs(other) <= 4 else other) % 2**width
        for one, other in zip(
            left, draw(st.lists(moved, min_size=count, max_size=count)), strict=True
        )
    ]
    return array(dtype, left, shape), array(dtype, right, shape)


def array(dtype: str, parts: list[int], shape: tuple[int, ...]) -> LoadedArray:
    own = "<u2" if dtype == "bfloat16" else np.dtype(dtype).str
    data = b"".join(one.to_bytes(max(WIDTHS[dtype] // 8, 1), "little") for one in parts)
    return LoadedArray(dtype, np.frombuffer(data, own).reshape(shape))


@pytest.mark.parametrize("dtype", WIDTHS)
@settings(deadline=None)
@given(data=st.data())
def test_it_agrees_with_a_slow_exact_reference(dtype: str, data: st.DataObject) -> None:
    left, right = data.draw(pairs(dtype))
    assert repr(measure(left, right)) == repr(exact(left, right))


def test_it_needs_as_much_memory_as_one_of_the_arrays() -> None:
    left = np.ones(2_000_000, "f4")
    right = np.nextafter(left, np.float32(2))
    tracemalloc.start()
    far = measured(LoadedArray("float32", left), LoadedArray("float32", right))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert far.mismatched == left.size
    assert peak < 1.7 * left.nbytes


@pytest.mark.parametrize("dtype", ["float32", "int64", "complex64"])
def test_pieces_are_put_together(dtype: str) -> None:
    numbers = np.random.default_rng(7).integers(0, 2**60, 400).astype("<u8")
    left = LoadedArray(dtype, numbers.view(dtype))
    right = LoadedArray(dtype, (numbers + (numbers % 3).astype("<u8")).view(dtype))
    assert repr(measure(left, right, piece=16)) == repr(exact(left, right))
