"""Random streams: what a seed gives. No arithmetic beyond what makes the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.registry import case, need
from probe.tracing import compiled

if TYPE_CHECKING:
    from probe.registry import Lab, Outputs

COUNT = 10_000


@case(
    "random.normal.eager",
    family="stream",
    exercises="tf.random.normal, seeded by tf.random.set_seed, twice in one process",
    may_vary="a changed seed rule, generator or transform to the normal distribution",
    source="tf.random.set_seed, tensorflow.org/api_docs/python/tf/random/set_seed",
)
def normal_eager(lab: Lab) -> Outputs:
    tf = lab.tf
    tf.random.set_seed(lab.seed)
    first = tf.random.normal([COUNT])
    tf.random.set_seed(lab.seed)
    second = tf.random.normal([COUNT])
    return {"first": first, "second": second}


@case(
    "random.normal.function",
    family="stream",
    exercises="tf.random.normal eagerly and in a tf.function, re-seeded before each",
    may_vary="a function takes its operation seeds from its graph, when traced",
    source="tf.random.set_seed, tensorflow.org/api_docs/python/tf/random/set_seed",
)
def normal_function(lab: Lab) -> Outputs:
    tf = lab.tf

    def draw() -> object:
        return tf.random.normal([COUNT])

    tf.random.set_seed(lab.seed)
    eager = draw()
    tf.random.set_seed(lab.seed)
    return {"eager": eager, "function": tf.function(draw)()}


@case(
    "random.normal.op_seed",
    family="stream",
    exercises="tf.random.normal with an operation seed as well; two draws in a row",
    may_vary="a changed rule for joining the two seeds",
    source="tf.random.set_seed, tensorflow.org/api_docs/python/tf/random/set_seed",
)
def normal_op_seed(lab: Lab) -> Outputs:
    tf = lab.tf
    tf.random.set_seed(lab.seed)
    return {
        "first": tf.random.normal([COUNT], seed=7),
        "second": tf.random.normal([COUNT], seed=7),
    }


@case(
    "random.distributions.eager",
    family="stream",
    exercises="uniform, whole-number, truncated normal, gamma and shuffle after tf.random.set_seed",
    may_vary="each has its own transform or rejection loop",
    source="tf.random.set_seed, tensorflow.org/api_docs/python/tf/random/set_seed",
)
def distributions_eager(lab: Lab) -> Outputs:
    tf = lab.tf
    tf.random.set_seed(lab.seed)
    return {
        "uniform": tf.random.uniform([COUNT]),
        "integer": tf.random.uniform([COUNT], 0, 1000, dtype=tf.int32),
        "truncated_normal": tf.random.truncated_normal([COUNT]),
        "gamma": tf.random.gamma([COUNT], alpha=0.7),
        "shuffle": tf.random.shuffle(tf.range(COUNT)),
    }


@case(
    "random.stateless_normal.eager",
    family="stream",
    exercises="tf.random.stateless_normal: a pure function of its seed",
    may_vary="only a changed algorithm or transform",
    source="tf.random.set_seed, tensorflow.org/api_docs/python/tf/random/set_seed",
)
def stateless_normal(lab: Lab) -> object:
    return lab.tf.random.stateless_normal([COUNT], seed=[lab.seed, 7])


@case(
    "random.stateless_normal.xla",
    family="stream",
    exercises="tf.random.stateless_normal compiled by XLA",
    may_vary="left to choose, XLA may pick another algorithm than the eager kernel",
    source="tf.random.set_seed, tensorflow.org/api_docs/python/tf/random/set_seed",
)
def stateless_normal_xla(lab: Lab) -> object:
    tf = lab.tf
    return compiled(tf, lambda: tf.random.stateless_normal([COUNT], seed=[lab.seed, 7]))()


@case(
    "random.generator.normal",
    family="stream",
    exercises="tf.random.Generator with Philox; two draws in a row",
    may_vary="only a changed algorithm, transform or step of its state",
    source="tf.random.set_seed, tensorflow.org/api_docs/python/tf/random/set_seed",
)
def generator_normal(lab: Lab) -> Outputs:
    tf = lab.tf
    need(tf, "random.Generator.from_seed")
    generator = tf.random.Generator.from_seed(lab.seed, alg="philox")
    return {"first": generator.normal([COUNT]), "second": generator.normal([COUNT])}
