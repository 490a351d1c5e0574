"""A command of the user's in a venv, as a trial would run."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from unit.execution.fake_engine import cells

from runner.environments.engine import Prepared, Trial
from runner.environments.index import IndexSettings
from runner.environments.shells import Entry
from runner.environments.venv import VenvEngine

if TYPE_CHECKING:
    from pathlib import Path

SHOW = "import json, os, sys; print(json.dumps(dict(os.environ))); sys.exit(3)"


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A trial in a venv that is a link to this interpreter."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
    (of,) = cells("2.20.0")
    return Trial(
        cell=of,
        prepared=Prepared(reference=str(tmp_path / "venv"), reused=True),
        probe_folder=tmp_path / "images",
        arguments=(),
        variables=(("TF_XLA_FLAGS", "mine"),),
        timeout=60,
        memory=2**30,
    )


def test_what_enters_is_what_enters_a_trial_and_the_terminal(
    trial: Trial,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SECRET", "of the host")
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    assert engine.enter(trial, Entry(("python", "-c", SHOW))) == 3
    seen = json.loads(capfd.readouterr().out)
    assert seen["PATH"].split(":")[0] == f"{tmp_path}/venv/bin"
    assert seen["VIRTUAL_ENV"] == f"{tmp_path}/venv"
    assert seen["PYTHONPATH"] == str(tmp_path / "images")
    assert (seen["TF_XLA_FLAGS"], seen["CUDA_VISIBLE_DEVICES"]) == ("mine", "")
    assert (seen["TERM"], seen["HOME"]) == ("xterm", str(tmp_path))
    assert "SECRET" not in seen


def test_nothing_is_the_shell_of_the_user(
    trial: Trial,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\necho $VIRTUAL_ENV\n")
    shell.chmod(0o755)
    monkeypatch.setenv("SHELL", str(shell))
    assert VenvEngine(tmp_path / "venvs", IndexSettings()).enter(trial, Entry()) == 0
    assert capfd.readouterr().out == f"{tmp_path}/venv\n"


def test_a_command_that_is_not_there_is_told_as_a_shell_would(
    trial: Trial, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    assert engine.enter(trial, Entry(("no-such-command",))) == 127
    assert "no-such-command" in capfd.readouterr().err
