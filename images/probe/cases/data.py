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
    "data.map.stateless_parallel",
    family="data",
    exercises="Dataset.map in four parallel calls over a stateless draw, the element in its seed",
    may_vary="nothing races: the documented remedy for data.map.parallel",
    source="tensorflow.org/api_docs/python/tf/config/experimental/enable_op_determinism",
)
def map_stateless_parallel(lab: Lab) -> object:
    tf = lab.tf

    def draw(element: Any) -> Any:  # noqa: ANN401 - tensors
        seed = tf.stack([tf.constant(lab.seed, tf.int64), element])
        first = tf.random.stateless_uniform([], seed)
        with tf.control_dependencies([_work(tf, first, element)]):
            return tf.stack([first, tf.random.stateless_normal([], seed)])

    numbers = tf.data.Dataset.range(ELEMENTS)
    return _all(_own_threads(tf, numbers.map(draw, num_parallel_calls=PARALLEL)))


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


@case(
    "data.shuffle.epochs",
    family="data",
    exercises="two passes over Dataset.shuffle, with and without reshuffle_each_iteration",
    may_vary="what a second pass is seeded with",
    source="tensorflow.org/api_docs/python/tf/data/Dataset#shuffle",
)
def shuffle_epochs(lab: Lab) -> Outputs:
    numbers = lab.tf.data.Dataset.range(ELEMENTS)
    fresh = numbers.shuffle(64, seed=7, reshuffle_each_iteration=True)
    kept = numbers.shuffle(64, seed=7, reshuffle_each_iteration=False)
    return {
        "reshuffled_first": _all(fresh),
        "reshuffled_second": _all(fresh),
        "kept_first": _all(kept),
        "kept_second": _all(kept),
    }


@case(
    "data.interleave.parallel",
    family="data",
    exercises="Dataset.interleave of uneven pieces in four parallel calls, order kept by default",
    may_vary="the order, were `deterministic` not on by default",
    source="tensorflow.org/api_docs/python/tf/data/Dataset#interleave",
)
def interleave_parallel(lab: Lab) -> object:
    tf = lab.tf

    def piece(start: Any) -> Any:  # noqa: ANN401 - a tensor, a dataset
        numbers = tf.data.Dataset.range(start * 1000, start * 1000 + 10 + start)
        return numbers.map(lambda number: _after_work(tf, number))

    pieces = tf.data.Dataset.range(10)
    mixed = pieces.interleave(piece, cycle_length=4, block_length=3, num_parallel_calls=PARALLEL)
    return _all(_own_threads(tf, mixed))


@case(
    "data.sample_from_datasets",
    family="data",
    exercises="sample_from_datasets of three datasets with weights, global and own seed",
    may_vary="a changed seed rule, or a changed way from draw and weights to a dataset",
    source="tensorflow.org/api_docs/python/tf/data/Dataset#sample_from_datasets",
)
def sample_from_datasets(lab: Lab) -> Outputs:
    tf = lab.tf
    newer = getattr(tf.data.Dataset, "sample_from_datasets", None)  # from 2.7
    sample: Any = newer or need(tf, "data.experimental.sample_from_datasets")
    parts = [tf.data.Dataset.range(start, start + 100) for start in (0, 1000, 2000)]
    weights = [0.5, 0.3, 0.2]
    return {
        "seeded": _all(sample(parts, weights, seed=7)),
        "unseeded": _all(sample(parts, weights)),
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


def _after_work(tf: ModuleType, number: Any) -> Any:  # noqa: ANN401 - tensors
    with tf.control_dependencies([_work(tf, 0.5, number)]):
        return tf.identity(number)


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
