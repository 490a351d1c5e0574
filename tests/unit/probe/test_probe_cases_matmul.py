"""TF32 is switched for one product only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from probe.cases.matmul import matmul_tf32_off, matmul_tf32_on
from probe.registry import Lab

if TYPE_CHECKING:
    from probe.registry import Case


class Switch:
    """The part of `tf.config.experimental` that holds TF32."""

    def __init__(self, *, allowed: bool) -> None:
        self.allowed = allowed

    def tensor_float_32_execution_enabled(self) -> bool:
        return self.allowed

    def enable_tensor_float_32_execution(self, allowed: bool) -> None:  # noqa: FBT001 - TensorFlow's own order
        self.allowed = allowed


def lab(switch: Switch, *, fails: bool = False) -> Lab:
    def matmul(*_: object) -> bool:
        if fails:
            raise RuntimeError("no memory")
        return switch.allowed

    config = SimpleNamespace(experimental=switch)
    return Lab(SimpleNamespace(config=config, matmul=matmul), seed=1)  # type: ignore[arg-type]  # the part of TensorFlow that is used


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("case", "during"), [(matmul_tf32_on, True), (matmul_tf32_off, False)])
def test_tf32_is_what_the_case_says_and_afterwards_what_it_was(
    case: Case, *, during: bool, before: bool
) -> None:
    switch = Switch(allowed=before)
    assert case.body(lab(switch)) is during
    assert switch.allowed is before


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("case", [matmul_tf32_on, matmul_tf32_off], ids=lambda case: case.name)
def test_a_failure_leaves_it_as_it_was_too(case: Case, *, before: bool) -> None:
    switch = Switch(allowed=before)
    with pytest.raises(RuntimeError, match="no memory"):
        case.body(lab(switch, fails=True))
    assert switch.allowed is before
