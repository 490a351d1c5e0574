"""Dropout: which elements a seed drops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs

RATE = 0.5


@case(
    "nn.dropout",
    family="dropout",
    exercises="tf.nn.dropout after tf.random.set_seed, and with an operation seed as well",
    may_vary="a changed seed rule or stream; scaling by 1 / (1 - rate)",
    source="tensorflow.org/api_docs/python/tf/nn/dropout",
)
def nn_dropout(lab: Lab) -> Outputs:
    tf = lab.tf
    x = tf.constant(fixed("dropout", 100, 100))
    tf.random.set_seed(lab.seed)
    return {"unseeded": tf.nn.dropout(x, RATE), "op_seed": tf.nn.dropout(x, RATE, seed=7)}


@case(
    "keras.dropout",
    family="dropout",
    exercises="the Keras Dropout layer in training, without and with a seed of its own",
    may_vary="Keras has its own seed generators: they changed between Keras 2 and 3",
    source="tensorflow.org/api_docs/python/tf/nn/dropout",
)
def keras_dropout(lab: Lab) -> Outputs:
    layers = lab.tf.keras.layers
    x = lab.tf.constant(fixed("dropout", 100, 100))
    return {
        "unseeded": layers.Dropout(RATE)(x, training=True),
        "seeded": layers.Dropout(RATE, seed=7)(x, training=True),
    }
