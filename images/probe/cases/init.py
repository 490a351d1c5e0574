"""Keras initialisers: the first weights a seed gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.registry import case, need

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs

SHAPE = (64, 48)


@case(
    "init.glorot_uniform",
    family="init",
    exercises="GlorotUniform without and with a seed of its own",
    may_vary="Keras's seed rules and its choice of stateless or stateful draws",
    source="keras.io/api/layers/initializers",
)
def glorot_uniform(lab: Lab) -> Outputs:
    return _draws(lab, "GlorotUniform")


@case(
    "init.he_normal",
    family="init",
    exercises="HeNormal (a truncated normal) without and with a seed of its own",
    may_vary="Keras's seed rules; the truncation's rejection loop",
    source="keras.io/api/layers/initializers",
)
def he_normal(lab: Lab) -> Outputs:
    return _draws(lab, "HeNormal")


@case(
    "init.orthogonal",
    family="init",
    exercises="Orthogonal: the QR decomposition of a normal draw",
    may_vary="Keras's seed rules, and the arithmetic of the decomposition",
    source="keras.io/api/layers/initializers",
)
def orthogonal(lab: Lab) -> Outputs:
    return _draws(lab, "Orthogonal")


@case(
    "init.random_normal",
    family="init",
    exercises="RandomNormal without and with a seed of its own",
    may_vary="Keras's seed rules",
    source="keras.io/api/layers/initializers",
)
def random_normal(lab: Lab) -> Outputs:
    return _draws(lab, "RandomNormal")


@case(
    "init.truncated_normal",
    family="init",
    exercises="TruncatedNormal without and with a seed of its own",
    may_vary="Keras's seed rules; the truncation's rejection loop",
    source="keras.io/api/layers/initializers",
)
def truncated_normal(lab: Lab) -> Outputs:
    return _draws(lab, "TruncatedNormal")


@case(
    "init.dense_layer",
    family="init",
    exercises="the first weights of two Keras Dense layers, built one after the other, unseeded",
    may_vary="Keras's seed rules: what a layer's own initialiser is seeded with",
    source="github.com/tensorflow/tensorflow/pull/122101",
)
def dense_layer(lab: Lab) -> Outputs:
    return {"first": _kernel(lab), "second": _kernel(lab)}


def _kernel(lab: Lab) -> object:
    features, units = SHAPE
    layer = lab.tf.keras.layers.Dense(units)
    layer.build((None, features))
    kernel, _bias = layer.get_weights()
    return kernel


def _draws(lab: Lab, name: str) -> Outputs:
    need(lab.tf, f"keras.initializers.{name}")
    initializer = getattr(lab.tf.keras.initializers, name)
    return {"unseeded": initializer()(SHAPE), "seeded": initializer(seed=7)(SHAPE)}
