"""The command `lint`: advice, and a gate where that is asked for."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from runner.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}
settings: {determinism: [off, on]}
"""
BAD = """\
version: 1
environments:
  older: {python: "3.11", tensorflow: "2.19.1"}
  newer: {python: "3.12", tensorflow: "2.20.0"}
settings: {determinism: [on]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which commands run."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(folder: Path, text: str, *arguments: str) -> tuple[int, str, str]:
    (folder / "matrix.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["lint", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("arguments", [[], ["--strict"]])
def test_a_matrix_that_can_tell_everything(folder: Path, arguments: list[str]) -> None:
    assert samebits(folder, GOOD, *arguments) == (
        0,
        "cpu: 4 cells; each axis that varies can be told from the others.\n",
        "",
    )


def test_advice_is_no_error(folder: Path) -> None:
    code, out, err = samebits(folder, BAD)
    assert (code, err) == (0, "")
    assert "- python (3.11 → 3.12) and tensorflow (2.19.1 → 2.20.0) move at once" in out
    assert '- {python: "3.11", tensorflow: "2.20.0"}' in out


def test_unless_it_is_asked_to_be(folder: Path) -> None:
    code, out, err = samebits(folder, BAD, "--strict")
    assert (code, err) == (1, "error: matrix.yaml: this matrix can't tell everything it asks\n")
    assert out.startswith("cpu: 2 cells in 2 parts")


def test_some_cells_alone(folder: Path) -> None:
    code, out, _ = samebits(folder, GOOD, "--only", "determinism=on", "--json")
    assert code == 0
    assert [device["cells"] for device in json.loads(out)["devices"]] == [2]


def test_a_cell_that_is_added_as_proposed_mends_it(folder: Path) -> None:
    mended = BAD.replace(
        'tensorflow: "2.19.1"}', 'tensorflow: "2.19.1", include: [{tensorflow: "2.20.0"}]}'
    )
    assert samebits(folder, mended, "--strict")[0] == 0
