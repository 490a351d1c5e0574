"""Ctrl-C ends a command at once, quietly and with 130, from its first import on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from unit.cli.engines import fake_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[3]
MATRIX = "version: 1\nenvironments: {cpu: {python: '3.11', tensorflow: 2.20.0}}\n"


def start(
    folder: Path, *arguments: str, path: Path = ROOT, variables: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{path}{os.pathsep}{ROOT}"} | dict(variables or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupted(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal; exit code and what was printed, which has to come soon."""
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    return process.returncode, out, err


def test_while_importing(tmp_path: Path) -> None:
    """One of the packages that it imports takes its time."""
    begun = tmp_path / "begun"
    (tmp_path / "typer.py").write_text(
        f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(60)\n"
    )
    process = start(tmp_path, "list", path=tmp_path)
    deadline = time.monotonic() + 10
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert interrupted(process, signal.SIGINT) == (130, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_waiting_for_an_engine(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "matrix.yaml").write_text(MATRIX)
    with fake_engine(tmp_path / "s", None) as (address, asked):
        variables = {"DOCKER_HOST": address}
        process = start(tmp_path, "plan", "--engine", "docker", variables=variables)
        assert asked.wait(timeout=20)
        assert interrupted(process, number) == (130, "", "interrupted\n")
