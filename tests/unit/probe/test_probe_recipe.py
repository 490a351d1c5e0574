"""The recipe: what is set for which settings and which TensorFlow."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest

from probe.recipe import Call, Plan, Settings, make_calls, plan, set_variables

API = "tf.config.experimental.enable_op_determinism()"
INTRA = "tf.config.threading.set_intra_op_parallelism_threads(2)"
INTER = "tf.config.threading.set_inter_op_parallelism_threads(2)"
HIDE = "tf.config.set_visible_devices([], 'GPU')"


FRONTEND = "TF_CUDNN_USE_FRONTEND=1"
RNN = "TF_CUDNN_RNN_USE_AUTOTUNE=0"
REDUCTIONS = "XLA_FLAGS=--xla_gpu_deterministic_reductions=true"
OPS = "XLA_FLAGS=--xla_gpu_deterministic_ops=true"


@pytest.mark.parametrize(
    ("version", "on_cpu", "on_gpu"),
    [
        ("2.4.4", ["TF_DETERMINISTIC_OPS=1"], [RNN, REDUCTIONS]),
        ("2.5.3", ["TF_DETERMINISTIC_OPS=1"], [FRONTEND, RNN, OPS]),
        ("2.7.4", ["TF_DETERMINISTIC_OPS=1"], [FRONTEND, RNN, OPS]),
        ("2.8.0", [API], [RNN, OPS]),
        ("2.16.2", [API], [RNN, OPS]),
        ("2.21.0", [API], [RNN, OPS]),
        ("2.22.0-dev20261101", [API], [RNN, OPS]),
        ("3.0.0", [API], [RNN, OPS]),
    ],
)
def test_determinism_follows_the_version_and_the_device(
    version: str, on_cpu: list[str], on_gpu: list[str]
) -> None:
    assert _added(version, "cpu") == set(on_cpu)
    assert _added(version, "gpu") == {*on_cpu, *on_gpu}


def _added(version: str, device: str) -> set[str]:
    on = plan(Settings(device=device, determinism="on"), version).text
    off = plan(Settings(device=device, determinism="off"), version).text
    assert len(on) == len(set(on))
    return set(on) - set(off)


def test_by_default_only_threads_and_device_are_set() -> None:
    assert plan(Settings(), "2.20.0").text == (INTRA, INTER, HIDE)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(onednn="off"), "TF_ENABLE_ONEDNN_OPTS=0"),
        (Settings(onednn="on"), "TF_ENABLE_ONEDNN_OPTS=1"),
        (Settings(tf32="off"), "tf.config.experimental.enable_tensor_float_32_execution(False)"),
        (Settings(tf32="on"), "tf.config.experimental.enable_tensor_float_32_execution(True)"),
        (Settings(xla="off"), "tf.config.optimizer.set_jit(False)"),
        (Settings(xla="on"), "tf.config.optimizer.set_jit(True)"),
        (Settings(xla="on"), "TF_XLA_FLAGS=--tf_xla_cpu_global_jit"),
        (Settings(threads=7), "tf.config.threading.set_intra_op_parallelism_threads(7)"),
        (Settings(threads=7), "tf.config.threading.set_inter_op_parallelism_threads(7)"),
        (Settings(device="gpu", gpu_uuid="GPU-1"), "CUDA_VISIBLE_DEVICES=GPU-1"),
    ],
)
def test_each_setting_has_its_step(settings: Settings, expected: str) -> None:
    assert expected in plan(settings, "2.20.0").text


def test_a_gpu_is_not_hidden_from_a_gpu_cell() -> None:
    assert plan(Settings(device="gpu"), "2.20.0").text == (INTRA, INTER)


def test_a_uuid_means_nothing_on_the_cpu() -> None:
    assert plan(Settings(gpu_uuid="GPU-1"), "2.20.0").variables == ()


def test_flags_of_xla_follow_those_that_are_there() -> None:
    environ = {"XLA_FLAGS": "--xla_gpu_cuda_data_dir=/cuda"}
    set_variables(plan(Settings(device="gpu", determinism="on"), "2.20.0"), environ)
    assert environ["XLA_FLAGS"] == (
        "--xla_gpu_cuda_data_dir=/cuda --xla_gpu_deterministic_ops=true"
    )


def test_variables_replace_what_was_there_but_lists_of_flags_are_added_to() -> None:
    environ = {"TF_XLA_FLAGS": "--tf_xla_clustering_debug", "TF_ENABLE_ONEDNN_OPTS": "1"}
    set_variables(plan(Settings(onednn="off", xla="on"), "2.20.0"), environ)
    assert environ == {
        "TF_XLA_FLAGS": "--tf_xla_clustering_debug --tf_xla_cpu_global_jit",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }


def test_calls_reach_the_module_in_order() -> None:
    made: list[object] = []
    tf = ModuleType("tf")
    tf.config = SimpleNamespace(first=made.append, second=made.append)  # type: ignore[attr-defined]  # a fake
    make_calls(Plan((), (Call("config.first", (1,)), Call("config.second", ("two",)))), tf)
    assert made == [1, "two"]


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^'nightly' is not a version of TensorFlow$"):
        plan(Settings(), "nightly")
