"""How far two arrays lie apart: bits that differ, absolute difference, ULPs, and NaN apart."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.analysis.distance import Distance, measure
from runner.results.loaded import LoadedArray

SMALLEST = 2.0**-149
LARGEST = float(np.finfo("f4").max)


def floats(*values: float, dtype: str = "float32") -> LoadedArray:
    return LoadedArray(dtype, np.array(values, dtype))


def bfloats(*bits: int) -> LoadedArray:
    return LoadedArray("bfloat16", np.array(bits, "<u2"))


def test_the_same_bits_are_no_distance_apart() -> None:
    array = floats(1.0, -0.0, nan, inf)
    expected = Distance(elements=4, mismatched=0, nans=0, greatest=0.0, ulps=0)
    assert measure(array, array) == expected


@pytest.mark.parametrize(
    ("one", "other", "greatest", "ulps"),
    [
        pytest.param(1.0, 1.0 + 2**-23, 2**-23, 1, id="neighbours"),
        pytest.param(1.0, 1.0 - 2**-24, 2**-24, 1, id="neighbours across a power of two"),
        pytest.param(0.0, -0.0, 0.0, 0, id="both zeros are one point"),
        pytest.param(SMALLEST, -SMALLEST, 2 * SMALLEST, 2, id="denormals on both sides of zero"),
        pytest.param(-0.0, SMALLEST, SMALLEST, 1, id="zero and the smallest denormal"),
        pytest.param(2 * SMALLEST, 5 * SMALLEST, 3 * SMALLEST, 3, id="denormals"),
        pytest.param(LARGEST, inf, inf, 1, id="the largest number and infinity"),
        pytest.param(-inf, inf, inf, 2 * 0x7F800000, id="both infinities"),
        pytest.param(-LARGEST, LARGEST, 2 * LARGEST, 2 * 0x7F7FFFFF, id="both ends"),
    ],
)
def test_float32(one: float, other: float, greatest: float, ulps: int) -> None:
    expected = Distance(elements=1, mismatched=1, nans=0, greatest=greatest, ulps=ulps)
    assert measure(floats(one), floats(other)) == expected
    assert measure(floats(other), floats(one)) == expected


def test_the_greatest_difference_and_the_greatest_ulps_may_be_of_different_elements() -> None:
    far = measure(floats(1e6, 0.0, 3.0), floats(1e6 + 0.0625, SMALLEST * 5, 3.0))
    assert far == Distance(elements=3, mismatched=2, nans=0, greatest=0.0625, ulps=5)


@pytest.mark.parametrize(
    ("one", "other"), [((nan, 1.0), (2.0, 1.5)), ((2.0, 1.0), (nan, 1.5))], ids=["left", "right"]
)
def test_a_nan_is_counted_apart(one: tuple[float, ...], other: tuple[float, ...]) -> None:
    far = measure(floats(*one), floats(*other))
    assert far == Distance(elements=2, mismatched=2, nans=1, greatest=0.5, ulps=2**22)


def test_nans_with_other_payloads_mismatch_and_are_no_distance_apart() -> None:
    quiet = LoadedArray("float32", np.array([0x7FC00000], "<u4").view("<f4"))
    other = LoadedArray("float32", np.array([0x7FC00001], "<u4").view("<f4"))
    expected = Distance(elements=1, mismatched=1, nans=1, greatest=0.0, ulps=0)
    assert measure(quiet, other) == expected


def test_float16_counts_in_its_own_steps() -> None:
    far = measure(floats(1.0, dtype="float16"), floats(1.0 + 2**-9, dtype="float16"))
    assert far == Distance(elements=1, mismatched=1, nans=0, greatest=2**-9, ulps=2)


def test_float64_is_exact_over_the_whole_line() -> None:
    ends = floats(-inf, dtype="float64"), floats(inf, dtype="float64")
    far = measure(*ends)
    assert far == Distance(
        elements=1, mismatched=1, nans=0, greatest=inf, ulps=2 * 0x7FF0000000000000
    )


def test_bfloat16_is_read_from_its_bits() -> None:
    far = measure(bfloats(0x3F80, 0x8000, 0x7FC0), bfloats(0x3F81, 0x0000, 0x3F80))
    assert far == Distance(elements=3, mismatched=3, nans=1, greatest=2**-7, ulps=1)


@pytest.mark.parametrize("dtype", ["int32", "bool", "complex128", "float8_e4m3fn"])
def test_other_types_are_compared_by_their_bits_alone(dtype: str) -> None:
    own = "uint8" if dtype.startswith("float8") else dtype
    one, other = (LoadedArray(dtype, np.array(values, own)) for values in ([0, 1], [1, 1]))
    assert measure(one, other) == Distance(elements=2, mismatched=1)


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_every_shape_is_measured(shape: tuple[int, ...]) -> None:
    array = LoadedArray("float32", np.zeros(shape, "f4"))
    far = measure(array, array)
    assert far is not None
    assert far.elements == array.values.size
    assert far.mismatched == 0


def test_arrays_of_another_type_or_shape_have_no_distance() -> None:
    assert measure(floats(1.0), floats(1.0, dtype="float64")) is None
    assert measure(floats(1.0), floats(1.0, 2.0)) is None
    assert measure(bfloats(1), LoadedArray("uint16", np.array([1], "<u2"))) is None


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(1, 1000))
def test_ulps_are_steps_to_the_next_number(start: float, steps: int) -> None:
    here = np.float32(start)
    for _ in range(steps):
        here = np.nextafter(here, np.float32(inf))
    if np.isfinite(here):
        far = measure(floats(start), floats(float(here)))
        assert far is not None
        assert far.ulps == steps
