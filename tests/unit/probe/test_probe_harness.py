"""The harness with cases that need no TensorFlow."""

from __future__ import annotations

from itertools import count
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from probe.digest import digest
from probe.harness import Harness
from probe.registry import Case, Lab, UnsupportedError, case, need
from probe.result import ArrayFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class InvalidArgumentError(Exception):
    """Named as TensorFlow's, too."""


class UnimplementedError(Exception):
    """Named as TensorFlow's."""


class Tensor:
    """Something with `.numpy()`."""

    def __init__(self, value: float) -> None:
        self._value = value

    def numpy(self) -> np.float32:
        return np.float32(self._value)


def fake_tf() -> ModuleType:
    tf = ModuleType("tf")
    tf.__dict__["__version__"] = "2.4.0"
    return tf


def a_case(body: Callable[[Lab], object], since: str = "2.4") -> Case:
    declare = case(
        "a.case", family="stream", exercises="it", may_vary="it", source="it", since=since
    )
    return declare(body)


def a_harness(folder: Path, repeats: int = 2, reseed: Callable[[], None] = lambda: None) -> Harness:
    ticks = count()
    return Harness(
        Lab(fake_tf(), 42), repeats, reseed, ArrayFolder(folder), clock=lambda: next(ticks) / 4
    )


def test_a_single_array_is_named_out(tmp_path: Path) -> None:
    ran = a_harness(tmp_path).run_case(a_case(lambda _: np.arange(3)))
    (output,) = ran.outputs
    assert (ran.status, ran.reason, ran.seconds) == ("ok", "", (0.25, 0.25))
    assert (output.name, output.dtype, output.shape) == ("out", "int64", (3,))
    assert output.digests == (digest(np.arange(3)),) * 2


def test_named_outputs_keep_their_order(tmp_path: Path) -> None:
    stages = {"weights0": np.zeros(2), "forward": np.ones(2), "a_last": np.ones(1)}
    ran = a_harness(tmp_path).run_case(a_case(lambda _: stages))
    assert [output.name for output in ran.outputs] == ["weights0", "forward", "a_last"]


def test_a_tensor_is_brought_to_the_host_as_it_is(tmp_path: Path) -> None:
    (output,) = a_harness(tmp_path).run_case(a_case(lambda _: Tensor(1.5))).outputs
    assert (output.dtype, output.shape) == ("float32", ())
    assert output.digests[0] == digest(np.asarray(np.float32(1.5)))


def test_repeats_that_vary_are_all_digested_and_all_stored(tmp_path: Path) -> None:
    numbers = iter([1.0, 2.0, 1.0])
    case = a_case(lambda _: np.array([next(numbers)]))
    (output,) = a_harness(tmp_path, repeats=3).run_case(case).outputs
    one, two = digest(np.array([1.0])), digest(np.array([2.0]))
    assert output.digests == (one, two, one)
    assert output.stored
    assert {path.stem for path in tmp_path.iterdir()} == {one, two}


def test_each_repeat_is_re_seeded(tmp_path: Path) -> None:
    state: list[int] = []
    harness = a_harness(tmp_path, repeats=3, reseed=state.clear)

    def body(_: Lab) -> object:
        state.append(1)
        return np.array(len(state))

    (output,) = harness.run_case(a_case(body)).outputs
    assert len(set(output.digests)) == 1


def test_an_exception_is_data(tmp_path: Path) -> None:
    def body(_: Lab) -> object:
        raise ValueError("no such kernel")

    ran = a_harness(tmp_path).run_case(a_case(body))
    assert (ran.status, ran.reason) == ("error", "ValueError: no such kernel")
    assert (ran.outputs, ran.seconds) == ((), ())


def test_a_later_failure_says_in_which_repeat(tmp_path: Path) -> None:
    numbers = iter([1.0])
    ran = a_harness(tmp_path).run_case(a_case(lambda _: np.array(next(numbers))))
    assert (ran.status, ran.reason) == ("error", "repeat 2 of 2: StopIteration: ")


def test_a_long_message_is_cut(tmp_path: Path) -> None:
    def body(_: Lab) -> object:
        raise ValueError("x" * 100_000)

    ran = a_harness(tmp_path).run_case(a_case(body))
    assert len(ran.reason) == 1000
    assert ran.reason.endswith("xxx ...")


def test_tensorflows_unimplemented_is_unsupported(tmp_path: Path) -> None:
    def body(_: Lab) -> object:
        raise UnimplementedError("deterministic GPU implementation not available")

    ran = a_harness(tmp_path).run_case(a_case(body))
    assert ran.status == "unsupported"
    assert ran.reason == "UnimplementedError: deterministic GPU implementation not available"


def test_an_operation_without_a_kernel_for_the_device_is_unsupported(tmp_path: Path) -> None:
    said = "Cannot assign a device for operation StatefulRandomBinomial: no registered kernel"

    def body(_: Lab) -> object:
        raise InvalidArgumentError(said)

    ran = a_harness(tmp_path).run_case(a_case(body))
    assert (ran.status, ran.reason) == ("unsupported", f"InvalidArgumentError: {said}")


def test_another_wrong_argument_is_an_error(tmp_path: Path) -> None:
    def body(_: Lab) -> object:
        raise InvalidArgumentError("indices[0] = 7 is not in [0, 3)")

    assert a_harness(tmp_path).run_case(a_case(body)).status == "error"


def test_a_missing_name_is_unsupported(tmp_path: Path) -> None:
    case = a_case(lambda lab: need(lab.tf, "random.Generator"))
    ran = a_harness(tmp_path).run_case(case)
    assert (ran.status, ran.reason) == (
        "unsupported",
        "TensorFlow 2.4.0 has no tf.random.Generator",
    )


def test_a_case_younger_than_tensorflow_is_not_run(tmp_path: Path) -> None:
    def body(_: Lab) -> object:
        raise AssertionError("it was run")

    ran = a_harness(tmp_path).run_case(a_case(body, since="2.10"))
    assert (ran.status, ran.reason) == (
        "unsupported",
        "TensorFlow 2.4.0 is older than 2.10, which first has it",
    )


@pytest.mark.parametrize(
    ("version", "status"),
    [("2.9.3", "unsupported"), ("2.10.0rc1", "ok"), ("2.10.1", "ok"), ("3.0.0", "ok")],
)
def test_releases_are_compared_as_numbers(tmp_path: Path, version: str, status: str) -> None:
    harness = a_harness(tmp_path)
    harness.lab.tf.__dict__["__version__"] = version
    assert harness.run_case(a_case(lambda _: np.zeros(1), since="2.10")).status == status


@pytest.mark.parametrize(
    ("produced", "reason"),
    [
        ({}, "ValueError: the case has no outputs"),
        (np.array([object()]), "TypeError: an array of object has no digest"),
        (
            {"../x": np.zeros(1)},
            "ValueError: '../x' is no name of an output: use letters, digits and ._+-",
        ),
        ({0: np.zeros(1)}, "ValueError: 0 is no name of an output: use letters, digits and ._+-"),
        (
            {f"o{number}": np.zeros(1) for number in range(201)},
            "ValueError: the case has 201 outputs, more than 200",
        ),
    ],
)
def test_outputs_that_can_not_be_digested_are_an_error(
    tmp_path: Path, produced: object, reason: str
) -> None:
    ran = a_harness(tmp_path).run_case(a_case(lambda _: produced))
    assert (ran.status, ran.reason) == ("error", reason)


def test_outputs_that_change_their_names_are_an_error(tmp_path: Path) -> None:
    names = iter("ab")
    ran = a_harness(tmp_path).run_case(a_case(lambda _: {next(names): np.array(0)}))
    assert ran.status == "error"
    assert ran.reason.endswith("ValueError: outputs ['b'] where ['a'] came before")


def test_one_failing_case_leaves_the_others(tmp_path: Path) -> None:
    def broken(_: Lab) -> object:
        raise UnsupportedError("not here")

    ran = a_harness(tmp_path).run([a_case(broken), a_case(lambda _: np.array(1))])
    assert [case.status for case in ran] == ["unsupported", "ok"]
