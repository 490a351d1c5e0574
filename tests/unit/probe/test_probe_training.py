"""The arithmetic of a training step, and that every run starts from the same weights."""

from __future__ import annotations

import numpy as np
import pytest

from probe.material.training import MOMENTUM, RATE, Task, Trainer, flat, momentum, sgd


class Variable:
    """What a step needs of a variable."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __rmul__(self, factor: float) -> float:
        return factor * self.value

    def assign(self, value: float) -> None:
        self.value = value

    def assign_sub(self, value: float) -> None:
        self.value -= value


def test_gradient_descent_ignores_the_velocity() -> None:
    weight, velocity = Variable(3.0), Variable(5.0)
    sgd(weight, velocity, 2.0)
    assert weight.value == 3.0 - RATE * 2.0
    assert velocity.value == 5.0


def test_momentum_remembers_the_gradients_before() -> None:
    weight, velocity = Variable(3.0), Variable(0.0)
    momentum(weight, velocity, 2.0)
    assert velocity.value == 2.0
    assert weight.value == 3.0 - RATE * 2.0
    momentum(weight, velocity, 1.0)
    assert velocity.value == MOMENTUM * 2.0 + 1.0
    assert weight.value == pytest.approx(3.0 - RATE * 2.0 - RATE * (MOMENTUM * 2.0 + 1.0))


def test_a_reset_sets_weights_and_velocities_back() -> None:
    weight, velocity = Variable(1.0), Variable(0.0)
    start = [np.array(1.0), np.array(0.0)]
    task = Task(inputs=None, labels=None, weights=[weight], logits=lambda inputs: inputs)
    trainer = Trainer(task, lambda inputs, _: inputs, [weight, velocity], start)
    momentum(weight, velocity, 2.0)
    trainer.reset()
    assert (weight.value, velocity.value) == (1.0, 0.0)


def test_weights_are_joined_in_order_as_they_lie_in_memory() -> None:
    joined = flat([np.array([[1, 2], [3, 4]], "f4"), np.array(5, "f4")])
    assert joined.dtype == np.float32
    assert joined.tolist() == [1, 2, 3, 4, 5]
