"""A training run with fixed weights, inputs and labels; one output per stage, in order.

No random stream is involved: the first stage that differs is where the arithmetic first differs,
and the steps after it show how the difference grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from probe.material.tracing import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

    from numpy.typing import NDArray
    from typing_extensions import TypeAlias

    from probe.registry import Outputs

    Network: TypeAlias = "Callable[[ModuleType], Task]"
    Step: TypeAlias = "Callable[[Any, Any], Any]"
    Way: TypeAlias = "Callable[[ModuleType, Step], Step]"
    Optimizer: TypeAlias = "Callable[[Any, Any, Any], None]"

STEPS = 8
RATE = 0.8  # fast, so that a difference grows within the steps
MOMENTUM = 0.9


@dataclass(frozen=True)
class Task:
    """What is trained on what: `logits` is a function of the inputs that reads the weights.

    `inputs` is a float32 tensor, `labels` an int32 one with a class per row, `weights` are
    variables.
    """

    inputs: Any
    labels: Any
    weights: Sequence[Any]
    logits: Callable[[Any], Any]


@dataclass(frozen=True)
class Trainer:
    """A task with the step that trains it; `start` holds the first value of each variable."""

    task: Task
    step: Step
    variables: Sequence[Any]
    start: Sequence[NDArray[Any]]

    def reset(self) -> None:
        """Set all weights and velocities back."""
        for variable, value in zip(self.variables, self.start):  # noqa: B905 - needs Python 3.10
            variable.assign(value)


def sgd(weight: Any, velocity: Any, gradient: Any) -> None:  # noqa: ANN401, ARG001 - an Optimizer
    """Plain gradient descent."""
    weight.assign_sub(RATE * gradient)


def momentum(weight: Any, velocity: Any, gradient: Any) -> None:  # noqa: ANN401 - variables
    """Gradient descent with a velocity, which remembers what differed in the steps before."""
    following = MOMENTUM * velocity + gradient
    velocity.assign(following)
    weight.assign_sub(RATE * following)


def eagerly(tf: ModuleType, step: Step) -> Step:  # noqa: ARG001 - the shape of a Way
    """Leave the step as it is."""
    return step


def as_function(tf: ModuleType, step: Step) -> Step:
    """Trace the step into a graph."""
    traced: Step = tf.function(step)
    return traced


def by_xla(tf: ModuleType, step: Step) -> Step:
    """Compile the step."""
    return compiled(tf, step)


def train(tf: ModuleType, network: Network, way: Way, optimizer: Optimizer = sgd) -> Outputs:
    """Train from the start for `STEPS` steps; give what came out of each stage."""
    trainer = _trainer(tf, network, way, optimizer)
    trainer.reset()
    task = trainer.task
    stages: dict[str, object] = {"weights0": flat(task.weights)}
    for number in range(1, STEPS + 1):
        logits, loss, gradients = trainer.step(task.inputs, task.labels)
        if number == 1:
            stages.update(forward=logits, loss=loss, gradients=flat(gradients))
        stages[f"step{number}"] = flat(task.weights)
    return stages


def flat(arrays: Sequence[Any]) -> NDArray[Any]:
    """Join arrays, tensors or variables of one type to one vector."""
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


@lru_cache(maxsize=None)
def _trainer(tf: ModuleType, network: Network, way: Way, optimizer: Optimizer) -> Trainer:
    """Made once in a process: XLA takes longer to compile a step than to take all of them."""
    task = network(tf)
    velocities = [tf.Variable(tf.zeros_like(weight)) for weight in task.weights]
    variables = [*task.weights, *velocities]
    return Trainer(
        task=task,
        step=way(tf, _step(tf, task, velocities, optimizer)),
        variables=variables,
        start=[np.array(variable) for variable in variables],
    )


def _step(tf: ModuleType, task: Task, velocities: Sequence[Any], optimizer: Optimizer) -> Step:
    def step(inputs: Any, labels: Any) -> Any:  # noqa: ANN401 - tensors
        with tf.GradientTape() as tape:
            logits = task.logits(inputs)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, task.weights)
        for weight, velocity, gradient in zip(task.weights, velocities, gradients):  # noqa: B905 - needs Python 3.10
            optimizer(weight, velocity, gradient)
        return logits, loss, gradients

    return step
