"""A run that is divided, merged and reported, against the same run in one piece."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from places import Place

pytestmark = pytest.mark.e2e

PROBE = """\
from probe import case


@case("my.sum")
def total(lab):
    return lab.tf.reduce_sum(lab.tf.random.normal([1000]))
"""
MATRIX = ("--matrix", "divided.yaml")


@pytest.fixture(scope="module")
def divided(venv: Place) -> Place:
    """A cheap matrix beside the usual one, whose venvs it shares, run whole and in two shards."""
    text = (venv.folder / "matrix.yaml").read_text(encoding="utf-8")
    cheap = text.replace("probe: {", "probe: {path: cheap.py, ")
    (venv.folder / "divided.yaml").write_text(cheap, encoding="utf-8")
    (venv.folder / "cheap.py").write_text(PROBE, encoding="utf-8")
    for name, more in (
        ("whole", ()),
        ("shards/one", ("--shard", "1/2")),
        ("shards/two", ("--shard", "2/2")),
    ):
        ended = venv.run(*MATRIX, "--results", name, *more)
        assert ended.returncode == 0, ended.stderr
    return venv


def report(place: Place, results: str, *arguments: str) -> str:
    ended = place.command("report", *MATRIX, "--results", results, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def trials(folder: Path) -> int:
    return len(list(folder.rglob("trials/*/*.json")))


def test_each_shard_ran_its_own_half(divided: Place) -> None:
    assert trials(divided.folder / "whole") == 4
    assert trials(divided.folder / "shards" / "one") == 2
    assert trials(divided.folder / "shards" / "two") == 2


def test_merged_shards_give_the_report_of_the_whole_run(divided: Place) -> None:
    ended = divided.command("merge", "merged", "shards")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "all shards of 2 are there"
    form = ("--format", "markdown", "--columns", "cases")
    assert report(divided, "merged", *form) == report(divided, "whole", *form)


def test_a_shard_that_is_lost_is_missing_from_the_report(divided: Place) -> None:
    ended = divided.command("merge", "half", "shards/one")
    assert ended.returncode == 5
    assert ended.stdout.splitlines()[-1] == "shard 2 of 2 is missing, with 1 cell"
    (context,) = json.loads(report(divided, "half", "--format", "json"))["contexts"]
    assert [(cell["status"], cell["reason"]) for cell in context["cells"]] == [
        ("done", ""),
        ("missing", "shard 2 of 2 has left no results"),
    ]
