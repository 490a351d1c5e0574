"""The networks that are trained, each with fixed weights, inputs and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.inputs import fixed, labels
from probe.material.training import Task

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

CLASSES = 10
ROWS, FEATURES, HIDDEN = 64, 64, 96
IMAGES, SIDE, COLOURS, FILTERS = 32, 12, 3, 8
FLAT = (SIDE // 2) ** 2 * FILTERS
SEQUENCES, TIMES, INPUTS, UNITS = 16, 4, 12, 16


def mlp(tf: ModuleType) -> Task:
    """Two dense layers with a tanh between them."""
    return _mlp(tf, "float32")


def mlp_mixed(tf: ModuleType) -> Task:
    """The same, computing in float16 from float32 weights."""
    return _mlp(tf, "float16")


def cnn(tf: ModuleType) -> Task:
    """A convolution, bias, ReLU, average pooling and a dense layer.

    Not maximum pooling: its gradient is what a deterministic XLA refuses to compile for a GPU
    (openxla.org/xla/determinism).
    """
    return _cnn(tf, "float32")


def cnn_mixed(tf: ModuleType) -> Task:
    """The same, computing in float16 from float32 weights."""
    return _cnn(tf, "float16")


def lstm(tf: ModuleType) -> Task:
    """A Keras LSTM, for which Keras takes cuDNN on a GPU, and a dense layer."""
    return _lstm(tf, tf.keras.layers.LSTM(UNITS))


def lstm_loop(tf: ModuleType) -> Task:
    """The same cell in a loop, since XLA cannot compile a call of cuDNN."""
    layers = tf.keras.layers
    return _lstm(tf, layers.RNN(layers.LSTMCell(UNITS)))


def _mlp(tf: ModuleType, dtype: str) -> Task:
    first = _variable(tf, "train.first", FEATURES, HIDDEN)
    first_bias = _variable(tf, "train.first_bias", HIDDEN)
    second = _variable(tf, "train.second", HIDDEN, CLASSES)
    second_bias = _variable(tf, "train.second_bias", CLASSES)

    def logits(rows: Any) -> Any:  # noqa: ANN401 - tensors
        w1, b1, w2, b2, x = _cast(tf, dtype, first, first_bias, second, second_bias, rows)
        hidden = tf.nn.tanh(tf.matmul(x, w1) + b1)
        return tf.cast(tf.matmul(hidden, w2) + b2, tf.float32)

    return Task(
        inputs=tf.constant(fixed("train.images", ROWS, FEATURES)),
        labels=tf.constant(labels("train.labels", ROWS, CLASSES)),
        weights=[first, first_bias, second, second_bias],
        logits=logits,
    )


def _cnn(tf: ModuleType, dtype: str) -> Task:
    kernel = _variable(tf, "train.kernel", 3, 3, COLOURS, FILTERS)
    bias = _variable(tf, "train.kernel_bias", FILTERS)
    dense = _variable(tf, "train.dense", FLAT, CLASSES)

    def logits(pictures: Any) -> Any:  # noqa: ANN401 - tensors
        k, b, d, x = _cast(tf, dtype, kernel, bias, dense, pictures)
        maps = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, k, strides=1, padding="SAME"), b))
        pooled = tf.nn.avg_pool2d(maps, ksize=2, strides=2, padding="VALID")
        return tf.cast(tf.matmul(tf.reshape(pooled, [IMAGES, FLAT]), d), tf.float32)

    return Task(
        inputs=tf.constant(fixed("train.pictures", IMAGES, SIDE, SIDE, COLOURS)),
        labels=tf.constant(labels("train.picture_labels", IMAGES, CLASSES)),
        weights=[kernel, bias, dense],
        logits=logits,
    )


def _lstm(tf: ModuleType, layer: Any) -> Task:  # noqa: ANN401 - a Keras layer
    layer.build((SEQUENCES, TIMES, INPUTS))
    layer.set_weights(
        [
            fixed("train.lstm_kernel", INPUTS, 4 * UNITS) / 4,
            fixed("train.lstm_recurrent", UNITS, 4 * UNITS) / 4,
            fixed("train.lstm_bias", 4 * UNITS),
        ]
    )
    dense = _variable(tf, "train.lstm_dense", UNITS, CLASSES)
    return Task(
        inputs=tf.constant(fixed("train.sequences", SEQUENCES, TIMES, INPUTS)),
        labels=tf.constant(labels("train.sequence_labels", SEQUENCES, CLASSES)),
        weights=[*layer.trainable_weights, dense],
        logits=lambda sequences: tf.matmul(layer(sequences), dense),
    )


def _variable(tf: ModuleType, name: str, *shape: int) -> Any:  # noqa: ANN401 - a tf.Variable
    return tf.Variable(fixed(name, *shape) / 8)


def _cast(tf: ModuleType, dtype: str, *arrays: Any) -> list[Any]:  # noqa: ANN401 - tensors
    return [tf.cast(array, dtype) for array in arrays]
