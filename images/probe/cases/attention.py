"""Attention with fixed weights: Keras's layer, and the same steps by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.gradients import backward, upstream
from probe.material.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Lab, Outputs

BATCH, QUERIES, KEYS, HEADS, DEPTH = 4, 48, 56, 4, 16
WIDTH = HEADS * DEPTH
PROJECTIONS = ("query", "key", "value")


@case(
    "keras.multi_head_attention",
    family="rnn",
    exercises="the Keras MultiHeadAttention layer with fixed weights, forward and input gradients",
    may_vary="the einsums and softmax it is made of; Keras may take a fused attention instead",
    source="tensorflow.org/api_docs/python/tf/keras/layers/MultiHeadAttention",
)
def multi_head_attention(lab: Lab) -> Outputs:
    tf = lab.tf
    layer = tf.keras.layers.MultiHeadAttention(HEADS, DEPTH, kernel_initializer="zeros")
    query = tf.constant(fixed("attention.input", BATCH, QUERIES, WIDTH))
    value = tf.constant(fixed("attention.memory", BATCH, KEYS, WIDTH))
    layer(query, value)  # before Keras 3, only a call makes the weights
    layer.set_weights(_weights())
    with tf.GradientTape() as tape:
        tape.watch([query, value])
        attended = layer(query, value)
    above = upstream(tf, "attention", attended)
    by_query, by_value = tape.gradient(attended, [query, value], above)
    return {"forward": attended, "grad_query": by_query, "grad_value": by_value}


@case(
    "attention.dot",
    family="rnn",
    exercises="softmax(Q K^T / sqrt(d)) V by hand, forward and gradients for Q, K and V",
    may_vary="batched products, TF32, and the softmax between them",
    source="docs.nvidia.com/cuda/cublas, 2.1.4 Results Reproducibility",
)
def dot(lab: Lab) -> Outputs:
    tf = lab.tf

    def attend(query: Any, key: Any, value: Any) -> Any:  # noqa: ANN401 - tensors
        scores = tf.matmul(query, key, transpose_b=True) / DEPTH**0.5
        return tf.matmul(tf.nn.softmax(scores), value)

    inputs = (
        4 * fixed("attention.query", BATCH, HEADS, QUERIES, DEPTH),
        4 * fixed("attention.key", BATCH, HEADS, KEYS, DEPTH),
        fixed("attention.value", BATCH, HEADS, KEYS, DEPTH),
    )
    attended, gradients = backward(tf, "attention.dot", attend, *inputs)
    by_query, by_key, by_value = gradients
    return {"forward": attended, "query": by_query, "key": by_key, "value": by_value}


def _weights() -> list[NDArray[Any]]:
    """Return kernel and bias for query, key, value and output: the order in Keras 2 and 3."""
    weights: list[NDArray[Any]] = []
    for name in PROJECTIONS:
        weights.append(fixed(f"attention.{name}.kernel", WIDTH, HEADS, DEPTH) / 4)
        weights.append(fixed(f"attention.{name}.bias", HEADS, DEPTH))
    return [
        *weights,
        fixed("attention.output.kernel", HEADS, DEPTH, WIDTH) / 4,
        fixed("attention.output.bias", WIDTH),
    ]
