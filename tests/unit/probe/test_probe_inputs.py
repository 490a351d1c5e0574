"""Fixed inputs: the same bits with every NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from probe.digest import digest
from probe.inputs import fixed, labels


def test_inputs_stay_what_they_are() -> None:
    assert (
        digest(fixed("matmul.left", 3, 4))
        == "ecb52ad17a0f189c9510830c912db492d87cdc9240e974f68802dc738b369f1c"
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
