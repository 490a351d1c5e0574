"""The command `report` as HTML: printed or written to a file, and what it is told."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import cell, run, status, trials

from runner.cli.app import app
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with results of two cells and no matrix file."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "results")
    cells = (cell("2.19.1"), cell("2.20.0"))
    for of in cells:
        for record in trials(of, {"nn.a": ("x", "x"), "nn.b": ("y", "y")}):
            store.add(record)
    store.add_run(run(map(status, cells)))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def report(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["report", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("folder")
def test_the_page_is_printed() -> None:
    code, out, err = report("--format", "html")
    assert (code, err) == (0, "")
    assert out.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert report("--format", "html", "-o", "-") == (code, out, err)


def test_the_page_is_written_to_a_file(folder: Path) -> None:
    printed = report("--format", "html")[1]
    path = folder / "docs" / "report.html"
    assert report("--format", "html", "--output", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8") == printed


@pytest.mark.usefixtures("folder")
def test_claims_are_told_about_all_cases_or_not_at_all() -> None:
    assert '<section id="claims"' in report("--format", "html")[1]
    assert '<section id="claims"' not in report("--format", "html", "--case", "nn.a")[1]


def test_the_command_of_a_cell_names_the_matrix_that_was_named(folder: Path) -> None:
    text = "version: 1\nenvironments:\n  cpu: {python: '3.11', tensorflow: ['2.20.0']}\n"
    for name in ("matrix.yaml", "my own.yaml"):
        (folder / name).write_text(text + "settings: {determinism: [on]}\n", encoding="utf-8")
    command = "--only py3.11-tf2.20.0.cpu.det --fresh"
    usual, named = report("--format", "html")[1], "--matrix 'my own.yaml' "
    assert f'"nox -s matrix -- {command}"' in usual
    other = report("--format", "html", "--matrix", "my own.yaml")[1]
    assert f'"nox -s matrix -- {named}{command}"' in other


def test_what_differs_from_a_baseline_comes_first(folder: Path) -> None:
    updated = CliRunner().invoke(app, ["baseline", "update", "baseline.json", "--all"])
    assert updated.exit_code == 0, updated.output
    store, of = Store(folder / "results"), cell("2.20.0")
    for record in trials(of, {"nn.a": ("new", "new"), "nn.b": ("y", "y")}, count=6, at=900):
        store.add(record)
    store.add_run(run([status(of)], at=900))
    gate = ("--baseline", "baseline.json", "--fail-on", "varies")
    code, out, err = report("--format", "html", "--all", *gate)
    assert code == 1, err
    assert out.index("Against the baseline baseline.json") < out.index('id="filters"')
    assert "nn.a" in out[out.index('id="against"') : out.index('id="filters"')]
