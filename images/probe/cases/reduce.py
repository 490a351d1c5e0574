"""Reductions and scans of fixed inputs: in which order values are added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.material.inputs import double, fixed
from probe.registry import case

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from probe.registry import Lab, Outputs

COUNT = 1_003_000
RUNS = 8  # one sum alone comes out the same by chance too often
ROWS_COLUMNS = (1000, 1003)


@case(
    "reduce_sum.float32",
    family="reduce",
    exercises="tf.reduce_sum of eight runs of a million float32 values, and along each axis",
    may_vary="a sum is split by the number of threads or blocks: each part rounds for itself",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow.md",
)
def reduce_sum(lab: Lab) -> Outputs:
    return _sums(lab.tf, lab.tf.constant(fixed("reduce", COUNT + RUNS)))


@case(
    "reduce_sum.float64",
    family="reduce",
    exercises="the same in float64, all bits of the values in use",
    may_vary="as in float32",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow.md",
)
def reduce_sum_float64(lab: Lab) -> Outputs:
    return _sums(lab.tf, lab.tf.constant(double("reduce", COUNT + RUNS)))


@case(
    "reduce_sum.float16",
    family="reduce",
    exercises="tf.reduce_sum of a 100 x 1003 table of float16 and of bfloat16 values, each axis",
    may_vary="whether sums are kept in 16 bits or in float32, and their order",
    source="tensorflow.org/api_docs/python/tf/math/reduce_sum",
)
def reduce_sum_float16(lab: Lab) -> Outputs:
    tf = lab.tf
    table = tf.constant(fixed("reduce.table", 100, 1003))
    outputs: dict[str, object] = {}
    for name, dtype in (("float16", tf.float16), ("bfloat16", tf.bfloat16)):
        outputs[f"{name}_rows"] = tf.reduce_sum(tf.cast(table, dtype), axis=1)
        outputs[f"{name}_columns"] = tf.reduce_sum(tf.cast(table, dtype), axis=0)
    return outputs


@case(
    "reduce_mean.float32",
    family="reduce",
    exercises="tf.reduce_mean of a 1000 x 1003 float32 table, whole and along each axis",
    may_vary="the order of the sum; a division, or a product with the inverse of the count",
    source="tensorflow.org/api_docs/python/tf/math/reduce_mean",
)
def reduce_mean(lab: Lab) -> Outputs:
    tf = lab.tf
    table = tf.constant(fixed("reduce", *ROWS_COLUMNS))
    return {
        "all": tf.reduce_mean(table),
        "rows": tf.reduce_mean(table, axis=1),
        "columns": tf.reduce_mean(table, axis=0),
    }


@case(
    "reduce.moments",
    family="reduce",
    exercises="tf.nn.moments of 16 x 24 x 24 x 32 values over all axes but the last",
    may_vary="the order of two sums, the second of squared distances from the first's mean",
    source="tensorflow.org/api_docs/python/tf/nn/moments",
)
def moments(lab: Lab) -> Outputs:
    values = lab.tf.constant(fixed("reduce.moments", 16, 24, 24, 32))
    mean, variance = lab.tf.nn.moments(values, axes=[0, 1, 2])
    return {"mean": mean, "variance": variance}


@case(
    "reduce.logsumexp",
    family="reduce",
    exercises="tf.reduce_logsumexp of a 250 x 1000 float32 table along each axis",
    may_vary="the exponential's polynomial and the order of the sum",
    source="tensorflow.org/api_docs/python/tf/math/reduce_logsumexp",
)
def logsumexp(lab: Lab) -> Outputs:
    tf = lab.tf
    table = tf.constant(8 * fixed("reduce.logsumexp", 250, 1000))
    return {
        "rows": tf.reduce_logsumexp(table, axis=1),
        "columns": tf.reduce_logsumexp(table, axis=0),
    }


@case(
    "reduce.prod",
    family="reduce",
    exercises="tf.reduce_prod of a 250 x 1003 float32 table of values near 1 along each axis",
    may_vary="the order of the products",
    source="tensorflow.org/api_docs/python/tf/math/reduce_prod",
)
def reduce_prod(lab: Lab) -> Outputs:
    tf = lab.tf
    table = tf.constant(_near_one(250, 1003))
    return {"rows": tf.reduce_prod(table, axis=1), "columns": tf.reduce_prod(table, axis=0)}


@case(
    "scan.cumsum",
    family="reduce",
    exercises="tf.cumsum of 100,003 values and of 64 rows, cumprod and cumulative_logsumexp",
    may_vary="one pass, or blocks that are joined afterwards: each partial sum rounds",
    source="tensorflow.org/api_docs/python/tf/math/cumsum",
)
def scan(lab: Lab) -> Outputs:
    tf = lab.tf
    rows = tf.constant(fixed("scan.rows", 64, 1003))
    return {
        "cumsum": tf.cumsum(tf.constant(fixed("scan", 100_003))),
        "cumsum_rows": tf.cumsum(rows, axis=1),
        "cumprod": tf.math.cumprod(tf.constant(_near_one(64, 1003)), axis=1),
        "cumulative_logsumexp": tf.math.cumulative_logsumexp(8 * rows, axis=1),
    }


def _sums(tf: ModuleType, values: Any) -> Outputs:  # noqa: ANN401 - a tensor
    runs = [tf.reduce_sum(values[start : start + COUNT]) for start in range(RUNS)]
    table = tf.reshape(values[:COUNT], ROWS_COLUMNS)
    return {
        "all": tf.stack(runs),
        "rows": tf.reduce_sum(table, axis=1),
        "columns": tf.reduce_sum(table, axis=0),
    }


def _near_one(*shape: int) -> Any:  # noqa: ANN401 - a float32 array
    return np.float32(1) + fixed("reduce.near_one", *shape) / np.float32(64)
