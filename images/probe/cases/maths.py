"""Elementwise functions of fixed inputs: which polynomial, which library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.material.inputs import double, fixed
from probe.registry import case

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

COUNT = 5_003  # no multiple of any vector: the last elements take the scalar path
OF_ANY = ("exp", "expm1", "tanh", "sigmoid", "softplus", "sin", "cos", "atan")
OF_POSITIVE = ("log", "log1p", "sqrt", "rsqrt", "reciprocal")


@case(
    "maths.elementwise.float32",
    family="maths",
    exercises="thirteen elementary functions of float32 values from -8 to 8, or above 0",
    may_vary="the polynomials of Eigen, of a vector library or of CUDA; fused multiply and add",
    source="docs.nvidia.com/cuda/cuda-math-api",
)
def elementwise_float32(lab: Lab) -> Outputs:
    return _elementwise(lab.tf, fixed("maths", COUNT))


@case(
    "maths.elementwise.float64",
    family="maths",
    exercises="the same functions of float64 values",
    may_vary="the polynomials of Eigen, of the C library or of CUDA; fused multiply and add",
    source="docs.nvidia.com/cuda/cuda-math-api",
)
def elementwise_float64(lab: Lab) -> Outputs:
    return _elementwise(lab.tf, double("maths", COUNT))


@case(
    "maths.special",
    family="maths",
    exercises="erf, erfc, erfinv, ndtri, lgamma, digamma, igamma and igammac, float32",
    may_vary="series and rational approximations; lgamma is the C library's on CPUs",
    source="tensorflow.org/api_docs/python/tf/math/lgamma",
)
def special(lab: Lab) -> Outputs:
    math = lab.tf.math
    within, positive = lab.tf.constant(fixed("maths", COUNT)), _positive(fixed("maths", COUNT))
    order = lab.tf.constant(_positive(fixed("maths.order", COUNT)))
    return {
        "erf": math.erf(4 * within),
        "erfc": math.erfc(4 * within),
        "erfinv": math.erfinv(within),
        "ndtri": math.ndtri((within + 1) / 2),
        "lgamma": math.lgamma(positive),
        "digamma": math.digamma(positive),
        "igamma": math.igamma(order, positive),
        "igammac": math.igammac(order, positive),
    }


@case(
    "maths.power",
    family="maths",
    exercises="tf.pow of positive values to real, whole and half powers; tf.square",
    may_vary="one pow for all, or whole and half powers made of products and roots",
    source="tensorflow.org/api_docs/python/tf/math/pow",
)
def power(lab: Lab) -> Outputs:
    tf = lab.tf
    base = tf.constant(_positive(fixed("maths", COUNT)))
    return {
        "real": tf.pow(base, tf.constant(fixed("maths.exponent", COUNT)) * 4),
        "cube": tf.pow(base, 3.0),
        "half": tf.pow(base, 0.5),
        "square": tf.square(base),
    }


@case(
    "maths.gelu",
    family="maths",
    exercises="tf.nn.gelu, exact and approximate, with their gradients",
    may_vary="made of erf or tanh; where it is one fused operation, another polynomial",
    source="tensorflow.org/api_docs/python/tf/nn/gelu",
)
def gelu(lab: Lab) -> Outputs:
    tf = lab.tf
    x = tf.constant(4 * fixed("maths", COUNT))
    outputs: dict[str, object] = {}
    for name, approximate in (("exact", False), ("approximate", True)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs[name] = tf.nn.gelu(x, approximate=approximate)
        outputs[f"{name}_grad"] = tape.gradient(outputs[name], x)
    return outputs


def _elementwise(tf: ModuleType, values: NDArray[Any]) -> Outputs:
    signed, positive = tf.constant(8 * values), tf.constant(_positive(values))
    return {
        **{name: getattr(tf.math, name)(signed) for name in OF_ANY},
        **{name: getattr(tf.math, name)(positive) for name in OF_POSITIVE},
    }


def _positive(values: NDArray[Any]) -> NDArray[Any]:
    """Return values between 0 and 8, none of them 0, of the same dtype."""
    return np.asarray(np.abs(values) * 8 + values.dtype.type(2**-10))
