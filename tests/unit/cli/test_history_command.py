"""The command `history`."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import cell, key, run, status, trials

from runner.cli.app import app
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OF = cell("2.20.0")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the results of two runs of one cell, between which a lock moved."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "results")
    for day, word in enumerate("xy"):
        at, planned = day * 86_400, key(OF, lock=f"lock-{day}")
        for record in trials(OF, {"nn.conv2d": word * 2}, at=at + 10, trial_key=planned):
            store.add(record)
        store.add_run(run([status(OF, planned=planned)], at=at))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("pattern", ["nn.conv2d", "nn.*", "*"])
def test_when_the_bits_changed_and_what_moved(pattern: str) -> None:
    code, out, err = samebits("history", pattern)
    assert (code, err) == (0, "")
    assert "2026-11-22 09:00  A" in out
    assert "2026-11-23 09:00  B       lock lock-0 → lock-1" in out


@pytest.mark.usefixtures("folder")
def test_for_programs_and_for_pages() -> None:
    for arguments in (["--json"], ["--format", "json"]):
        (course,) = json.loads(samebits("history", "nn.*", *arguments)[1])["courses"]
        assert [one["group"] for one in course["spells"]] == ["A", "B"]
    assert "| nn.conv2d |" in samebits("history", "nn.*", "--format", "markdown")[1]


@pytest.mark.usefixtures("folder")
def test_a_report_tells_of_it() -> None:
    out = samebits("report")[1]
    assert "Changed by the last run (2026-11-23 09:00) against the one before:" in out


@pytest.mark.usefixtures("folder")
def test_a_case_there_is_not() -> None:
    assert samebits("history", "nn.conv2") == (
        3,
        "",
        "error: no case with a result is 'nn.conv2'\n  → Did you mean 'nn.conv2d'?\n",
    )


def test_nothing_is_stored(tmp_path: Path, folder: Path) -> None:
    code, _, err = samebits("history", "*", "--results", str(tmp_path / "none"))
    assert (code, err.splitlines()[0]) == (3, f"error: {folder}/none: no results yet")
