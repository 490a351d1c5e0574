"""Recurrent layers with fixed weights and inputs.

Keras 2 and 3 keep the same weights in the same order here: kernel, recurrent kernel, bias; a GRU's
bias has two rows, since its reset gate acts after the product. The layers start from zeros, so no
random number is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from probe.material.gradients import upstream
from probe.material.inputs import fixed, labels
from probe.registry import case

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

BATCH, STEPS, FEATURES, UNITS = 8, 8, 16, 32
GATES = {"LSTM": 4, "GRU": 3}
MASKED = "github.com/tensorflow/tensorflow/issues/60192"
UNMASKED = "github.com/tensorflow/tensorflow/issues/59281"


@case(
    "keras.lstm",
    family="rnn",
    exercises="the Keras LSTM layer, forward and gradients for input and weights",
    may_vary="cuDNN or a loop over the steps; fused kernels; the order gradients are added in",
    source=UNMASKED,
)
def lstm(lab: Lab) -> Outputs:
    return _outputs(_trained(lab.tf, _layer(lab.tf, "LSTM"), _input(lab.tf)))


@case(
    "keras.lstm.masked",
    family="rnn",
    exercises="the same with sequences of 1 to 8 steps, padded on the right and masked",
    may_vary="as keras.lstm; cuDNN 8.1 to 8.9.0 corrupts what is masked",
    source=MASKED,
)
def lstm_masked(lab: Lab) -> Outputs:
    tf = lab.tf
    return _outputs(_trained(tf, _layer(tf, "LSTM"), _input(tf), tf.constant(_right_padded())))


@case(
    "keras.lstm.function",
    family="rnn",
    exercises="the computation of keras.lstm in a tf.function",
    may_vary="as keras.lstm; the graph may choose another implementation and fuse its operations",
    source=UNMASKED,
)
def lstm_function(lab: Lab) -> Outputs:
    tf = lab.tf
    layer = _layer(tf, "LSTM")
    return _outputs(tf.function(lambda x: _trained(tf, layer, x))(_input(tf)))


@case(
    "keras.gru",
    family="rnn",
    exercises="the Keras GRU layer, forward and gradients for input and weights",
    may_vary="cuDNN or a loop over the steps; fused kernels; the order gradients are added in",
    source=UNMASKED,
)
def gru(lab: Lab) -> Outputs:
    return _outputs(_trained(lab.tf, _layer(lab.tf, "GRU"), _input(lab.tf)))


@case(
    "keras.gru.masked",
    family="rnn",
    exercises="the same with sequences of 1 to 8 steps, padded on the right and masked",
    may_vary="as keras.gru; cuDNN 8.1 to 8.9.0 corrupts what is masked",
    source=MASKED,
)
def gru_masked(lab: Lab) -> Outputs:
    tf = lab.tf
    return _outputs(_trained(tf, _layer(tf, "GRU"), _input(tf), tf.constant(_right_padded())))


@case(
    "keras.bidirectional_lstm",
    family="rnn",
    exercises="the Keras Bidirectional layer around an LSTM, forward and gradient for its input",
    may_vary="as keras.lstm",
    source=UNMASKED,
)
def bidirectional_lstm(lab: Lab) -> Outputs:
    tf = lab.tf
    layer = tf.keras.layers.Bidirectional(_layer(tf, "LSTM"))
    x = _input(tf)
    layer.build(x.shape)
    layer.set_weights(_weights("LSTM") + _weights("LSTM", "backwards."))
    sequence, by_input, *_ = _trained(tf, layer, x)
    return {"sequence": sequence, "grad_input": by_input}


def _layer(tf: ModuleType, kind: str) -> Any:  # noqa: ANN401 - a Keras layer
    layer = getattr(tf.keras.layers, kind)(
        UNITS,
        return_sequences=True,
        kernel_initializer="zeros",
        recurrent_initializer="zeros",
    )
    layer.build((BATCH, STEPS, FEATURES))
    layer.set_weights(_weights(kind))
    return layer


def _weights(kind: str, prefix: str = "") -> list[NDArray[Any]]:
    name, width = prefix + kind.lower(), GATES[kind] * UNITS
    bias = (2, width) if kind == "GRU" else (width,)
    return [
        fixed(f"{name}.kernel", FEATURES, width) / 4,
        fixed(f"{name}.recurrent", UNITS, width) / 4,
        fixed(f"{name}.bias", *bias),
    ]


def _input(tf: ModuleType) -> Any:  # noqa: ANN401 - a tensor
    return tf.constant(fixed("lstm.input", BATCH, STEPS, FEATURES))


def _right_padded() -> NDArray[np.bool_]:
    """Return a mask of shape (BATCH, STEPS), each row true from its first step to its last one."""
    lengths = 1 + labels("rnn.lengths", BATCH, STEPS)
    return np.arange(STEPS) < lengths[:, None]


def _trained(tf: ModuleType, layer: Any, x: Any, mask: Any = None) -> list[Any]:  # noqa: ANN401 - Keras and tensors
    """Return what `layer` gives for `x`, then the gradients for `x` and each weight."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        sequence = layer(x, mask=mask)
    sources = [x, *layer.trainable_weights]
    return [sequence, *tape.gradient(sequence, sources, upstream(tf, "lstm", sequence))]


def _outputs(produced: list[Any]) -> Outputs:
    sequence, by_input, kernel, recurrent, bias = produced
    return {
        "sequence": sequence,
        "grad_input": by_input,
        "grad_kernel": kernel,
        "grad_recurrent": recurrent,
        "grad_bias": bias,
    }
