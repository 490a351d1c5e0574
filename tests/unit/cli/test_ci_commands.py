"""The workflows that `ci` prints, held against the published schemas, and what they call."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner
from unit.results.synthetic import cell, run, status

from runner.cli.app import app
from runner.results.records import Phase
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}
  old: {python: "3.11", tensorflow: "2.5.0"}
settings: {determinism: [off, on]}
"""
GITHUB, GITLAB = "vendor.github-workflows", "vendor.gitlab-ci"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with two environments that are possible and one that is not."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def printed(*arguments: str) -> str:
    code, out, err = samebits("ci", *arguments)
    assert code == 0, err
    return out


def parsed(text: str) -> dict[Any, Any]:
    document = yaml.safe_load(text)
    assert isinstance(document, dict)
    return document


@pytest.mark.usefixtures("folder")
def test_the_workflows_are_what_the_services_take(tmp_path: Path) -> None:
    """All at once, since a check takes half a second."""
    files: dict[str, list[str]] = {GITHUB: [], GITLAB: []}
    rows = [
        (GITHUB, ["github"]),
        (GITHUB, ["github", "--cpu", "--at-most", "8", "--only", "tensorflow=2.2*"]),
        (GITHUB, ["github", "--label", "a100", "--cron", "0 4 * * 1-5", "--install", "."]),
        (GITLAB, ["gitlab", "--cpu"]),
        (GITLAB, ["gitlab", "--cpu", "--label", "large", "--at-most", "1", "--minutes", "30"]),
    ]
    for number, (schema, arguments) in enumerate(rows):
        path = tmp_path / f"{number}.yml"
        path.write_text(printed(*arguments), encoding="utf-8")
        files[schema].append(str(path))
    files[GITHUB] += map(str, (ROOT / ".github" / "workflows").glob("*.yml"))
    assert len(files[GITHUB]) == 5
    for schema, paths in files.items():
        checked = subprocess.run(
            [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *paths],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_workflow_of_this_repository_is_what_is_printed() -> None:
    text = (ROOT / ".github" / "workflows" / "matrix.yml").read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    assert first == (
        "# Printed by `samebits ci github --install .`: run that again rather than edit this."
    )
    assert text == printed("github", "--install", ".")


def test_one_shard_failing_ends_no_other_and_what_finished_is_kept() -> None:
    jobs = parsed(printed("github"))["jobs"]
    assert list(jobs) == ["plan", "cells", "report"]
    cells, report = jobs["cells"], jobs["report"]
    assert cells["strategy"] == {
        "fail-fast": False,
        "matrix": "${{ fromJSON(needs.plan.outputs.jobs) }}",
    }
    assert cells["runs-on"] == ["self-hosted", "gpu"]
    assert cells["timeout-minutes"] == 360
    assert cells["steps"][-1]["if"] == "${{ always() }}"
    assert cells["steps"][-1]["with"]["name"] == "results-${{ matrix.index }}"
    assert report["if"] == "${{ !cancelled() && needs.plan.result == 'success' }}"
    assert "permissions" not in cells


def test_it_may_read_and_nothing_else() -> None:
    workflow = parsed(printed("github"))
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] is False
    # YAML 1.1 reads the key `on` as true.
    assert workflow[True] == {"schedule": [{"cron": "17 2 * * *"}], "workflow_dispatch": None}
    uses = [
        step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step
    ]
    assert all(one.startswith("actions/") and one[-2] == "v" for one in uses)


def test_every_step_selects_the_same_cells() -> None:
    text = printed("github", "--cpu", "--only", "tensorflow=2.2*")
    chosen = "--only device=cpu --only 'tensorflow=2.2*'"
    assert f"samebits ci jobs --at-most 256 {chosen})\n" in text
    assert f"samebits run --shard ${{{{ matrix.shard }}}} --results results {chosen}\n" in text
    assert f'samebits report --results results {chosen} --format "$@"; }}\n' in text
    assert "--require-gpu" not in text
    assert "--only device=gpu --require-gpu\n" in printed("github")


@pytest.mark.usefixtures("folder")
def test_a_matrix_of_jobs_has_one_for_each_environment_that_is_possible() -> None:
    line = printed("jobs")
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "include": [
            {"index": 1, "shard": "1/2", "cells": 4, "what": "2 environments"},
            {"index": 2, "shard": "2/2", "cells": 2, "what": "py3.11-tf2.20.0"},
        ]
    }
    assert len(json.loads(printed("jobs", "--at-most", "1"))["include"]) == 1
    shards = [samebits("list", "--shard", f"{index}/2")[1].split() for index in (1, 2)]
    assert [len(shard) for shard in shards] == [4, 2]


def test_there_are_at_most_256_jobs(folder: Path) -> None:
    bases = ", ".join(f'"base:{number}"' for number in range(300))
    matrix = MATRIX.replace('"2.5.0"', f'"2.20.0", base: [{bases}]')
    (folder / "matrix.yaml").write_text(matrix, encoding="utf-8")
    found = json.loads(printed("jobs"))["include"]
    assert len(found) == 256
    assert sum(job["cells"] for job in found) == 604


@pytest.mark.usefixtures("folder")
def test_gitlab_counts_the_shards_itself() -> None:
    workflow = parsed(printed("gitlab", "--cpu"))
    cells = workflow["cells"]
    assert cells["parallel"] == 2
    assert "tags" not in cells
    assert cells["artifacts"]["when"] == workflow["report"]["when"] == "always"
    assert parsed(printed("gitlab", "--cpu", "--label", "a"))["cells"]["tags"] == ["a"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--label", "a b"], "--label 'a b': no label of a runner"),
        (["--label", "]\n- x"], "--label ']\\n- x': no label of a runner"),
        (["--cron", "nightly"], "--cron 'nightly': not five fields"),
        (["--cron", '0 0 * * "'], "--cron '0 0 * * \"': not five fields"),
        (["--only", "${{ secrets.X }}"], "'${{ secrets.X }}': can't be put into a workflow"),
        (["--install", "a\nb"], "'a\\nb': can't be put into a workflow"),
    ],
)
def test_what_would_become_part_of_the_workflow_is_refused(arguments: list[str], said: str) -> None:
    code, out, err = samebits("ci", "github", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {said}\n")


def test_a_selection_is_one_word_of_the_shell() -> None:
    text = printed("github", "--only", "tensorflow=$(id); '\"#: x")
    assert "--only 'tensorflow=$(id); '\"'\"'\"#: x'" in text
    parsed(text)


def test_durations_are_written_beside_the_locks(folder: Path) -> None:
    assert samebits("ci", "durations")[0] == 3
    of = cell("2.20.0")
    record = run([status(of)]).model_copy(
        update={"phases": (Phase(kind="trial", subject=of.id, start=1.0, end=13.0),)}
    )
    Store(folder / "results").add_run(record)
    path = folder / "images" / "locks" / "durations.json"
    assert printed("durations") == f"{path}: 1 cell, 0 environments\n"
    assert json.loads(path.read_text()) == {"builds": {}, "trials": {of.id: 12.0}}
