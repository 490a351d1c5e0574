"""Where a report goes: a file that is whole or not there, the terminal, a step's summary."""

from __future__ import annotations

import os
import signal
import stat
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import cell, run, status, trials

from runner.cli.app import app
from runner.cli.output import STDOUT, deliver
from runner.errors import InputError, StoreError
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_file_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.csv"
    for text in ("a much longer text", "short é\r\n"):
        deliver(text, path)
        assert path.read_bytes() == text.encode()
    assert [one.name for one in path.parent.iterdir()] == ["report.csv"]


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old", encoding="utf-8")
    link = tmp_path / "link"
    link.symlink_to("target")
    deliver("new", link)
    assert link.is_symlink()
    assert (tmp_path / "target").read_text(encoding="utf-8") == "new"


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        deliver("text", pipe)
        assert os.read(reader, 100) == b"text"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_dash_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    deliver("text", STDOUT)
    assert capsys.readouterr().out == "text"


def test_a_folder_and_what_is_below_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder"):
        deliver("text", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="could not be written"):
        deliver("text", tmp_path / "file" / "below")


# the command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a result."""
    for name in ("SAMEBITS_MATRIX", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "results")
    for record in trials(cell(), {"a": "xx"}):
        store.add(record)
    store.add_run(run([status(cell())]))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(*arguments: str, **variables: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), env=variables)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("form", ["table", "markdown", "json", "csv", "junit", "badge", "github"])
def test_a_file_has_what_the_terminal_would(folder: Path, form: str) -> None:
    _, printed, _ = samebits("report", "--format", form)
    assert samebits("report", "--format", form, "-o", "out") == (0, "", "")
    written = (folder / "out").read_bytes().decode()
    assert written.replace("\r\n", "\n") == printed.replace("\r\n", "\n")
    assert printed


def test_a_summary_is_added_to_that_of_the_step(folder: Path) -> None:
    path = folder / "summary.md"
    path.write_text("# before\n", encoding="utf-8")
    summary = {"GITHUB_STEP_SUMMARY": str(path)}
    ended = samebits("report", "--format", "github", **summary)
    assert ended == (0, "", "added to the step summary\n")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# before\n")
    assert text.endswith(samebits("report", "--format", "github", "-o", "-", **summary)[1])


def test_a_summary_that_is_full_is_left_alone(folder: Path) -> None:
    path = folder / "summary.md"
    path.write_bytes(b"x" * (2**20 - 10))
    ended = samebits("report", "--format", "github", GITHUB_STEP_SUMMARY=str(path))
    assert ended == (0, "", "the step summary is full: nothing added\n")
    assert path.stat().st_size == 2**20 - 10
