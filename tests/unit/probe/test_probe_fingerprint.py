"""The fingerprint's readers, each on a text or a mapping."""

from __future__ import annotations

from importlib import metadata
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from probe.host.fingerprint import cpu, keras_version, packages, variables
from probe.wording import bounded

if TYPE_CHECKING:
    from pathlib import Path

CPUINFO = """\
processor\t: 0
model name\t: AMD EPYC 9R14
flags\t\t: fpu sse avx2

processor\t: 1
model name\t: another
flags\t\t: none
"""


def test_the_first_processor_stands_for_all() -> None:
    assert cpu(CPUINFO) == ("AMD EPYC 9R14", ("fpu", "sse", "avx2"))


def test_an_arm_calls_its_flags_features() -> None:
    assert cpu("model name : Neoverse\nFeatures : fp asimd\n") == ("Neoverse", ("fp", "asimd"))


def test_no_cpuinfo_gives_no_flags() -> None:
    assert cpu("")[1] == ()


@pytest.mark.parametrize(
    "name",
    [
        "TF_ENABLE_ONEDNN_OPTS",
        "TF_DETERMINISTIC_OPS",
        "XLA_FLAGS",
        "CUDA_VISIBLE_DEVICES",
        "CUBLAS_WORKSPACE_CONFIG",
        "NVIDIA_TF32_OVERRIDE",
        "OMP_NUM_THREADS",
        "MKL_CBWR",
        "ONEDNN_MAX_CPU_ISA",
        "DNNL_VERBOSE",
        "PYTHONHASHSEED",
        "KERAS_BACKEND",
    ],
)
def test_variables_that_tensorflow_reads_are_kept(name: str) -> None:
    assert variables({name: "1"}) == {name: "1"}


@pytest.mark.parametrize(
    "name",
    [
        "HOME",
        "PATH",
        "AWS_SECRET_ACCESS_KEY",
        "NVIDIA_API_KEY",
        "TF_VAR_database",
        "TF_TOKEN_app_terraform_io",
        "TF_CLI_CONFIG_FILE",
        "MY_TF_FLAG",
    ],
)
def test_other_variables_never_leave(name: str) -> None:
    assert variables({name: "secret"}) == {}


def test_a_variable_that_is_no_text_is_made_one() -> None:
    assert variables({"TF_X": "a\udcffb"}) == {"TF_X": "a?b"}


def test_packages_have_normalised_names_and_the_first_on_the_path_counts(tmp_path: Path) -> None:
    for folder, version in (("first", "9.3.0.75"), ("second", "8.9.2.26")):
        info = tmp_path / folder / f"nvidia_cudnn_cu12-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: nvidia_cudnn-cu12\nVersion: {version}\n")
    path = [str(tmp_path / "first"), str(tmp_path / "second")]
    assert packages(metadata.distributions(path=path)) == {"nvidia-cudnn-cu12": "9.3.0.75"}


def test_keras_tells_its_version() -> None:
    tf = ModuleType("tf")
    tf.__dict__["keras"] = SimpleNamespace(__version__="3.15.1")
    assert keras_version(tf) == "3.15.1"


def test_a_keras_without_a_version_gives_none() -> None:
    tf = ModuleType("tf")
    tf.__dict__["keras"] = SimpleNamespace()
    assert keras_version(tf) == ""


def test_a_long_text_is_cut_at_the_limit() -> None:
    assert bounded("x" * 9, 9) == "x" * 9
    assert bounded("x" * 10, 9) == "xxxxx ..."
