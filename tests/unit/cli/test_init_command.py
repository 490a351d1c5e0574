"""What a folder begins with."""

from __future__ import annotations

import signal
from datetime import date
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from runner.cli.app import app
from runner.matrix.catalog import refusal
from runner.matrix.spec import load, parse
from runner.reports.starters import starters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = ["matrix.yaml", "noxfile.py", ".github/workflows/samebits.yml"]
TODAY = date(2026, 11, 26)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def init(*arguments: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, ["init", *arguments])
    return result.exit_code, result.stdout.splitlines()


def test_an_empty_folder_gets_all_of_it(folder: Path) -> None:
    code, out = init()
    assert code == 0
    assert out[:4] == [*(f"wrote {name}" for name in FILES), "next:"]
    assert [cell.id.partition("-")[2] for cell in load(folder / "matrix.yaml").cells] == [
        "tf2.20.0.cpu.nodet",
        "tf2.20.0.cpu.det",
        "tf2.21.0.cpu.nodet",
        "tf2.21.0.cpu.det",
    ]
    compile((folder / "noxfile.py").read_text(), "noxfile.py", "exec")


def test_nothing_that_is_there_is_touched(folder: Path) -> None:
    (folder / "noxfile.py").write_text("mine")
    (folder / "matrix.yaml").symlink_to("nowhere")
    _, out = init()
    assert out[:3] == [
        "left alone, it was there: matrix.yaml",
        "left alone, it was there: noxfile.py",
        "wrote .github/workflows/samebits.yml",
    ]
    assert (folder / "noxfile.py").read_text() == "mine"
    assert not (folder / "nowhere").exists()


def test_another_folder_is_made(folder: Path) -> None:
    assert init("a/b")[1][0] == "wrote a/b/matrix.yaml"
    assert load(folder / "a" / "b" / "matrix.yaml").cells


def test_a_folder_that_can_not_be_written_is_told(folder: Path) -> None:
    (folder / "file").write_text("")
    result = CliRunner().invoke(app, ["init", "file"])
    assert result.exit_code == 5
    assert result.stderr.startswith("error: file/matrix.yaml: could not be written: file exists\n")


@pytest.mark.parametrize(
    ("python", "used"), [("3.11", "3.11"), ("3.12", "3.12"), ("3.99", "3.11"), ("3.8", "3.11")]
)
def test_the_python_of_this_host_is_taken_where_the_releases_have_wheels_for_it(
    python: str, used: str
) -> None:
    matrix = parse(starters(python, TODAY)["matrix.yaml"], "matrix.yaml")
    assert {cell.environment.python for cell in matrix.cells} == {used}
    assert matrix.bases == {used: f"python:{used}-slim-bookworm"}
    assert matrix.exclude_newer == "2026-11-26"


def test_the_gpu_group_is_right_once_its_marks_are_removed() -> None:
    text = starters("3.11", TODAY)["matrix.yaml"]
    begin, group, end = text.partition("  # gpu:\n")
    lines = (group + end).split("\n\n", 1)
    uncommented = lines[0].replace("  # ", "  ")
    matrix = parse(f"{begin}{uncommented}\n\n{lines[1]}", "matrix.yaml")
    gpus = {cell.environment for cell in matrix.cells if cell.setting.device == "gpu"}
    assert len(gpus) == 4
    assert not any(map(refusal, gpus))
