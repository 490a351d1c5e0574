"""tf.data pipelines: whose turn it is to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.registry import case, need

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from probe.registry import Lab, Outputs

ELEMENTS = 400
PARALLEL = 4
SIDE = 16


@case(
    "data.map.parallel",
    family="data",
    exercises="Dataset.map in four parallel calls over a stateful random operation, order kept",
    may_vary="the calls race for the operation's state: each element gets whichever draw is next",
    source="tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism",
)
def map_parallel(lab: Lab) -> object:
    return _drawn(lab, PARALLEL)


@case(
    "data.map.sequential",
    family="data",
    exercises="the same Dataset.map, one call after another",
    may_vary="only a changed seed rule or stream",
    source="tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism",
)
def map_sequential(lab: Lab) -> object:
    return _drawn(lab, None)


@case(
    "data.shuffle",
    family="data",
    exercises="Dataset.shuffle with a seed of its own and with the global seed only",
    may_vary="a changed seed rule or shuffle",
    source="tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism",
)
def shuffle(lab: Lab) -> Outputs:
    tf = lab.tf
    numbers = tf.data.Dataset.range(ELEMENTS)
    return {
        "seeded": _all(numbers.shuffle(64, seed=7)),
        "unseeded": _all(numbers.shuffle(64)),
    }


def _drawn(lab: Lab, parallel: int | None) -> object:
    """Return two draws per element, float32 of shape (ELEMENTS, 2), in the elements' order.

    Work between the two draws makes the calls overlap; its time differs between elements.
    """
    tf = lab.tf

    def draw_twice(element: Any) -> Any:  # noqa: ANN401 - tensors
        first = tf.random.uniform([])
        with tf.control_dependencies([_work(tf, first, element)]):
            return tf.stack([first, tf.random.uniform([])])

    numbers = tf.data.Dataset.range(ELEMENTS)
    return _all(_own_threads(tf, numbers.map(draw_twice, num_parallel_calls=parallel)))


def _work(tf: ModuleType, first: Any, element: Any) -> Any:  # noqa: ANN401 - tensors
    matrix = tf.fill([SIDE, SIDE], first)
    for _ in range(4):
        matrix = tf.tanh(tf.matmul(matrix, matrix))
    return matrix + tf.cast(element, tf.float32)


def _own_threads(tf: ModuleType, dataset: Any) -> Any:  # noqa: ANN401 - a dataset
    """Give the pipeline as many threads as it has parallel calls, whatever `--threads` is."""
    options = tf.data.Options()
    threading = getattr(options, "threading", None) or getattr(
        options, "experimental_threading", None
    )
    if threading is None:
        need(tf, "data.Options.threading")
    else:
        threading.private_threadpool_size = PARALLEL
    return dataset.with_options(options)


def _all(dataset: Any) -> object:  # noqa: ANN401 - a dataset
    return next(iter(dataset.batch(ELEMENTS)))
