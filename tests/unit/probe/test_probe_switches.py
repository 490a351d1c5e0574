"""What TensorFlow says of its switches, in the words of several releases."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from probe.host import onednn, switches
from runner.environments.cpu import parse_cpuinfo

if TYPE_CHECKING:
    from collections.abc import Callable


def fake_tf(path: str, answer: Callable[[], object]) -> ModuleType:
    """A TensorFlow with that one function."""
    tf = ModuleType("tf")
    *parents, name = path.split(".")
    place: object = tf
    for parent in parents:
        setattr(place, parent, SimpleNamespace())
        place = getattr(place, parent)
    setattr(place, name, answer)
    return tf


@pytest.mark.parametrize(
    ("answer", "text"),
    [(False, "off"), (True, "on"), ("", "off"), ("autoclustering", "on")],
)
def test_the_jit_of_old_releases_is_a_bool_and_then_a_word(answer: object, text: str) -> None:
    assert switches.xla_jit(fake_tf("config.optimizer.get_jit", lambda: answer)) == text


def test_tf32_and_the_dtype_policy_are_as_tensorflow_says() -> None:
    tf32 = fake_tf("config.experimental.tensor_float_32_execution_enabled", lambda: True)
    assert switches.tf32(tf32) is True
    policy = SimpleNamespace(name="mixed_float16")
    keras = fake_tf("keras.mixed_precision.global_policy", lambda: policy)
    assert switches.dtype_policy(keras) == "mixed_float16"


def test_what_a_release_can_not_tell_is_left_open() -> None:
    tf = ModuleType("tf")
    tf.__dict__["config"] = SimpleNamespace(experimental=SimpleNamespace())
    assert switches.op_determinism(tf) is None
    assert switches.tf32(tf) is None
    assert switches.xla_jit(tf) == ""
    assert switches.dtype_policy(tf) == ""
    assert onednn.enabled(tf) is None


FLAGS = [
    "",
    "sse4_1",
    "sse4_1 avx avx2",
    "avx avx2 avx_vnni",
    "avx avx2 avx512f avx512dq avx512bw avx512vl",
    "avx avx2 avx512f avx512dq avx512bw avx512vl avx512_vnni",
    "avx avx2 avx512f avx512dq avx512bw avx512vl avx512_vnni avx512_bf16",
    "avx avx2 avx512f avx512dq avx512bw avx512vl avx512_vnni avx512_bf16 avx512_fp16",
    "avx2 avx512f avx512dq avx512bw avx512vl avx512_fp16 amx_tile amx_int8 amx_bf16",
]


@pytest.mark.parametrize("flags", FLAGS)
def test_the_probe_and_the_runner_have_one_name_for_a_processor(flags: str) -> None:
    level, source = onednn.isa(flags.split(), {})
    assert parse_cpuinfo(f"flags : {flags}\n").host_class == f"cpu {level}"
    assert source == "derived from the processor's flags"


@pytest.mark.parametrize("variable", ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"])
def test_a_variable_that_bounds_the_instruction_set_is_named(variable: str) -> None:
    assert onednn.isa(["avx", "avx2"], {variable: "SSE41"}) == (
        "avx2",
        f"derived from the processor's flags, bounded by {variable}=SSE41",
    )
