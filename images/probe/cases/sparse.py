"""Counting, and products of a sparse matrix: few places that many threads of a GPU add to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from probe.material.crowding import PLACES, places, values
from probe.material.gradients import backward
from probe.material.inputs import fixed, labels
from probe.registry import UnsupportedError, case

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

STATUS = "github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md"
ROWS, COLUMNS, WIDTH = 64, 4096, 16
RUNS = 8  # the threads of a CPU may share the values out alike by chance, so once tells too little
NO_WEIGHTS = "tf.math.bincount takes weights on a GPU only where XLA compiles it (its docstring)"


@case(
    "bincount.weighted",
    family="scatter",
    exercises="tf.math.bincount of 800,000 values with float32 weights, eight times",
    may_vary="to 2.14 unsorted_segment_sum; since then a sum per CPU thread, whatever it is handed",
    source="github.com/tensorflow/tensorflow tensorflow/core/kernels/bincount_op.cc",
)
def bincount_weighted(lab: Lab) -> object:
    tf = lab.tf
    crowd, weights = tf.constant(np.tile(places(), 4)), tf.constant(np.tile(values(), 4))
    try:
        runs = [tf.math.bincount(crowd, weights=weights, minlength=PLACES) for _ in range(RUNS)]
    except tf.errors.InvalidArgumentError as error:
        if "Weights should not be passed" not in str(error):
            raise
        raise UnsupportedError(NO_WEIGHTS) from error
    return tf.stack(runs)


@case(
    "bincount.counts",
    family="scatter",
    exercises="tf.math.bincount of 200,000 values, counted in int32",
    may_vary="nothing: whole numbers add up alike in every order; but it may be refused",
    source=f"{STATUS}, Bincount",
)
def bincount_counts(lab: Lab) -> object:
    return lab.tf.math.bincount(places(), minlength=PLACES)


# The gradient for the dense factor is such a product itself, so it is refused where that is.
@case(
    "sparse.dense_matmul",
    family="scatter",
    exercises="tf.sparse.sparse_dense_matmul of 64 x 4096, a quarter full, forward and gradients",
    may_vary="each product is added by an atomic of its own on a GPU",
    source="github.com/tensorflow/tensorflow/issues/18037",
)
def sparse_dense_matmul(lab: Lab) -> Outputs:
    tf = lab.tf
    indices = tf.constant(_filled())

    def multiply(entries: Any, dense: Any) -> Any:  # noqa: ANN401 - tensors
        sparse = tf.SparseTensor(indices, entries, [ROWS, COLUMNS])
        return tf.sparse.sparse_dense_matmul(sparse, dense)

    entries = fixed("sparse.values", len(_filled()))
    dense = fixed("sparse.dense", COLUMNS, WIDTH)
    result, (by_entries, by_dense) = backward(tf, "sparse", multiply, entries, dense)
    return {"forward": result, "values": by_entries, "dense": by_dense}


@lru_cache(maxsize=None)
def _filled() -> NDArray[np.int64]:
    """Return the row and column of each entry, int64 of shape (entries, 2), in row-major order."""
    drawn = labels("sparse.filled", ROWS * COLUMNS, 4).reshape(ROWS, COLUMNS)
    return np.argwhere(drawn == 0)
