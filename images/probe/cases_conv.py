"""Convolutions of fixed inputs, forward and backward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs

IMAGES = (8, 32, 32, 16)
KERNEL = (3, 3, 16, 32)
RESULT = (8, 32, 32, 32)


@case(
    "nn.conv2d.forward",
    family="conv",
    exercises="tf.nn.conv2d, 8 x 32 x 32 x 16 with a 3 x 3 x 16 x 32 kernel, float32",
    may_vary="the algorithm: oneDNN or Eigen; cuDNN's choice, by timing unless deterministic; TF32",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow.md",
)
def conv2d_forward(lab: Lab) -> object:
    images, kernel = fixed("conv.images", *IMAGES), fixed("conv.kernel", *KERNEL)
    return lab.tf.nn.conv2d(images, kernel, strides=1, padding="SAME")


@case(
    "nn.conv2d.grad",
    family="conv",
    exercises="gradients of tf.nn.conv2d for its input and its kernel",
    may_vary="as forward; cuDNN also has backward algorithms that add in no fixed order",
    source="github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow.md",
)
def conv2d_grad(lab: Lab) -> Outputs:
    tf = lab.tf
    images = tf.constant(fixed("conv.images", *IMAGES))
    kernel = tf.constant(fixed("conv.kernel", *KERNEL))
    with tf.GradientTape() as tape:
        tape.watch([images, kernel])
        result = tf.nn.conv2d(images, kernel, strides=1, padding="SAME")
    upstream = tf.constant(fixed("conv.upstream", *RESULT))
    by_images, by_kernel = tape.gradient(result, [images, kernel], upstream)
    return {"input": by_images, "filter": by_kernel}
