"""Which interpreter is active, what it has, and what is said where the probe can't run in it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from runner.environments.active import Interpreter, find_active, look_at, read_variables
from runner.errors import EngineUnavailable, InputError, SamebitsError

OTHER = "activate another environment, or name its interpreter with --python"


def script(path: Path, text: str) -> Path:
    """A program that is no Python, but may answer like one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def answering(path: Path, **answer: str) -> Path:
    return script(path, f"echo '{json.dumps(answer)}'")


# which one


def test_the_venv_that_is_active_comes_before_what_is_in_the_path(tmp_path: Path) -> None:
    venv = script(tmp_path / "venv" / "bin" / "python", "")
    other = script(tmp_path / "other" / "python", "")
    path = str(other.parent)
    assert find_active({"VIRTUAL_ENV": str(tmp_path / "venv"), "PATH": path}) == venv
    assert find_active({"VIRTUAL_ENV": str(tmp_path / "gone"), "PATH": path}) == other
    assert find_active({"PATH": path}) == other


def test_python3_will_do_where_there_is_no_python(tmp_path: Path) -> None:
    third = script(tmp_path / "python3", "")
    assert find_active({"PATH": str(tmp_path)}) == third


@pytest.mark.parametrize("environ", [{}, {"PATH": ""}, {"PATH": "/nowhere"}])
def test_none_is_active(environ: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        find_active(environ)
    assert caught.value.message == "no interpreter is active: there is no python in PATH"
    assert caught.value.hint == OTHER


# what it is


def test_what_it_has_and_that_its_link_is_kept(tmp_path: Path) -> None:
    real = answering(tmp_path / "real", python="3.11.2", tensorflow="2.20.0")
    link = tmp_path / "venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    found = look_at(Path(os.path.relpath(link)))
    assert found == Interpreter(path=link, python="3.11.2", tensorflow="2.20.0")
    assert found.minor == "3.11"


@pytest.mark.parametrize(
    ("answer", "said", "hint"),
    [
        pytest.param(
            {"python": "3.7.17", "tensorflow": "2.11.1"},
            "is Python 3.7.17; the probe needs 3.8 or newer",
            OTHER,
            id="an old Python",
        ),
        pytest.param(
            {"python": "2.7.18", "tensorflow": ""},
            "is Python 2.7.18; the probe needs 3.8 or newer",
            OTHER,
            id="a very old Python",
        ),
        pytest.param(
            {"python": "3.12.1", "tensorflow": ""},
            "has no TensorFlow",
            f"install it there, {OTHER}",
            id="no TensorFlow",
        ),
        pytest.param(
            {"python": "3.8.18", "tensorflow": "2.3.4"},
            "has TensorFlow 2.3.4; the probe needs 2.4 or newer",
            OTHER,
            id="an old TensorFlow",
        ),
        pytest.param(
            {"python": "3.12.1", "tensorflow": "../../x"},
            "has a TensorFlow of no release: '../../x'",
            OTHER,
            id="a hostile answer",
        ),
        pytest.param({"python": "x"}, "does not run as a Python", OTHER, id="half an answer"),
    ],
)
def test_what_the_probe_can_not_run_in(
    tmp_path: Path, answer: dict[str, str], said: str, hint: str
) -> None:
    python = answering(tmp_path / "python", **answer)
    with pytest.raises(EngineUnavailable) as caught:
        look_at(python)
    assert (caught.value.message, caught.value.hint) == (f"{python} {said}", hint)


@pytest.mark.parametrize("text", ["exit 1", "echo hello", "echo []", "echo '\"3.11\"'"])
def test_what_is_no_python(tmp_path: Path, text: str) -> None:
    python = script(tmp_path / "python", text)
    with pytest.raises(EngineUnavailable, match="does not run as a Python"):
        look_at(python)


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        look_at(tmp_path / name)
    assert caught.value.message == f"{tmp_path / name}: there is no such interpreter"


def test_a_real_interpreter_answers(tmp_path: Path) -> None:
    about = tmp_path / "tensorflow_cpu-2.20.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: tensorflow-cpu\nVersion: 2.20.0\n", encoding="utf-8")
    with pytest.raises(SamebitsError) as caught:  # what PYTHONPATH names is not seen by a trial
        look_at(Path(sys.executable))
    assert caught.value.message == f"{sys.executable} has no TensorFlow"


# what is set


def test_only_what_tensorflow_reads_enters_and_no_secret() -> None:
    assert read_variables(
        {
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "XLA_FLAGS": "--xla_x",
            "OMP_NUM_THREADS": "4",
            "KERAS_BACKEND": "jax",
            "LD_LIBRARY_PATH": "/opt/cuda/lib64",
            "TF_CLI_CONFIG_FILE": "terraform",
            "TF_VAR_password": "x",
            "TF_VAR_PASSWORD": "x",
            "NVIDIA_API_KEY": "x",
            "CUDA_VISIBLE_DEVICES": "1",
            "PYTHONPATH": "/x",
            "HOME": "/x",
        }
    ) == (
        ("KERAS_BACKEND", "jax"),
        ("LD_LIBRARY_PATH", "/opt/cuda/lib64"),
        ("OMP_NUM_THREADS", "4"),
        ("TF_ENABLE_ONEDNN_OPTS", "0"),
        ("XLA_FLAGS", "--xla_x"),
    )
