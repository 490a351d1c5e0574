"""What is said after a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.text import Text
from unit.results.synthetic import cell, key, run, status

from runner.cli.showing import next_step
from runner.cli.workspace import Workspace
from runner.results.records import Shard, Status

MATRIX = """\
version: 1
environments: {cpu: {python: "3.11", tensorflow: "2.20.0"}}
"""


def said(matrix: str, what: Status = Status.DONE, *, tried: bool = False) -> list[str]:
    Path(matrix).parent.mkdir(exist_ok=True)
    Path(matrix).write_text(MATRIX, encoding="utf-8")
    record = run([status(cell(), what, planned=key(cell()) if tried else None)])
    return Text.from_markup(next_step(Workspace(Path(matrix)), record)).plain.splitlines()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_where_the_results_are_and_how_to_show_them(tmp_path: Path) -> None:
    assert said("matrix.yaml") == [
        f"results in {tmp_path}/results",
        "by case: nox -s report -- --columns cases",
        "as a page: nox -s report -- --format html -o report.html",
        "for docs and programs: nox -s report -- --format markdown|json",
    ]


def test_another_matrix_file_is_named() -> None:
    assert said("other[1]/a.yaml")[1:] == [
        "by case: nox -s report -- --matrix other[1]/a.yaml --columns cases",
        "as a page: nox -s report -- --matrix other[1]/a.yaml --format html -o report.html",
        "for docs and programs: nox -s report -- --matrix other[1]/a.yaml --format markdown|json",
    ]


def test_what_failed_is_tried_again() -> None:
    again = "1 cell without a result; run again to try them again"
    assert said("matrix.yaml", Status.TIMED_OUT)[1] == again
    assert again not in said("matrix.yaml", Status.SKIPPED)
    assert again not in said("matrix.yaml", Status.NO_GPU)
    assert said("matrix.yaml", Status.NO_GPU, tried=True)[1] == again


def test_a_shard_is_to_be_merged(tmp_path: Path) -> None:
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    part = Shard(index=1, of=3, division=())
    record = run([status(cell())]).model_copy(update={"shard": part})
    said = Text.from_markup(next_step(Workspace(Path("matrix.yaml")), record)).plain
    assert said.splitlines()[-1] == (
        "one of 3 shards: samebits merge TARGET SOURCE… joins them, and says which are missing"
    )
