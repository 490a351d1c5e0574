"""`tf.random.Generator`: a stream whose state is a variable that one can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.registry import case, need

if TYPE_CHECKING:
    from typing import Any

    from probe.registry import Lab, Outputs

COUNT = 10_000


@case(
    "random.generator.normal",
    family="stream",
    exercises="tf.random.Generator with Philox; two draws in a row",
    may_vary="only a changed algorithm, transform or step of its state",
    source="tensorflow.org/api_docs/python/tf/random/Generator",
)
def generator_normal(lab: Lab) -> Outputs:
    generator = _generator(lab)
    return {"first": generator.normal([COUNT]), "second": generator.normal([COUNT])}


@case(
    "random.generator.function",
    family="stream",
    exercises="tf.random.Generator eagerly and, from the same state, in a tf.function",
    may_vary="the state is a variable: a function that reads or steps it differently",
    source="tensorflow.org/guide/random_numbers",
)
def generator_function(lab: Lab) -> Outputs:
    generator = _generator(lab)

    def draw() -> object:
        return generator.normal([COUNT])

    eager = draw()
    generator.reset_from_seed(lab.seed)
    return {"eager": eager, "function": lab.tf.function(draw)(), "state": generator.state}


@case(
    "random.generator.distributions",
    family="stream",
    exercises="uniform, whole-number and truncated normal draws of one generator",
    may_vary="each has its own transform, rejection loop and step of the state",
    source="tensorflow.org/api_docs/python/tf/random/Generator",
)
def generator_distributions(lab: Lab) -> Outputs:
    generator = _generator(lab)
    return {
        "uniform": generator.uniform([COUNT]),
        "integer": generator.uniform([COUNT], 0, 1000, dtype=lab.tf.int32),
        "truncated_normal": generator.truncated_normal([COUNT]),
        "state": generator.state,
    }


@case(
    "random.generator.binomial",
    family="stream",
    exercises="Generator.binomial: 20 trials of probability 0.3",
    may_vary="its rejection loop and step of the state; there is no kernel of it for GPUs",
    source="tensorflow.org/api_docs/python/tf/random/Generator#binomial",
)
def generator_binomial(lab: Lab) -> object:
    return _generator(lab).binomial([COUNT], counts=20.0, probs=0.3)


@case(
    "random.generator.split",
    family="stream",
    exercises="Generator.split: draws of two new generators, and of the old one afterwards",
    may_vary="a changed way of making the new keys",
    source="tensorflow.org/guide/random_numbers",
)
def generator_split(lab: Lab) -> Outputs:
    generator = _generator(lab)
    first, second = generator.split(2)
    return {
        "first": first.normal([COUNT]),
        "second": second.normal([COUNT]),
        "parent": generator.normal([COUNT]),
    }


def _generator(lab: Lab) -> Any:  # noqa: ANN401 - a tf.random.Generator
    need(lab.tf, "random.Generator.from_seed")
    return lab.tf.random.Generator.from_seed(lab.seed, alg="philox")
