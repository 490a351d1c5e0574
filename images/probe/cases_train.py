"""A small training run, three ways; one output per stage, in order.

Weights, images and labels are fixed, so no random stream is involved: the first stage that differs
is where the arithmetic first differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.inputs import fixed, labels
from probe.registry import case
from probe.tracing import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

ROWS, FEATURES, HIDDEN, CLASSES = 256, 64, 96, 10
STEPS = 3
RATE = 0.1


@case(
    "train.eager",
    family="train",
    exercises="three steps of gradient descent on a two-layer network, eagerly",
    may_vary="everything of matmul, bias, softmax and their gradients, gathered over the steps",
    source="github.com/tensorflow/community rfcs/20210119-determinism.md",
    staged=True,
)
def train_eager(lab: Lab) -> Outputs:
    return _train(lab.tf, _step(lab.tf))


@case(
    "train.function",
    family="train",
    exercises="the same in a tf.function",
    may_vary="as eager; graph rewriting may fuse and fold operations",
    source="github.com/tensorflow/community rfcs/20210119-determinism.md",
    staged=True,
)
def train_function(lab: Lab) -> Outputs:
    return _train(lab.tf, lab.tf.function(_step(lab.tf)))


@case(
    "train.xla",
    family="train",
    exercises="the same compiled by XLA",
    may_vary="XLA fuses and reorders; on a GPU it may pick kernels by timing",
    source="github.com/tensorflow/community rfcs/20210119-determinism.md",
    staged=True,
)
def train_xla(lab: Lab) -> Outputs:
    return _train(lab.tf, compiled(lab.tf, _step(lab.tf)))


def _step(tf: ModuleType) -> Callable[..., Any]:
    def step(weights: Sequence[Any], images: Any, targets: Any) -> Any:  # noqa: ANN401 - tensors
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logits = _logits(tf, weights, images)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, weights)
        after = [weight - RATE * gradient for weight, gradient in zip(weights, gradients)]  # noqa: B905 - strict= needs Python 3.10
        return logits, loss, gradients, after

    return step


def _logits(tf: ModuleType, weights: Sequence[Any], images: Any) -> Any:  # noqa: ANN401 - tensors
    first, first_bias, second, second_bias = weights
    hidden = tf.nn.tanh(tf.matmul(images, first) + first_bias)
    return tf.matmul(hidden, second) + second_bias


def _train(tf: ModuleType, step: Callable[..., Any]) -> Outputs:
    images = tf.constant(fixed("train.images", ROWS, FEATURES))
    targets = tf.constant(labels("train.labels", ROWS, CLASSES))
    shapes = {
        "first": (FEATURES, HIDDEN),
        "first_bias": (HIDDEN,),
        "second": (HIDDEN, CLASSES),
        "second_bias": (CLASSES,),
    }
    weights: Sequence[Any] = [
        tf.constant(fixed(f"train.{name}", *shape) / 8) for name, shape in shapes.items()
    ]
    stages: dict[str, object] = {"weights0": _flat(weights)}
    for number in range(1, STEPS + 1):
        logits, loss, gradients, weights = step(weights, images, targets)
        if number == 1:
            stages.update(forward=logits, loss=loss, gradients=_flat(gradients))
        stages[f"step{number}"] = _flat(weights)
    return stages


def _flat(arrays: Sequence[Any]) -> NDArray[np.float32]:
    return np.concatenate([np.asarray(array).ravel() for array in arrays])
