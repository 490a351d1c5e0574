"""Fixed inputs: the same bits with every NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from probe.digest import digest
from probe.material.inputs import double, fixed, labels, unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray


def test_inputs_stay_what_they_are() -> None:
    assert (
        digest(fixed("matmul.left", 3, 4))
        == "ecb52ad17a0f189c9510830c912db492d87cdc9240e974f68802dc738b369f1c"
    )
    assert (
        digest(unit("image.photos", 3, 4))
        == "94ebe0e3a7dfddbf2ca0e5b4d3f6306cb7940aa07c49de178186bb644fe60b49"
    )
    assert (
        digest(double("reduce", 3, 4))
        == "a3909ee266f06c9b8316320b2e248cd617233d0396eb91a192e920056ebdbb25"
    )
    assert labels("train.labels", 8, 10).tolist() == [4, 4, 8, 2, 1, 7, 8, 9]


def test_values_are_float32_spread_over_minus_one_to_one() -> None:
    values = fixed("spread", 10_000)
    assert values.dtype == np.float32
    assert -1 <= values.min() < -0.99
    assert 0.99 < values.max() < 1
    assert abs(float(values.mean())) < 0.03


def test_every_value_is_a_whole_number_of_steps_of_two_to_the_minus_23() -> None:
    steps = fixed("spread", 10_000).astype(np.float64) * 2**23
    assert np.array_equal(steps, np.rint(steps))


def test_each_name_has_a_stream_of_its_own() -> None:
    assert digest(fixed("one", 5)) != digest(fixed("another", 5))


def test_inputs_can_not_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        fixed("one", 5)[0] = 0


def test_labels_are_int32_within_the_classes() -> None:
    values = labels("classes", 1000, 10)
    assert values.dtype == np.int32
    assert sorted(set(values.tolist())) == list(range(10))


def test_unit_values_are_float32_in_zero_to_one_without_rounding() -> None:
    values, signed = unit("photos", 10_000), fixed("photos", 10_000)
    assert values.dtype == np.float32
    assert 0 <= values.min() < 0.01
    assert 0.99 < values.max() < 1
    assert np.array_equal(values.astype(np.float64), (signed.astype(np.float64) + 1) / 2)


def test_doubles_are_float64_and_use_all_their_bits() -> None:
    values = double("spread", 10_000)
    assert values.dtype == np.float64
    assert -1 <= values.min() < -0.99
    assert 0.99 < values.max() < 1
    assert len(set(np.rint(values * 2**52).astype(np.int64) % 2**29)) > 9_900


def test_a_sum_of_doubles_depends_on_its_order_as_one_of_fixed_values_would_not() -> None:
    doubles, singles = double("order", 10_000), fixed("order", 10_000).astype(np.float64)
    assert sum(doubles.tolist()) != sum(sorted(doubles.tolist()))
    assert sum(singles.tolist()) == sum(sorted(singles.tolist()))


@pytest.mark.parametrize("make", [unit, double], ids=lambda make: make.__name__)
def test_these_can_not_be_written_either(make: Callable[[str, int], NDArray[Any]]) -> None:
    with pytest.raises(ValueError, match="read-only"):
        make("one", 5)[0] = 0
