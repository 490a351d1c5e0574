"""Dropout and noise: which elements a seed drops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.inputs import fixed
from probe.registry import case, need

if TYPE_CHECKING:
    from typing import Any

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
    tf, x = lab.tf, _input(lab)
    tf.random.set_seed(lab.seed)
    return {"unseeded": tf.nn.dropout(x, RATE), "op_seed": tf.nn.dropout(x, RATE, seed=7)}


@case(
    "nn.dropout.function",
    family="dropout",
    exercises="tf.nn.dropout eagerly and in a tf.function, re-seeded before each",
    may_vary="a function takes its operation seeds from its graph, when traced",
    source="tensorflow.org/api_docs/python/tf/nn/dropout",
)
def nn_dropout_function(lab: Lab) -> Outputs:
    tf, x = lab.tf, _input(lab)

    def drop() -> object:
        return tf.nn.dropout(x, RATE)

    tf.random.set_seed(lab.seed)
    eager = drop()
    tf.random.set_seed(lab.seed)
    return {"eager": eager, "function": tf.function(drop)()}


@case(
    "nn.dropout.mask",
    family="dropout",
    exercises="which elements tf.nn.dropout keeps, and tf.random.uniform >= rate of the same seed",
    may_vary="dropout with seed rules or a stream of its own",
    source="tensorflow.org/api_docs/python/tf/nn/dropout",
)
def nn_dropout_mask(lab: Lab) -> Outputs:
    tf = lab.tf
    tf.random.set_seed(lab.seed)
    dropout = tf.nn.dropout(tf.ones([100, 100]), RATE) != 0
    tf.random.set_seed(lab.seed)
    return {"dropout": dropout, "uniform": tf.random.uniform([100, 100]) >= RATE}


@case(
    "nn.stateless_dropout",
    family="dropout",
    exercises="tf.nn.experimental.stateless_dropout with the default algorithm and with Philox",
    may_vary="a pure function of its seed; the default algorithm is picked by device",
    since="2.7",
    source="tensorflow.org/api_docs/python/tf/nn/experimental/stateless_dropout",
)
def nn_stateless_dropout(lab: Lab) -> Outputs:
    drop: Any = need(lab.tf, "nn.experimental.stateless_dropout")
    x, seed = _input(lab), [lab.seed, 7]
    return {
        "auto_select": drop(x, RATE, seed),
        "philox": drop(x, RATE, seed, rng_alg="philox"),
    }


@case(
    "keras.dropout",
    family="dropout",
    exercises="the Keras Dropout layer in training, without and with a seed of its own",
    may_vary="Keras has its own seed generators: they changed between Keras 2 and 3",
    source="keras.io/api/layers/regularization_layers/dropout",
)
def keras_dropout(lab: Lab) -> Outputs:
    layers, x = lab.tf.keras.layers, _input(lab)
    return {
        "unseeded": layers.Dropout(RATE)(x, training=True),
        "seeded": layers.Dropout(RATE, seed=7)(x, training=True),
    }


@case(
    "keras.gaussian_noise",
    family="dropout",
    exercises="the Keras GaussianNoise layer in training, seeded by the global seed",
    may_vary="Keras's seed generators, and the transform to the normal distribution",
    source="keras.io/api/layers/regularization_layers/gaussian_noise",
)
def keras_gaussian_noise(lab: Lab) -> object:
    return lab.tf.keras.layers.GaussianNoise(0.5)(_input(lab), training=True)


@case(
    "keras.spatial_dropout",
    family="dropout",
    exercises="the Keras SpatialDropout2D layer in training: whole channels are dropped",
    may_vary="Keras's seed generators; the shape the draw is asked for",
    source="keras.io/api/layers/regularization_layers/spatial_dropout2d",
)
def keras_spatial_dropout(lab: Lab) -> object:
    x = lab.tf.constant(fixed("spatial_dropout", 8, 4, 4, 64))
    return lab.tf.keras.layers.SpatialDropout2D(RATE)(x, training=True)


def _input(lab: Lab) -> object:
    return lab.tf.constant(fixed("dropout", 100, 100))
