"""Small training runs: three networks, three ways, and one program as users write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.material import networks
from probe.material.inputs import fixed, labels
from probe.material.training import as_function, by_xla, eagerly, flat, momentum, train
from probe.registry import case

if TYPE_CHECKING:
    from collections.abc import Callable

    from probe.registry import Body, Case, Lab, Outputs

RFC = "github.com/tensorflow/community rfcs/20210119-determinism.md"
MIXED = "tensorflow.org/guide/mixed_precision"
CUDNN_LSTM = "github.com/tensorflow/tensorflow/issues/59281"
ROWS, FEATURES, CLASSES, BATCH, EPOCHS = 64, 12, 4, 16, 2


def _staged(name: str, exercises: str, may_vary: str, source: str) -> Callable[[Body], Case]:
    return case(
        name,
        family="train",
        exercises=exercises,
        may_vary=may_vary,
        source=source,
        staged=True,
    )


@_staged(
    "train.mlp.eager",
    "eight steps of gradient descent on a network of two dense layers, eagerly",
    "everything of matmul, bias, tanh, cross entropy and their gradients, gathered over the steps",
    RFC,
)
def mlp_eager(lab: Lab) -> Outputs:
    return train(lab.tf, networks.mlp, eagerly)


@_staged(
    "train.mlp.function",
    "the same in a tf.function",
    "as eager; graph rewriting may fuse and fold operations",
    RFC,
)
def mlp_function(lab: Lab) -> Outputs:
    return train(lab.tf, networks.mlp, as_function)


@_staged(
    "train.mlp.xla",
    "the same compiled by XLA",
    "XLA fuses and reorders; on a GPU it may pick kernels by timing",
    RFC,
)
def mlp_xla(lab: Lab) -> Outputs:
    return train(lab.tf, networks.mlp, by_xla)


@_staged(
    "train.mlp.mixed",
    "the same in a tf.function, computing in float16 and updating float32 weights",
    "kernels for float16, tensor cores, and where sums are kept in float32",
    MIXED,
)
def mlp_mixed(lab: Lab) -> Outputs:
    return train(lab.tf, networks.mlp_mixed, as_function)


@_staged(
    "train.cnn.eager",
    "eight steps with momentum on a convolution, ReLU, average pooling and a dense layer",
    "the algorithm of each convolution and its gradients; the gradients of bias and pooling",
    RFC,
)
def cnn_eager(lab: Lab) -> Outputs:
    return train(lab.tf, networks.cnn, eagerly, momentum)


@_staged(
    "train.cnn.function",
    "the same in a tf.function",
    "as eager; convolution, bias and ReLU may be fused",
    RFC,
)
def cnn_function(lab: Lab) -> Outputs:
    return train(lab.tf, networks.cnn, as_function, momentum)


@_staged(
    "train.cnn.xla",
    "the same compiled by XLA",
    "XLA fuses and reorders; on a GPU it may pick kernels by timing",
    RFC,
)
def cnn_xla(lab: Lab) -> Outputs:
    return train(lab.tf, networks.cnn, by_xla, momentum)


@_staged(
    "train.cnn.mixed",
    "the same in a tf.function, computing in float16 and updating float32 weights",
    "kernels for float16, tensor cores, and where sums are kept in float32",
    MIXED,
)
def cnn_mixed(lab: Lab) -> Outputs:
    return train(lab.tf, networks.cnn_mixed, as_function, momentum)


@_staged(
    "train.lstm.eager",
    "eight steps of gradient descent on a Keras LSTM and a dense layer, eagerly",
    "cuDNN or a loop over the steps; cuDNN may pick its algorithm by timing",
    CUDNN_LSTM,
)
def lstm_eager(lab: Lab) -> Outputs:
    return train(lab.tf, networks.lstm, eagerly)


@_staged(
    "train.lstm.function",
    "the same in a tf.function",
    "as eager; graph rewriting may fuse and fold operations",
    CUDNN_LSTM,
)
def lstm_function(lab: Lab) -> Outputs:
    return train(lab.tf, networks.lstm, as_function)


@_staged(
    "train.lstm.xla",
    "the same cell in a loop, compiled by XLA",
    "XLA fuses and reorders; never cuDNN",
    CUDNN_LSTM,
)
def lstm_xla(lab: Lab) -> Outputs:
    return train(lab.tf, networks.lstm_loop, by_xla)


@_staged(
    "train.keras_fit",
    "Sequential.fit with Dropout and shuffling, nothing fixed but the seed; weights and losses",
    "initialisers, the order of rows, dropout masks and arithmetic; Keras 3 may compile with XLA",
    "tensorflow.org/api_docs/python/tf/keras/utils/set_random_seed",
)
def keras_fit(lab: Lab) -> Outputs:
    keras = lab.tf.keras
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(CLASSES),
        ]
    )
    model.build((None, FEATURES))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="sgd", loss=loss)
    stages: dict[str, object] = {"weights0": flat(model.get_weights())}

    def remember(epoch: int, logs: object) -> None:  # noqa: ARG001 - the shape of a callback
        stages[f"epoch{epoch + 1}"] = flat(model.get_weights())

    history = model.fit(
        fixed("fit.rows", ROWS, FEATURES),
        labels("fit.labels", ROWS, CLASSES),
        batch_size=BATCH,
        epochs=EPOCHS,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=remember)],
    )
    stages["losses"] = np.array(history.history["loss"], dtype=np.float64)
    return stages
