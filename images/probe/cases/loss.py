"""Softmax and losses, forward and backward."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from probe.material.gradients import backward
from probe.material.inputs import fixed, labels
from probe.registry import case

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

STATUS = "github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md"
ENTROPY = f"{STATUS}, Fused Softmax/Cross-Entropy"
ROWS, CLASSES = 250, 1000
TIME, BATCH, SYMBOLS, LONGEST = 60, 16, 32, 6
FEW = 16  # steps of the recurrence, which runs one operation after another


@case(
    "nn.softmax",
    family="loss",
    exercises="tf.nn.softmax over 1000 classes, float32",
    may_vary="the exponential's polynomial and the order of the sum",
    source="github.com/tensorflow/tensorflow tensorflow/core/util/port.cc, what it says of oneDNN",
)
def softmax(lab: Lab) -> object:
    return lab.tf.nn.softmax(8 * fixed("softmax", ROWS, CLASSES))


@case(
    "nn.softmax.grad",
    family="loss",
    exercises="gradient of tf.nn.softmax over 1000 classes, float32",
    may_vary="as nn.softmax, and the order of another sum over the classes",
    source=ENTROPY,
)
def softmax_grad(lab: Lab) -> object:
    logits = 8 * fixed("softmax", ROWS, CLASSES)
    _, (by_logits,) = backward(lab.tf, "softmax", lab.tf.nn.softmax, logits)
    return by_logits


@case(
    "nn.log_softmax",
    family="loss",
    exercises="tf.nn.log_softmax over 1000 classes, float32",
    may_vary="the polynomials of exponential and logarithm, and the order of the sum",
    source=ENTROPY,
)
def log_softmax(lab: Lab) -> object:
    return lab.tf.nn.log_softmax(8 * fixed("softmax", ROWS, CLASSES))


@case(
    "nn.softmax_cross_entropy.grad",
    family="loss",
    exercises="tf.nn.softmax_cross_entropy_with_logits, 250 rows of 1000 classes: loss, gradient",
    may_vary="the fused GPU kernel; with determinism on, log_softmax takes its place",
    source=ENTROPY,
)
def softmax_cross_entropy_grad(lab: Lab) -> Outputs:
    target = lab.tf.nn.softmax(fixed("entropy.target", ROWS, CLASSES))
    return _loss(lab, partial(lab.tf.nn.softmax_cross_entropy_with_logits, target))


@case(
    "nn.sparse_softmax_cross_entropy.grad",
    family="loss",
    exercises="tf.nn.sparse_softmax_cross_entropy_with_logits, 250 rows of 1000 classes",
    may_vary="the fused GPU kernel; with determinism on, other operations take its place",
    source=ENTROPY,
)
def sparse_softmax_cross_entropy_grad(lab: Lab) -> Outputs:
    target = lab.tf.constant(labels("entropy.labels", ROWS, CLASSES))
    return _loss(lab, partial(lab.tf.nn.sparse_softmax_cross_entropy_with_logits, target))


@case(
    "nn.sigmoid_cross_entropy.grad",
    family="loss",
    exercises="tf.nn.sigmoid_cross_entropy_with_logits, 250 x 1000: loss and gradient",
    may_vary="the polynomials of exponential and logarithm; each element is alone",
    source="tensorflow.org/api_docs/python/tf/nn/sigmoid_cross_entropy_with_logits",
)
def sigmoid_cross_entropy_grad(lab: Lab) -> Outputs:
    target = lab.tf.constant((1 + fixed("entropy.target", ROWS, CLASSES)) / 2)
    return _loss(lab, partial(lab.tf.nn.sigmoid_cross_entropy_with_logits, target))


# Only sparse labels reach the fused loss. Eagerly, TensorFlow takes cuDNN's where it sees a GPU,
# and else its own CPU kernel.
@case(
    "nn.ctc_loss.grad",
    family="loss",
    exercises="tf.nn.ctc_loss with sparse labels, eagerly: cuDNN on a GPU, else the CPU's kernel",
    may_vary="cuDNN's algorithm that is not deterministic, unless determinism is on",
    source=f"{STATUS}, CTC Loss",
)
def ctc_loss_grad(lab: Lab) -> Outputs:
    tf = lab.tf
    present = np.argwhere(np.arange(LONGEST) < _label_lengths()[:, None])
    symbols = tf.SparseTensor(present, _symbols()[tuple(present.T)], [BATCH, LONGEST])
    return _ctc(lab, symbols, None, TIME)


@case(
    "nn.ctc_loss.dense.grad",
    family="loss",
    exercises="tf.nn.ctc_loss with dense labels: a recurrence made of other operations",
    may_vary="the exponentials and logarithms of each step",
    source="tensorflow.org/api_docs/python/tf/nn/ctc_loss",
)
def ctc_loss_dense_grad(lab: Lab) -> Outputs:
    return _ctc(lab, lab.tf.constant(_symbols()), lab.tf.constant(_label_lengths()), FEW)


def _loss(lab: Lab, function: Callable[[Any], Any]) -> Outputs:
    logits = 8 * fixed("softmax", ROWS, CLASSES)
    loss, (by_logits,) = backward(lab.tf, "entropy", function, logits)
    return {"loss": loss, "logits": by_logits}


def _ctc(lab: Lab, symbols: object, label_lengths: object, steps: int) -> Outputs:
    tf = lab.tf
    full = tf.fill([BATCH], steps)

    def ctc(logits: Any) -> Any:  # noqa: ANN401 - tensors
        return tf.nn.ctc_loss(symbols, logits, label_lengths, full, blank_index=0)

    loss, (by_logits,) = backward(tf, "ctc", ctc, 4 * fixed("ctc.logits", steps, BATCH, SYMBOLS))
    return {"loss": loss, "logits": by_logits}


def _symbols() -> NDArray[np.int32]:
    """Return int32 labels in [1, SYMBOLS) of shape (BATCH, LONGEST): 0 is the blank."""
    return 1 + labels("ctc.labels", BATCH * LONGEST, SYMBOLS - 1).reshape(BATCH, LONGEST)


def _label_lengths() -> NDArray[np.int32]:
    return 1 + labels("ctc.lengths", BATCH, LONGEST)
