"""What `shell` says where it can open none; the engines' own tests open some."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from runner.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.5.0", "2.20.0"]}
  gpu: {python: "3.11", tensorflow: "2.20.0", cuda: "12.9.1", cudnn: "9.10.2.21"}
settings: {determinism: [on]}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("SAMEBITS_MATRIX", "SAMEBITS_GPU", "SAMEBITS_BASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(
            ["py3.11-tf2.20.0.cpu.det"],
            2,
            "error: shell: this is no terminal\n"
            "  → Give a command to run instead: shell CELL -- python --version\n",
            id="no terminal",
        ),
        pytest.param(
            ["py3.11*cpu*", "--", "true"],
            2,
            "error: 'py3.11*cpu*' fits 2 cells: py3.11-tf2.5.0.cpu.det, py3.11-tf2.20.0.cpu.det …\n"
            "  → Name one: `python -m runner list` prints every cell.\n",
            id="several cells",
        ),
        pytest.param(
            ["py3.11-tf2.20.0.cpu.dot", "--", "true"],
            3,
            "error: no cell is called 'py3.11-tf2.20.0.cpu.dot', did you mean "
            "'py3.11-tf2.20.0.cpu.det'?\n  → `python -m runner list` prints every cell.\n",
            id="no such cell",
        ),
        pytest.param(
            ["*2.5.0*", "--engine", "venv", "--", "true"],
            3,
            "error: py3.11-tf2.5.0.cpu.det: ",
            id="an impossible cell",
        ),
    ],
)
def test_what_is_said(arguments: list[str], code: int, said: str) -> None:
    result = CliRunner().invoke(app, ["shell", *arguments])
    assert result.exit_code == code
    assert result.stderr.startswith(said)
    assert result.stdout == ""
