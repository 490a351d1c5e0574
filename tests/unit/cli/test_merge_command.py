"""`--shard` and `merge`: what is said of shards, and what a report makes of a missing one."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import key, run, status, trial, trials

from runner.cli.app import app
from runner.cli.sharding import take
from runner.cli.workspace import Workspace
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.18.1", "2.19.1", "2.20.0"]}
settings: {determinism: [on]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a matrix of three environments, and of each shard of three a store."""
    for name in ("SAMEBITS_MATRIX", "SAMEBITS_RUN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    for index in (1, 2, 3):
        selected = take(Workspace(tmp_path / "matrix.yaml"), None, f"{index}/3")
        store = Store(tmp_path / "shards" / f"results-{index}")
        (of,) = selected.cells
        for record in trials(of, {"a": ("x", "x")}, trial_key=key(of)):
            store.add(record)
        store.add_run(
            run([status(of, planned=key(of))]).model_copy(update={"shard": selected.shard})
        )
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_every_shard_lists_its_cells() -> None:
    listed = [samebits("list", "--shard", f"{index}/2")[1].split() for index in (1, 2)]
    assert listed == [
        ["py3.11-tf2.18.1.cpu.det", "py3.11-tf2.20.0.cpu.det"],
        ["py3.11-tf2.19.1.cpu.det"],
    ]


@pytest.mark.parametrize("command", ["run", "plan", "list"])
def test_a_shard_without_cells_is_no_failure(command: str) -> None:
    said = "shard 4/4 has no cells: there are fewer environments than 4\n"
    assert samebits(command, "--shard", "4/4") == (0, "", said)


def test_a_shard_without_cells_is_an_empty_report_for_programs() -> None:
    code, out, _ = samebits("run", "--shard", "4/4", "--json")
    assert (code, json.loads(out)["contexts"]) == (0, [])


def test_what_is_no_shard_is_told() -> None:
    code, _, err = samebits("run", "--shard", "2")
    assert code == 2
    assert err == (
        "error: --shard 2: not of the form I/N, such as 1/4\n"
        "  → I counts from 1 to N, and N is at most 256.\n"
    )


def test_durations_beside_the_locks_decide_the_shards(folder: Path) -> None:
    locks = folder / "images" / "locks"
    locks.mkdir(parents=True)
    slow = {"builds": {}, "trials": {"py3.11-tf2.20.0.cpu.det": 900, "py3.11-tf2.18.1.cpu.det": 1}}
    (locks / "durations.json").write_text(json.dumps(slow))
    assert samebits("list", "--shard", "1/2")[1].split() == ["py3.11-tf2.20.0.cpu.det"]
    (locks / "durations.json").write_text("[]")
    code, _, err = samebits("list", "--shard", "1/2")
    assert code == 2
    assert "durations.json: not a table of durations in seconds" in err


def test_all_shards_are_there() -> None:
    code, out, err = samebits("merge", "results", "shards")
    assert code == 0
    assert out == (
        "shards/results-1: 3 trials, 1 run record\n"
        "shards/results-2: 3 trials, 1 run record\n"
        "shards/results-3: 3 trials, 1 run record\n"
        "all shards of 3 are there\n"
    )
    assert err == "the table: nox -s report -- --all --results results\n"


def test_a_missing_shard_is_told_and_its_cells_are_reported_as_missing() -> None:
    code, out, _ = samebits("merge", "results", "shards/results-1", "shards/results-3")
    assert code == 5
    assert out.splitlines()[-1] == "shard 2 of 3 is missing, with 1 cell"
    for scope in ([], ["--all"]):
        code, out, err = samebits("report", "--results", "results", *scope)
        assert code == 0, err
        assert "- 1 cell missing: shard 2 of 3 has left no results (tensorflow 2.19.1)" in out
        assert "2 cells with a result" in out


def test_the_missing_shard_may_come_later() -> None:
    assert samebits("merge", "results", "shards/results-1", "shards/results-3")[0] == 5
    code, out, _ = samebits("merge", "results", "shards/results-2")
    assert code == 0
    assert out.splitlines()[-1] == "all shards of 3 are there"
    assert "missing" not in samebits("report")[1]


def test_an_incomplete_run_of_before_does_not_count_against_this_one(folder: Path) -> None:
    old = take(Workspace(folder / "matrix.yaml"), None, "1/3")
    assert old.shard
    yesterday = old.shard.model_copy(update={"run": "yesterday"})
    mine = run([status(old.cells[0])], at=-90_000).model_copy(update={"shard": yesterday})
    Store(folder / "results").add_run(mine)
    assert samebits("merge", "results", "shards")[0] == 0


def test_a_damaged_file_is_told_and_fails_the_merge(folder: Path) -> None:
    store = Store(folder / "shards" / "results-2")
    path = store.add(trial(take(Workspace(folder / "matrix.yaml"), None, "2/3").cells[0], at=99))
    path.write_bytes(path.read_bytes()[:-1])
    code, out, _ = samebits("merge", "results", "shards")
    assert code == 5
    name = path.relative_to(store.root)
    truncated = "truncated or no record of samebits: its last line is no checksum"
    assert f"  kept out {name}: {truncated}\n" in out
    assert out.splitlines()[-1] == "all shards of 3 are there"


def test_programs_read_json() -> None:
    code, out, _ = samebits("merge", "results", "shards/results-2", "--json")
    assert code == 5
    document = json.loads(out)
    assert document["sources"][0]["copied"] == {"arrays": 0, "runs": 1, "trials": 3}
    assert document["divided"] == [
        {
            "missing": [1, 3],
            "missing_cells": ["py3.11-tf2.18.1.cpu.det", "py3.11-tf2.20.0.cpu.det"],
            "present": [2],
            "run": "",
            "shards": 3,
        }
    ]


def test_the_record_of_a_shard_says_of_which_run_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMEBITS_RUN", "12345\x1b[31m")
    shard = take(Workspace(folder / "matrix.yaml"), None, "2/3").shard
    assert shard
    assert (shard.index, shard.of, shard.run) == (2, 3, "12345\ufffd[31m")
