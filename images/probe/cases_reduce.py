"""Sums of fixed inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
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
    tf = lab.tf
    values = tf.constant(fixed("reduce", COUNT + RUNS))
    runs = [tf.reduce_sum(values[start : start + COUNT]) for start in range(RUNS)]
    table = tf.reshape(values[:COUNT], ROWS_COLUMNS)
    return {
        "all": tf.stack(runs),
        "rows": tf.reduce_sum(table, axis=1),
        "columns": tf.reduce_sum(table, axis=0),
    }
