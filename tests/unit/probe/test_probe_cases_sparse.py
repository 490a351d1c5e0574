"""Counting with weights: a refusal that TensorFlow documents is a result, any other an error."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from probe.cases.sparse import COLUMNS, ROWS, _filled, bincount_weighted
from probe.registry import Lab, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable


class InvalidArgumentError(Exception):
    """Stands for `tf.errors.InvalidArgumentError`."""


def lab(bincount: Callable[..., object]) -> Lab:
    tf = SimpleNamespace(
        constant=np.asarray,
        stack=np.stack,
        math=SimpleNamespace(bincount=bincount),
        errors=SimpleNamespace(InvalidArgumentError=InvalidArgumentError),
    )
    return Lab(tf, seed=1)  # type: ignore[arg-type]  # the part of TensorFlow that is used


def refusing(sentence: str) -> Callable[..., object]:
    def bincount(*_: object, **__: object) -> object:
        raise InvalidArgumentError(sentence)

    return bincount


def test_weights_are_summed_by_value_eight_times() -> None:
    counted = np.asarray(bincount_weighted.body(lab(np.bincount)))
    assert counted.shape == (8, 64)
    assert (counted == counted[0]).all()


def test_no_weights_on_a_gpu_is_unsupported() -> None:
    kernel = "Weights should not be passed as it should be handled by unsorted_segment_sum"
    with pytest.raises(UnsupportedError) as caught:
        bincount_weighted.body(lab(refusing(kernel)))
    assert str(caught.value) == (
        "tf.math.bincount takes weights on a GPU only where XLA compiles it (its docstring)"
    )


def test_any_other_refusal_stays_an_error() -> None:
    with pytest.raises(InvalidArgumentError, match="must be non-negative"):
        bincount_weighted.body(lab(refusing("Input arr must be non-negative!")))


def test_a_quarter_of_the_sparse_matrix_is_filled_each_place_once_in_row_major_order() -> None:
    flat = _filled() @ [COLUMNS, 1]
    assert np.all(np.diff(flat) > 0)
    assert len(flat) == pytest.approx(ROWS * COLUMNS / 4, rel=0.01)
