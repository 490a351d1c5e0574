"""The command `explain`: which cases it tells of, and in which form."""

from __future__ import annotations

import json
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

OLD, NEW = cell("2.19.1"), cell("2.20.0")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of results alone: one case that changed and two that did not."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "results")
    for of, word in ((OLD, "a"), (NEW, "b")):
        words = {"nn.conv2d": (word, word), "nn.dropout": "xx", "keras.dropout": "yy"}
        for record in trials(of, words):
            store.add(record)
    store.add_run(run(map(status, (OLD, NEW))))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["explain", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("folder")
def test_what_changed_a_case() -> None:
    code, out, err = samebits("nn.conv2d")
    assert (code, err) == (0, "")
    assert "\nnn.conv2d\n" in out
    assert (
        "- Changes between tensorflow 2.19.1 and 2.20.0, in the only pair of cells, such as" in out
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("patterns", "told"),
    [
        pytest.param(["nn.*"], ["nn.conv2d", "nn.dropout"], id="a pattern"),
        pytest.param(["*.dropout"], ["nn.dropout", "keras.dropout"], id="of any family"),
        pytest.param(
            ["keras.dropout", "nn.conv2d"],
            ["nn.conv2d", "keras.dropout"],
            id="in the probe's order",
        ),
    ],
)
def test_which_cases_are_told(patterns: list[str], told: list[str]) -> None:
    code, out, _ = samebits(*patterns, "--json")
    assert code == 0
    assert [case["case"] for case in json.loads(out)["contexts"][0]["cases"]] == told


@pytest.mark.usefixtures("folder")
def test_cases_alike_are_told_together() -> None:
    assert "\nnn.dropout, keras.dropout\n" in samebits("*.dropout")[1]


@pytest.mark.usefixtures("folder")
def test_the_forms() -> None:
    assert samebits("nn.conv2d", "--json") == samebits("nn.conv2d", "--format", "json")
    assert samebits("nn.conv2d", "--format", "markdown")[1].startswith("### Docker, cpu avx512")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param("keras.dropuot", "Did you mean 'keras.dropout'?", id="near"),
        pytest.param(
            "zzz",
            "`python -m runner report --columns cases` shows every case that has a result.",
            id="nothing near",
        ),
    ],
)
def test_a_case_there_is_not(name: str, hint: str) -> None:
    assert samebits(name) == (
        3,
        "",
        f"error: no case with a result is called '{name}'\n  → {hint}\n",
    )


def test_nothing_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = samebits("a", "--all")
    assert (code, err.splitlines()[0]) == (3, f"error: {tmp_path}/results: no results yet")
