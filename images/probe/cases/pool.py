"""Pooling, normalisation and bias: mostly their gradients."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from probe.material.gradients import backward
from probe.material.inputs import fixed, labels
from probe.registry import case

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

STATUS = "github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md"
IMAGES = (16, 32, 32, 16)
VOLUMES = (4, 12, 16, 16, 16)
CHANNELS = IMAGES[-1]
LEVELS = 4


@case(
    "nn.max_pool2d.grad",
    family="conv",
    exercises="gradient of tf.nn.max_pool2d with overlapping 3 x 3 windows and many ties",
    may_vary="an input that is the maximum of several windows gets a sum, by atomics on a GPU",
    source=f"{STATUS}, cuDNN Max-Pooling",
)
def max_pool2d_grad(lab: Lab) -> object:
    pool = partial(lab.tf.nn.max_pool2d, ksize=3, strides=1, padding="SAME")
    _, (by_input,) = backward(lab.tf, "pool.max2d", pool, _tied("pool.max2d", *IMAGES))
    return by_input


@case(
    "nn.max_pool3d.grad",
    family="conv",
    exercises="gradient of tf.nn.max_pool3d with overlapping 3 x 3 x 3 windows and many ties",
    may_vary="as nn.max_pool2d.grad",
    source=f"{STATUS}, cuDNN Max-Pooling",
)
def max_pool3d_grad(lab: Lab) -> object:
    pool = partial(lab.tf.nn.max_pool3d, ksize=3, strides=1, padding="SAME")
    _, (by_input,) = backward(lab.tf, "pool.max3d", pool, _tied("pool.max3d", *VOLUMES))
    return by_input


@case(
    "nn.avg_pool2d.grad",
    family="conv",
    exercises="tf.nn.avg_pool2d with overlapping 3 x 3 windows, forward and gradient",
    may_vary="the order in which an input's windows are added",
    source="github.com/tensorflow/tensorflow tensorflow/core/kernels/avgpooling_op.cc",
)
def avg_pool2d_grad(lab: Lab) -> Outputs:
    pool = partial(lab.tf.nn.avg_pool2d, ksize=3, strides=1, padding="SAME")
    result, (by_input,) = backward(lab.tf, "pool.avg2d", pool, fixed("pool.avg2d", *IMAGES))
    return {"forward": result, "input": by_input}


@case(
    "nn.bias_add.grad",
    family="conv",
    exercises="gradient of tf.nn.bias_add for a bias of 16 over 64 x 32 x 32 positions",
    may_vary="a large sum for each channel, by atomics on a GPU",
    source=f"{STATUS}, Bias Addition",
)
def bias_add_grad(lab: Lab) -> object:
    images, bias = fixed("bias.images", 64, 32, 32, CHANNELS), fixed("bias.bias", CHANNELS)
    _, (_, by_bias) = backward(lab.tf, "bias", lab.tf.nn.bias_add, images, bias)
    return by_bias


@case(
    "nn.batch_norm.training.grad",
    family="conv",
    exercises="tf.compat.v1.nn.fused_batch_norm in training: statistics, result and gradients",
    may_vary="the statistics and gradients are sums over batch and positions",
    source="github.com/tensorflow/tensorflow/pull/50505",
)
def batch_norm_training_grad(lab: Lab) -> Outputs:
    normalise = lab.tf.compat.v1.nn.fused_batch_norm
    statistics = {}

    def training(images: Any, scale: Any, offset: Any) -> Any:  # noqa: ANN401 - tensors
        result, statistics["mean"], statistics["variance"] = normalise(images, scale, offset)
        return result

    return {**_normalised(lab, training), **statistics}


# Deterministic TensorFlow refuses all three gradients at once: they are one operation.
@case(
    "nn.batch_norm.frozen.grad",
    family="conv",
    exercises="tf.compat.v1.nn.fused_batch_norm with given statistics: result and gradients",
    may_vary="the gradients of scale and offset are summed in no fixed order on a GPU",
    source=f"{STATUS}, Fused Batch-Norm",
)
def batch_norm_frozen_grad(lab: Lab) -> Outputs:
    normalise = lab.tf.compat.v1.nn.fused_batch_norm
    mean = lab.tf.constant(fixed("norm.mean", CHANNELS))
    variance = lab.tf.constant(1 + fixed("norm.variance", CHANNELS) / 2)

    def frozen(images: Any, scale: Any, offset: Any) -> Any:  # noqa: ANN401 - tensors
        return normalise(images, scale, offset, mean, variance, is_training=False)[0]

    return _normalised(lab, frozen)


def _tied(name: str, *shape: int) -> NDArray[np.float32]:
    """Return float32 values on few levels: nearly every window has several maxima."""
    levels = labels(name, int(np.prod(shape)), LEVELS)
    return levels.reshape(shape).astype(np.float32)


def _normalised(lab: Lab, normalise: Any) -> Outputs:  # noqa: ANN401 - a function of tensors
    images = fixed("norm.images", *IMAGES)
    scale, offset = fixed("norm.scale", CHANNELS), fixed("norm.offset", CHANNELS)
    result, gradients = backward(lab.tf, "norm", normalise, images, scale, offset)
    by_input, by_scale, by_offset = gradients
    return {"forward": result, "input": by_input, "scale": by_scale, "offset": by_offset}
