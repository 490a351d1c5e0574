"""Many values into few places: scatter, and the gradients of gather and embedding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.crowding import COUNT, PLACES, places, values
from probe.material.gradients import backward, upstream
from probe.material.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs

STATUS = "github.com/NVIDIA/framework-reproducibility doc/d9m/tensorflow_status.md"
WIDTH = 8
ROWS = COUNT // WIDTH


@case(
    "scatter.nd",
    family="scatter",
    exercises="tf.scatter_nd of 200,000 float32 values into 64 places",
    may_vary="every value is added by an atomic of its own on a GPU",
    source=f"{STATUS}, Scatter ND",
)
def scatter_nd(lab: Lab) -> object:
    return lab.tf.scatter_nd(places()[:, None], values(), [PLACES])


@case(
    "scatter.tensor_add",
    family="scatter",
    exercises="tf.tensor_scatter_nd_add and tf.tensor_scatter_nd_sub, 200,000 values to 64 places",
    may_vary="as scatter.nd",
    source=f"{STATUS}, Scatter ND",
)
def tensor_scatter_add(lab: Lab) -> Outputs:
    tf = lab.tf
    start, indices = tf.constant(fixed("scatter.start", PLACES)), places()[:, None]
    return {
        "add": tf.tensor_scatter_nd_add(start, indices, values()),
        "sub": tf.tensor_scatter_nd_sub(start, indices, values()),
    }


@case(
    "scatter.variable_add",
    family="scatter",
    exercises="tf.Variable.scatter_add (ResourceScatterAdd) of 200,000 values to 64 places",
    may_vary="threads take turns in no fixed order, on a CPU too; from 2.8 determinism stops that",
    source="github.com/tensorflow/tensorflow tensorflow/core/kernels/scatter_functor.h",
)
def variable_scatter_add(lab: Lab) -> object:
    tf = lab.tf
    variable = tf.Variable(fixed("scatter.start", PLACES))
    variable.scatter_add(tf.IndexedSlices(tf.constant(values()), tf.constant(places())))
    return variable.read_value()


@case(
    "gather.grad",
    family="scatter",
    exercises="gradient of tf.gather for 64 rows, each taken about 390 times, made dense",
    may_vary="it is summed by unsorted_segment_sum, so as that",
    source=f"{STATUS}, Gather",
)
def gather_grad(lab: Lab) -> object:
    tf = lab.tf
    picked = tf.constant(places()[:ROWS])
    table = fixed("gather.table", PLACES, WIDTH)
    _, (by_table,) = backward(tf, "gather", lambda rows: tf.gather(rows, picked), table)
    return tf.convert_to_tensor(by_table)


@case(
    "embedding.grad",
    family="scatter",
    exercises="gradient of the Keras Embedding layer with fixed weights, made dense",
    may_vary="as gather.grad; Keras 3 gathers in another way than Keras 2",
    source=f"{STATUS}, Gather",
)
def embedding_grad(lab: Lab) -> object:
    tf = lab.tf
    layer = tf.keras.layers.Embedding(PLACES, WIDTH, embeddings_initializer="zeros")
    layer.build((ROWS,))
    layer.set_weights([fixed("gather.table", PLACES, WIDTH)])
    with tf.GradientTape() as tape:
        rows = layer(tf.constant(places()[:ROWS]))
    (by_weights,) = tape.gradient(rows, layer.trainable_weights, upstream(tf, "gather", rows))
    return tf.convert_to_tensor(by_weights)
