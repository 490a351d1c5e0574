"""Softmax and losses, forward and backward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab


@case(
    "nn.softmax",
    family="loss",
    exercises="tf.nn.softmax over 1000 classes, float32",
    may_vary="the exponential's polynomial and the order of the sum",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow.md",
)
def softmax(lab: Lab) -> object:
    return lab.tf.nn.softmax(8 * fixed("softmax", 250, 1000))
