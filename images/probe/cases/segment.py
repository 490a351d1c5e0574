"""Segment reductions: many values into few places, each place a sum, product, mean or maximum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.material.crowding import COUNT, PLACES, places, values
from probe.material.inputs import fixed, labels
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs

STATUS = "github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md"
SEGMENTS = f"{STATUS}, Segment Reduction"


@case(
    "segment.sum",
    family="scatter",
    exercises="tf.math.segment_sum of 200,000 float32 values into 64 segments, sorted",
    may_vary="the sums of one segment's parts meet by atomics on a GPU",
    source=SEGMENTS,
)
def segment_sum(lab: Lab) -> object:
    return lab.tf.math.segment_sum(values(), np.sort(places()))


@case(
    "segment.unsorted_sum",
    family="scatter",
    exercises="tf.math.unsorted_segment_sum of 200,000 float32 values into 64 segments",
    may_vary="every value is added by an atomic of its own on a GPU",
    source="github.com/tensorflow/tensorflow/issues/39751",
)
def unsorted_segment_sum(lab: Lab) -> object:
    return lab.tf.math.unsorted_segment_sum(values(), places(), PLACES)


# Deterministic TensorFlow 2.5 and 2.6 refuse all but the maximum, which no order can change.
@case(
    "segment.unsorted_others",
    family="scatter",
    exercises="tf.math.unsorted_segment_prod, mean, sqrt_n and max of 200,000 values",
    may_vary="as segment.unsorted_sum, which mean and sqrt_n are made of; the maximum cannot",
    source=SEGMENTS,
)
def unsorted_segment_others(lab: Lab) -> Outputs:
    tf = lab.tf
    data, segments = tf.constant(values()), tf.constant(places())
    near_one = tf.constant(1 + fixed("scatter.near_one", COUNT) / 1024)
    return {
        "prod": tf.math.unsorted_segment_prod(near_one, segments, PLACES),
        "mean": tf.math.unsorted_segment_mean(data, segments, PLACES),
        "sqrt_n": tf.math.unsorted_segment_sqrt_n(data, segments, PLACES),
        "max": tf.math.unsorted_segment_max(data, segments, PLACES),
    }


@case(
    "segment.sparse_sum",
    family="scatter",
    exercises="tf.sparse.segment_sum of 200,000 values picked from 4,096, into 64 segments",
    may_vary="on the CPU before 2.6; the GPU kernel since then is meant to be deterministic",
    source="github.com/tensorflow/tensorflow/pull/47974",
)
def sparse_segment_sum(lab: Lab) -> object:
    rows = values()[:4096]
    picked = labels("scatter.picked", COUNT, len(rows))
    return lab.tf.sparse.segment_sum(rows, picked, np.sort(places()))
