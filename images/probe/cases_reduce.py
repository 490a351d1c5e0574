"""Sums and softmax of fixed inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs


@case(
    "nn.softmax",
    family="softmax",
    exercises="tf.nn.softmax over 1000 classes, float32",
    may_vary="the exponential's polynomial and the order of the sum",
)
def softmax(lab: Lab) -> object:
    return lab.tf.nn.softmax(8 * fixed("softmax", 250, 1000))


@case(
    "reduce_sum.float32",
    family="reduce",
    exercises="tf.reduce_sum over a million float32 values, whole and along each axis",
    may_vary="the sum is split by the number of threads or blocks, and parts are added in pairs",
)
def reduce_sum(lab: Lab) -> Outputs:
    tf = lab.tf
    x = tf.constant(fixed("reduce", 1000, 1003))
    return {
        "all": tf.reduce_sum(x),
        "rows": tf.reduce_sum(x, axis=1),
        "columns": tf.reduce_sum(x, axis=0),
    }
