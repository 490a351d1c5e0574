"""Other draws that the global seed governs: each distribution has its own way to its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.inputs import fixed
from probe.registry import case

if TYPE_CHECKING:
    from types import ModuleType

    from probe.registry import Lab, Outputs

COUNT = 10_000
ROWS, CLASSES, DRAWS = 8, 50, 500


@case(
    "random.distributions.eager",
    family="stream",
    exercises="uniform, integer, truncated normal, gamma, shuffle and Poisson after set_seed",
    may_vary="each has its own transform or rejection loop",
    source="tensorflow.org/api_docs/python/tf/random/set_seed",
)
def distributions_eager(lab: Lab) -> Outputs:
    lab.tf.random.set_seed(lab.seed)
    return _distributions(lab.tf)


@case(
    "random.distributions.function",
    family="stream",
    exercises="the same draws in one tf.function",
    may_vary="the function's graph hands out other operation seeds than eager execution",
    source="tensorflow.org/api_docs/python/tf/random/set_seed",
)
def distributions_function(lab: Lab) -> Outputs:
    lab.tf.random.set_seed(lab.seed)
    drawn: Outputs = lab.tf.function(lambda: _distributions(lab.tf))()
    return drawn


@case(
    "random.categorical.eager",
    family="stream",
    exercises="tf.random.categorical over 50 classes of fixed logits, global and operation seed",
    may_vary="float sums and comparisons decide between classes: a last bit can move a draw",
    source="tensorflow.org/api_docs/python/tf/random/categorical",
)
def categorical_eager(lab: Lab) -> Outputs:
    tf = lab.tf
    logits = tf.constant(4 * fixed("categorical", ROWS, CLASSES))
    tf.random.set_seed(lab.seed)
    return {
        "unseeded": tf.random.categorical(logits, DRAWS),
        "op_seed": tf.random.categorical(logits, DRAWS, seed=7),
    }


@case(
    "random.shuffle.eager",
    family="stream",
    exercises="tf.random.shuffle of numbers and of rows, global and operation seed",
    may_vary="whole numbers only: a changed seed rule or way of shuffling",
    source="tensorflow.org/api_docs/python/tf/random/set_seed",
)
def shuffle_eager(lab: Lab) -> Outputs:
    tf = lab.tf
    numbers = tf.range(COUNT)
    tf.random.set_seed(lab.seed)
    return {
        "unseeded": tf.random.shuffle(numbers),
        "op_seed": tf.random.shuffle(numbers, seed=7),
        "rows": tf.random.shuffle(tf.reshape(numbers, [COUNT // 10, 10])),
    }


def _distributions(tf: ModuleType) -> Outputs:
    """Draw in an order that stays: the n-th draw takes the n-th operation seed."""
    return {
        "uniform": tf.random.uniform([COUNT]),
        "integer": tf.random.uniform([COUNT], 0, 1000, dtype=tf.int32),
        "truncated_normal": tf.random.truncated_normal([COUNT]),
        "gamma": tf.random.gamma([COUNT], alpha=0.7),
        "shuffle": tf.random.shuffle(tf.range(COUNT)),
        "poisson": tf.random.poisson([COUNT], lam=3.0),
    }
