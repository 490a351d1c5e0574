"""Recurrent layers with fixed weights and inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs

BATCH, STEPS, FEATURES, UNITS = 8, 12, 16, 32


@case(
    "keras.lstm",
    family="rnn",
    exercises="the Keras LSTM layer, forward and gradients for input and weights",
    may_vary="cuDNN or a loop over the steps; fused kernels; the order gradients are added in",
    source="github.com/tensorflow/tensorflow/issues/59281",
)
def lstm(lab: Lab) -> Outputs:
    tf = lab.tf
    layer = tf.keras.layers.LSTM(UNITS, return_sequences=True)
    x = tf.constant(fixed("lstm.input", BATCH, STEPS, FEATURES))
    layer.build(x.shape)
    layer.set_weights(
        [
            fixed("lstm.kernel", FEATURES, 4 * UNITS) / 4,
            fixed("lstm.recurrent", UNITS, 4 * UNITS) / 4,
            fixed("lstm.bias", 4 * UNITS),
        ]
    )
    with tf.GradientTape() as tape:
        tape.watch(x)
        sequence = layer(x)
        loss = tf.reduce_sum(sequence * fixed("lstm.upstream", BATCH, STEPS, UNITS))
    by_input, *by_weights = tape.gradient(loss, [x, *layer.trainable_weights])
    kernel, recurrent, bias = by_weights
    return {
        "sequence": sequence,
        "grad_input": by_input,
        "grad_kernel": kernel,
        "grad_recurrent": recurrent,
        "grad_bias": bias,
    }
