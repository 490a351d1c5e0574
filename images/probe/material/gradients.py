"""A computation forward and backward, with a fixed gradient from above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probe.material.inputs import fixed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def backward(
    tf: ModuleType, name: str, function: Callable[..., Any], *inputs: object
) -> tuple[Any, list[Any]]:
    """Return `function(*inputs)` and its gradients for each of `inputs`.

    The gradient from above is fixed and depends on `name` and the result's shape: gradients of a
    plain sum would be all alike, and sums of like numbers hide the order they were added in.
    """
    tensors = [tf.constant(value) for value in inputs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        result = function(*tensors)
    return result, tape.gradient(result, tensors, upstream(tf, name, result))


def upstream(tf: ModuleType, name: str, result: Any) -> Any:  # noqa: ANN401 - tensors
    """Return the fixed float32 gradient for `result`, on the device where constants go."""
    return tf.constant(fixed(f"{name}.upstream", *result.shape))
