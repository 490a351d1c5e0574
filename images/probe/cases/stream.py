"""Random streams: what a seed gives. No arithmetic beyond what makes the numbers.

This module holds the rules that join a seed to a draw, all told with `tf.random.normal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.registry import case

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from probe.registry import Lab, Outputs

COUNT = 10_000
OP_SEED = 7


@case(
    "random.normal.eager",
    family="stream",
    exercises="tf.random.normal, seeded by tf.random.set_seed, twice in one process",
    may_vary="a changed seed rule, generator or transform to the normal distribution",
    source="tensorflow.org/api_docs/python/tf/random/set_seed",
)
def normal_eager(lab: Lab) -> Outputs:
    draw = _normal(lab.tf)
    return {"first": _seeded(lab, draw), "second": _seeded(lab, draw)}


@case(
    "random.normal.function",
    family="stream",
    exercises="tf.random.normal eagerly and in a tf.function, re-seeded before each",
    may_vary="a function takes its operation seeds from its graph, when traced",
    source="tensorflow.org/api_docs/python/tf/random/set_seed",
)
def normal_function(lab: Lab) -> Outputs:
    draw = _normal(lab.tf)
    return {"eager": _seeded(lab, draw), "function": _seeded(lab, lab.tf.function(draw))}


@case(
    "random.normal.function.reseeded",
    family="stream",
    exercises="one traced function, re-seeded with the same and another seed; two of the same body",
    may_vary="the global seed is captured in tracing; setting it later only resets counters",
    source="github.com/tensorflow/tensorflow/issues/33297",
)
def normal_function_reseeded(lab: Lab) -> Outputs:
    tf = lab.tf
    draw = _normal(tf)
    traced = tf.function(draw)
    first, second = _seeded(lab, traced), _seeded(lab, traced)
    tf.random.set_seed(lab.seed + 1)
    other_seed = traced()
    tf.random.set_seed(lab.seed)
    return {
        "first": first,
        "second": second,
        "other_seed": other_seed,
        "function_a": tf.function(draw)(),
        "function_b": tf.function(_normal(tf))(),
    }


@case(
    "random.normal.op_seed",
    family="stream",
    exercises="tf.random.normal with an operation seed as well; two draws in a row",
    may_vary="a changed rule for joining the two seeds",
    source="github.com/tensorflow/tensorflow/issues/33034",
)
def normal_op_seed(lab: Lab) -> Outputs:
    draw = _normal(lab.tf, OP_SEED)
    return {"first": _seeded(lab, draw), "second": draw()}


@case(
    "random.normal.function.op_seed",
    family="stream",
    exercises="the same operation seed eagerly and in a tf.function, re-seeded before each",
    may_vary="with both seeds given, only a rule that differs between the two modes",
    source="tensorflow.org/api_docs/python/tf/random/set_seed",
)
def normal_function_op_seed(lab: Lab) -> Outputs:
    draw = _normal(lab.tf, OP_SEED)
    return {"eager": _seeded(lab, draw), "function": _seeded(lab, lab.tf.function(draw))}


@case(
    "random.normal.unseeded_op",
    family="stream",
    exercises="tf.random.normal with an operation seed only: the global seed is None",
    may_vary="a default global seed stands in: a changed default, or a draw that ignores it",
    source="tensorflow.org/api_docs/python/tf/random/set_seed",
)
def normal_unseeded_op(lab: Lab) -> Outputs:
    tf = lab.tf
    draw = _normal(tf, OP_SEED)
    tf.random.set_seed(None)
    try:
        return {"first": draw(), "second": draw()}
    finally:
        tf.random.set_seed(lab.seed)


def _normal(tf: ModuleType, seed: int | None = None) -> Callable[[], object]:
    """Return a new function each time, so that each is traced for itself."""

    def draw() -> object:
        return tf.random.normal([COUNT], seed=seed)

    return draw


def _seeded(lab: Lab, draw: Callable[[], object]) -> object:
    lab.tf.random.set_seed(lab.seed)
    return draw()
