"""The important computations again, compiled by XLA.

Where the eager operation gives the same bits in every run on every device, it is there beside:
then one sees whether XLA keeps its bits. A scatter or segment sum on a GPU would only drown XLA's
answer in its own race.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.inputs import fixed, labels
from probe.material.tracing import compiled
from probe.registry import case

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from probe.registry import Body, Case, Lab, Outputs

XLA = "openxla.org/xla/determinism"
SCATTER = "github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md"
IMAGES, KERNEL, RESULT = (8, 16, 16, 8), (3, 3, 8, 16), (8, 16, 16, 16)
UPDATES, PLACES, WIDTH = 4000, 50, 8
DRAWS = 10_000


def _xla(name: str, exercises: str, may_vary: str, source: str = XLA) -> Callable[[Body], Case]:
    return case(f"xla.{name}", family="xla", exercises=exercises, may_vary=may_vary, source=source)


@_xla(
    "matmul",
    "tf.matmul of 512 x 700 and 700 x 300, float32, eagerly and compiled",
    "the library that XLA calls, or its own loops; on a GPU the choice may be timed",
)
def xla_matmul(lab: Lab) -> Outputs:
    left, right = fixed("matmul.left", 512, 700), fixed("matmul.right", 700, 300)
    return _both(lab.tf, lab.tf.matmul, left, right)


@_xla(
    "softmax",
    "tf.nn.softmax of 250 x 1000 float32 values, eagerly and compiled",
    "another exponential, and sums in another order",
)
def xla_softmax(lab: Lab) -> Outputs:
    return _both(lab.tf, lab.tf.nn.softmax, fixed("xla.softmax", 250, 1000))


@_xla(
    "reduce_sum",
    "tf.reduce_sum of 8 rows of 65536 float32 values, eagerly and compiled",
    "how the sum is split; older XLA for GPUs adds parts with atomics",
)
def xla_reduce_sum(lab: Lab) -> Outputs:
    tf = lab.tf
    return _both(tf, lambda x: tf.reduce_sum(x, axis=1), fixed("xla.reduce_sum", 8, 65_536))


@_xla(
    "conv2d.grad",
    "gradient of tf.nn.conv2d for its kernel, compiled",
    "the algorithm of the convolution, which XLA for GPUs picks by timing",
)
def xla_conv2d_grad(lab: Lab) -> object:
    tf = lab.tf

    def gradient(images: Any, kernel: Any, upstream: Any) -> Any:  # noqa: ANN401 - tensors
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            result = tf.nn.conv2d(images, kernel, strides=1, padding="SAME")
        return tape.gradient(result, kernel, upstream)

    arrays = (fixed("xla.images", *IMAGES), fixed("xla.kernel", *KERNEL))
    return _one(tf, gradient, *arrays, fixed("xla.upstream", *RESULT))


@_xla(
    "scatter",
    "tf.tensor_scatter_nd_add of 4000 rows into 50 places, compiled",
    "rows for one place are added in any order where a GPU scatters with atomics",
    SCATTER,
)
def xla_scatter(lab: Lab) -> object:
    tf, ids = lab.tf, labels("xla.places", UPDATES, PLACES)
    target, rows = fixed("xla.target", PLACES, WIDTH), fixed("xla.rows", UPDATES, WIDTH)

    def scatter(target: Any, places: Any, rows: Any) -> Any:  # noqa: ANN401 - tensors
        return tf.tensor_scatter_nd_add(target, places[:, None], rows)

    return _one(tf, scatter, target, ids, rows)


@_xla(
    "segment_sum",
    "tf.math.unsorted_segment_sum of 4000 rows in 50 segments, compiled",
    "it becomes a scatter, with the same atomics on a GPU",
    SCATTER,
)
def xla_segment_sum(lab: Lab) -> object:
    tf, ids = lab.tf, labels("xla.places", UPDATES, PLACES)

    def segment_sum(rows: Any, places: Any) -> Any:  # noqa: ANN401 - tensors
        return tf.math.unsorted_segment_sum(rows, places, PLACES)

    return _one(tf, segment_sum, fixed("xla.rows", UPDATES, WIDTH), ids)


@_xla(
    "gather_grad",
    "gradient of tf.gather of 4000 rows from a table of 50, compiled",
    "rows that were gathered often get their gradients added by a scatter",
    SCATTER,
)
def xla_gather_grad(lab: Lab) -> object:
    tf, ids = lab.tf, labels("xla.places", UPDATES, PLACES)

    def gradient(table: Any, places: Any, upstream: Any) -> Any:  # noqa: ANN401 - tensors
        with tf.GradientTape() as tape:
            tape.watch(table)
            rows = tf.gather(table, places)
        return tf.convert_to_tensor(tape.gradient(rows, table, upstream))

    table, upstream = fixed("xla.target", PLACES, WIDTH), fixed("xla.rows", UPDATES, WIDTH)
    return _one(tf, gradient, table, ids, upstream)


@_xla(
    "cross_entropy.grad",
    "gradient of tf.nn.sparse_softmax_cross_entropy_with_logits, 256 x 100, compiled",
    "exponential and sums, fused with the division",
)
def xla_cross_entropy_grad(lab: Lab) -> object:
    tf = lab.tf

    def gradient(logits: Any, targets: Any) -> Any:  # noqa: ANN401 - tensors
        with tf.GradientTape() as tape:
            tape.watch(logits)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
        return tape.gradient(losses, logits)

    return _one(tf, gradient, fixed("xla.logits", 256, 100), labels("xla.targets", 256, 100))


@_xla(
    "layer_norm",
    "layer normalisation of 128 x 256 values written out, eagerly and compiled",
    "mean, variance and scaling become one fused loop; reciprocal square root",
)
def xla_layer_norm(lab: Lab) -> Outputs:
    tf = lab.tf

    def normalise(x: Any, scale: Any) -> Any:  # noqa: ANN401 - tensors
        mean, variance = tf.nn.moments(x, axes=[1], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-5) * scale

    return _both(tf, normalise, fixed("xla.norm", 128, 256), fixed("xla.scale", 256))


@_xla(
    "fusion",
    "x * y + z, then exp, tanh, log1p and a division, eagerly and compiled",
    "fused multiply-add, and XLA's own polynomials for exp, tanh and log1p",
)
def xla_fusion(lab: Lab) -> Outputs:
    tf = lab.tf

    def chain(x: Any, y: Any, z: Any) -> Any:  # noqa: ANN401 - tensors
        value = tf.tanh(tf.exp(x * y + z))
        return value / (1.5 + tf.math.log1p(tf.abs(z)))

    return _both(tf, chain, *(fixed(f"xla.fusion.{name}", 20_000) for name in "xyz"))


@case(
    "random.normal.xla",
    family="xla",
    exercises="tf.random.normal in a function compiled by XLA, re-seeded before each of two calls",
    may_vary="XLA ignores TensorFlow's seeds for stateful draws, a documented limit: it draws anew",
    source="tensorflow.org/xla/known_issues, Random number generation ignores TF seed",
)
def normal_xla(lab: Lab) -> Outputs:
    tf = lab.tf
    draw = compiled(tf, lambda: tf.random.normal([DRAWS]))
    drawn = {}
    for name in ("first", "second"):
        tf.random.set_seed(lab.seed)
        drawn[name] = draw()
    return drawn


def _one(tf: ModuleType, function: Callable[..., object], *arrays: object) -> object:
    return compiled(tf, function)(*map(tf.constant, arrays))


def _both(tf: ModuleType, function: Callable[..., object], *arrays: object) -> Outputs:
    eager = function(*map(tf.constant, arrays))
    return {"eager": eager, "xla": _one(tf, function, *arrays)}
