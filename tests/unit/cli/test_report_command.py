"""The command `report` in its formats: printed, or written to a file whole."""

from __future__ import annotations

import os
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

BEGINS = {
    "table": "Docker, cpu avx512_bf16\n=====",
    "markdown": "### Docker, cpu avx512\\_bf16\n",
    "json": '{\n  "contexts"',
    "html": '<!DOCTYPE html>\n<html lang="en">',
}


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


@pytest.mark.parametrize("form", BEGINS)
@pytest.mark.usefixtures("folder")
def test_each_format_is_printed(form: str) -> None:
    code, out, err = report("--format", form)
    assert (code, err) == (0, "")
    assert out.startswith(BEGINS[form])
    assert report("--format", form, "-o", "-") == (code, out, err)


@pytest.mark.parametrize("form", BEGINS)
def test_each_format_is_written_to_a_file(folder: Path, form: str) -> None:
    printed = report("--format", form)[1]
    path = folder / "docs" / "report"
    assert report("--format", form, "--output", str(path)) == (0, "", f"The report is in {path}\n")
    assert path.read_text(encoding="utf-8") == printed
    assert [one.name for one in path.parent.iterdir()] == ["report"]


def test_a_file_that_is_there_is_replaced_and_so_is_what_a_link_leads_to(folder: Path) -> None:
    (folder / "real.html").write_text("old", encoding="utf-8")
    (folder / "report.html").symlink_to("real.html")
    assert report("--format", "html", "-o", "report.html")[0] == 0
    assert (folder / "report.html").is_symlink()
    assert (folder / "real.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_what_is_no_file_is_left_alone(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for name in ("results", "pipe"):
        assert report("--format", "html", "-o", name) == (
            2,
            "",
            f"error: --output {name}: not a file\n  → Name a file, or - to print it.\n",
        )


def test_a_place_that_can_not_be_written(folder: Path) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    code, out, err = report("-o", "file/report.txt")
    assert (code, out) == (5, "")
    assert err.startswith(f"error: {folder}/file/report.txt: could not be written: ")


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
