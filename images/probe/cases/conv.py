"""Convolutions of fixed inputs, forward and backward."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from probe.material.gradients import backward
from probe.material.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from probe.registry import Lab, Outputs

    Shape = tuple[int, ...]

CUDNN = "docs.nvidia.com/deeplearning/cudnn, developer guide, Reproducibility (determinism)"
STATUS = "github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md"
IMAGES = (8, 32, 32, 16)
KERNEL = (3, 3, 16, 32)
VOLUMES = (2, 12, 16, 16, 16)
CUBE = (3, 3, 3, 16, 24)


@case(
    "nn.conv2d.forward",
    family="conv",
    exercises="tf.nn.conv2d, 8 x 32 x 32 x 16 with a 3 x 3 x 16 x 32 kernel, float32",
    may_vary="the algorithm: oneDNN or Eigen; cuDNN's choice, by timing unless deterministic; TF32",
    source=f"{STATUS}, Auto-Tuning of cuDNN Convolution Algorithms",
)
def conv2d_forward(lab: Lab) -> object:
    images, kernel = fixed("conv.images", *IMAGES), fixed("conv.kernel", *KERNEL)
    return lab.tf.nn.conv2d(images, kernel, strides=1, padding="SAME")


@case(
    "nn.conv2d.grad",
    family="conv",
    exercises="gradients of tf.nn.conv2d for its input and its kernel",
    may_vary="as forward; cuDNN also has backward algorithms that add in no fixed order",
    source=CUDNN,
)
def conv2d_grad(lab: Lab) -> Outputs:
    conv2d = partial(lab.tf.nn.conv2d, strides=1, padding="SAME")
    return _gradients(lab, "conv", conv2d, IMAGES, KERNEL)


@case(
    "nn.conv2d.large.forward",
    family="conv",
    exercises="tf.nn.conv2d, 4 x 28 x 28 x 256 with a 3 x 3 x 256 x 64 kernel, float32",
    may_vary="cuDNN has many algorithms for this size and takes the fastest of one measurement",
    source=f"{STATUS}, Auto-Tuning of cuDNN Convolution Algorithms",
)
def conv2d_large(lab: Lab) -> object:
    images = fixed("conv.large.images", 4, 28, 28, 256)
    kernel = fixed("conv.large.kernel", 3, 3, 256, 64)
    return lab.tf.nn.conv2d(images, kernel, strides=1, padding="SAME")


@case(
    "nn.conv2d.float16",
    family="conv",
    exercises="tf.nn.conv2d of nn.conv2d.forward's input and kernel as float16",
    may_vary="the algorithm; whether sums are kept in float32; tensor cores",
    source=f"{STATUS}, Auto-Tuning of cuDNN Convolution Algorithms",
)
def conv2d_float16(lab: Lab) -> object:
    tf = lab.tf
    images = tf.cast(fixed("conv.images", *IMAGES), tf.float16)
    kernel = tf.cast(fixed("conv.kernel", *KERNEL), tf.float16)
    return tf.nn.conv2d(images, kernel, strides=1, padding="SAME")


@case(
    "nn.conv2d.strided.grad",
    family="conv",
    exercises="gradients of tf.nn.conv2d with strides of 2 for its input and its kernel",
    may_vary="as nn.conv2d.grad; with strides other algorithms serve",
    source=CUDNN,
)
def conv2d_strided_grad(lab: Lab) -> Outputs:
    conv2d = partial(lab.tf.nn.conv2d, strides=2, padding="SAME")
    return _gradients(lab, "conv.strided", conv2d, IMAGES, KERNEL)


@case(
    "nn.conv3d.forward",
    family="conv",
    exercises="tf.nn.conv3d, 2 x 12 x 16 x 16 x 16 with a 3 x 3 x 3 x 16 x 24 kernel, float32",
    may_vary="as nn.conv2d.forward",
    source=f"{STATUS}, Auto-Tuning of cuDNN Convolution Algorithms",
)
def conv3d_forward(lab: Lab) -> object:
    volumes, cube = fixed("conv3d.images", *VOLUMES), fixed("conv3d.kernel", *CUBE)
    return lab.tf.nn.conv3d(volumes, cube, strides=[1] * 5, padding="SAME")


@case(
    "nn.conv3d.grad",
    family="conv",
    exercises="gradients of tf.nn.conv3d for its input and its kernel",
    may_vary="as nn.conv2d.grad",
    source=CUDNN,
)
def conv3d_grad(lab: Lab) -> Outputs:
    conv3d = partial(lab.tf.nn.conv3d, strides=[1] * 5, padding="SAME")
    return _gradients(lab, "conv3d", conv3d, VOLUMES, CUBE)


# From 2.7 to 2.9 deterministic TensorFlow refuses the kernel's gradient, and with it the input's
# is lost here: whoever trains needs both.
@case(
    "nn.depthwise_conv2d.grad",
    family="conv",
    exercises="gradients of tf.nn.depthwise_conv2d for its input and its kernel",
    may_vary="TensorFlow's own GPU kernel adds up the kernel's gradient by atomics",
    source=f"{STATUS}, Depthwise Convolution",
)
def depthwise_conv2d_grad(lab: Lab) -> Outputs:
    depthwise = partial(lab.tf.nn.depthwise_conv2d, strides=[1] * 4, padding="SAME")
    return _gradients(lab, "conv.depthwise", depthwise, IMAGES, (3, 3, 16, 1))


@case(
    "nn.conv2d_transpose.grad",
    family="conv",
    exercises="tf.nn.conv2d_transpose with strides of 2, gradients for its input and its kernel",
    may_vary="as nn.conv2d.grad: it runs that gradient forward, and a convolution backward",
    source=CUDNN,
)
def conv2d_transpose_grad(lab: Lab) -> Outputs:
    tf, shape = lab.tf, (8, 32, 32, 8)
    transpose = partial(tf.nn.conv2d_transpose, output_shape=shape, strides=2, padding="SAME")
    inputs = (
        fixed("conv.transpose.images", 8, 16, 16, 16),
        fixed("conv.transpose.kernel", 3, 3, 8, 16),
    )
    result, (by_input, by_kernel) = backward(tf, "conv.transpose", transpose, *inputs)
    return {"forward": result, "input": by_input, "filter": by_kernel}


def _gradients(
    lab: Lab, name: str, convolve: Callable[..., Any], images: Shape, kernel: Shape
) -> Outputs:
    inputs = fixed(f"{name}.images", *images), fixed(f"{name}.kernel", *kernel)
    _, (by_input, by_kernel) = backward(lab.tf, name, convolve, *inputs)
    return {"input": by_input, "filter": by_kernel}
