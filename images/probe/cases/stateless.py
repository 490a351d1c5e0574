"""Stateless draws: pure functions of their seed, whatever was drawn before."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from probe.material.inputs import fixed
from probe.material.tracing import compiled
from probe.registry import case

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from probe.registry import Lab, Outputs

COUNT = 10_000
PHILOX = "philox"


@case(
    "random.stateless_normal.eager",
    family="stream",
    exercises="tf.random.stateless_normal: a pure function of its seed",
    may_vary="only a changed algorithm or transform",
    source="tensorflow.org/api_docs/python/tf/random/stateless_normal",
)
def stateless_normal(lab: Lab) -> object:
    return _normal(lab)(_seed(lab))


@case(
    "random.stateless_normal.function",
    family="stream",
    exercises="tf.random.stateless_normal eagerly and in a tf.function",
    may_vary="a pure function of its seed: nothing should, unless the kernels differ",
    source="tensorflow.org/api_docs/python/tf/random/stateless_normal",
)
def stateless_normal_function(lab: Lab) -> Outputs:
    draw, seed = _normal(lab), _seed(lab)
    return {"eager": draw(seed), "function": lab.tf.function(draw)(seed)}


@case(
    "random.stateless_normal.xla",
    family="stream",
    exercises="tf.random.stateless_normal and _uniform eagerly and compiled by XLA",
    may_vary="left to choose, XLA may pick another algorithm than the eager kernel",
    source="github.com/tensorflow/tensorflow/issues/121243",
)
def stateless_normal_xla(lab: Lab) -> Outputs:
    return _eager_and_xla(lab)


@case(
    "random.stateless_philox.eager",
    family="stream",
    exercises='tf.random.stateless_normal with alg="philox" and with the default algorithm',
    may_vary="the default picks by device: Philox here, perhaps another there",
    since="2.7",
    source="tensorflow.org/api_docs/python/tf/random/Algorithm",
)
def stateless_philox(lab: Lab) -> Outputs:
    seed = _seed(lab)
    return {"philox": _normal(lab, PHILOX)(seed), "auto_select": _normal(lab)(seed)}


@case(
    "random.stateless_philox.xla",
    family="stream",
    exercises='the same with alg="philox"',
    may_vary="XLA scrambles the seed and makes floats from bits with code of its own",
    since="2.7",
    source="github.com/tensorflow/tensorflow/issues/117644",
)
def stateless_philox_xla(lab: Lab) -> Outputs:
    return _eager_and_xla(lab, PHILOX)


@case(
    "random.stateless_distributions.eager",
    family="stream",
    exercises="stateless uniform, truncated normal, gamma, Poisson, binomial and categorical draws",
    may_vary="each has its own transform or rejection loop",
    source="tensorflow.org/api_docs/python/tf/random/stateless_gamma",
)
def stateless_distributions(lab: Lab) -> Outputs:
    random, seed = lab.tf.random, [lab.seed, 7]
    logits = 4 * fixed("categorical", 8, 50)
    return {
        "uniform": random.stateless_uniform([COUNT], seed),
        "truncated_normal": random.stateless_truncated_normal([COUNT], seed),
        "gamma": random.stateless_gamma([COUNT], seed, alpha=0.7),
        "poisson": random.stateless_poisson([COUNT], seed, lam=3.0),
        "binomial": random.stateless_binomial([COUNT], seed, counts=20.0, probs=0.3),
        "categorical": random.stateless_categorical(logits, 500, seed),
    }


@case(
    "random.stateless_integers.eager",
    family="stream",
    exercises="tf.random.stateless_uniform of whole numbers: in a range and over all bits",
    may_vary="documented as the same on CPU and GPU: only a changed algorithm",
    source="tensorflow.org/api_docs/python/tf/random/stateless_uniform",
)
def stateless_integers(lab: Lab) -> Outputs:
    tf = lab.tf
    draw, seed = tf.random.stateless_uniform, [lab.seed, 7]
    return {
        "int32": draw([COUNT], seed, minval=-500, maxval=1000, dtype=tf.int32),
        "int64": draw([COUNT], seed, minval=0, maxval=2**40, dtype=tf.int64),
        "all_bits": draw([COUNT], seed, minval=None, maxval=None, dtype=tf.int32),
    }


def _seed(lab: Lab) -> Any:  # noqa: ANN401 - a tensor
    """Return the seed as a tensor: given as an argument, no draw is folded while compiling."""
    return lab.tf.constant([lab.seed, 7])


def _normal(lab: Lab, alg: str = "") -> Callable[[object], object]:
    return lambda seed: lab.tf.random.stateless_normal([COUNT], seed, **_options(alg))


def _eager_and_xla(lab: Lab, alg: str = "") -> Outputs:
    tf, seed = lab.tf, _seed(lab)
    eager, xla = _pair(tf, alg)(seed), _compiled_pair(tf, alg)(seed)
    return {"eager": eager[0], "xla": xla[0], "eager_uniform": eager[1], "xla_uniform": xla[1]}


@lru_cache(maxsize=None)
def _compiled_pair(tf: ModuleType, alg: str) -> Callable[[object], Any]:
    """Compile both draws in one function, and once for all repeats: Philox takes XLA long."""
    return compiled(tf, _pair(tf, alg))


def _pair(tf: ModuleType, alg: str) -> Callable[[object], Any]:
    def draw(seed: object) -> Any:  # noqa: ANN401 - tensors
        options = _options(alg)
        normal = tf.random.stateless_normal([COUNT], seed, **options)
        return normal, tf.random.stateless_uniform([COUNT], seed, **options)

    return draw


def _options(alg: str) -> dict[str, str]:
    """Return what chooses the algorithm: TensorFlow 2.6 and older know no such argument."""
    return {"alg": alg} if alg else {}
