"""What a search knows before it runs anything: what is stored, and what can't be."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import trials

from runner.cli import bisecting
from runner.cli import workspace as ws
from runner.cli.running import RunOptions
from runner.cli.search import Asked
from runner.environments import lock as locks
from runner.environments.lock import Lock
from runner.environments.published import Span
from runner.matrix.line import line
from runner.results.records import Status

if TYPE_CHECKING:
    from pathlib import Path

    from runner.cli.search import Search
    from runner.matrix.cells import Cell

PYTHON = f"3.{sys.version_info.minor}"
MATRIX = f"""\
version: 1
environments:
  cpu: {{python: "{PYTHON}", tensorflow: "2.20.0"}}
settings: {{determinism: off}}
probe: {{trials: 2, repeats: 2}}
"""
RELEASES = ("2.4.4", "2.20.0", "2.21.0")
OPTIONS = RunOptions(engine="venv", bases=(), jobs=None, fresh=False, locked=False)


@pytest.fixture
def workspace(tmp_path: Path) -> ws.Workspace:
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    return ws.Workspace(tmp_path / "matrix.yaml")


def cells_of(workspace: ws.Workspace) -> dict[str, Cell]:
    (cell,) = workspace.matrix.cells
    return line(cell, "tensorflow", RELEASES)


def begin(workspace: ws.Workspace) -> Search:
    asked = Asked(
        case="c",
        axis="tensorflow",
        ends=(RELEASES[0], RELEASES[-1]),
        only=(),
        values=(),
        every=False,
        pre=False,
    )
    span = Span(releases=RELEASES, aside=())
    lock(workspace, RELEASES[-1])  # an end that had none would be resolved
    said: list[str] = []
    search = bisecting.begin(workspace, asked, cells_of(workspace), span, OPTIONS, said.append)
    assert said == []
    return search


def lock(workspace: ws.Workspace, release: str, packages: str = "keras==3.12.0\n") -> None:
    environment = cells_of(workspace)[release].environment
    text = locks.header(environment, None) + packages
    locks.write(Lock(text), environment, workspace.locks)


def store(workspace: ws.Workspace, release: str, count: int = 2) -> None:
    """Keep trials that have the key with which the cell would be planned now."""
    cell = cells_of(workspace)[release]
    chosen = ws.choose_engine("venv", workspace, (cell.environment,), {})
    found = ws.find_locks(workspace, [cell.environment])
    ready = {one: kept for one, kept in found.items() if kept}
    plan, _ = ws.plan_cells(workspace, (cell,), chosen, ready, ws.choose_gpus(()), fresh=False)
    for record in trials(cell, {"c": "aa"}, count=count, trial_key=plan.cells[0].key):
        workspace.store.add(record)


def test_with_an_empty_store_only_what_can_not_be_is_known(workspace: ws.Workspace) -> None:
    search = begin(workspace)
    assert list(search.tried) == ["2.4.4"]
    assert search.tried["2.4.4"].state is Status.REFUSED
    assert "has no wheel for Python" in search.tried["2.4.4"].reason
    assert [path.name for path in workspace.locks.iterdir()] == [f"py{PYTHON}-tf2.21.0.txt"]


def test_what_is_stored_is_known(workspace: ws.Workspace) -> None:
    lock(workspace, "2.20.0")
    store(workspace, "2.20.0")
    search = begin(workspace)
    assert list(search.tried) == ["2.4.4", "2.20.0"]
    assert search.tried["2.20.0"].group == "A"


def test_half_of_the_trials_are_not_enough(workspace: ws.Workspace) -> None:
    lock(workspace, "2.20.0")
    store(workspace, "2.20.0", count=1)
    assert list(begin(workspace).tried) == ["2.4.4"]


def test_what_was_stored_with_another_lock_is_not_known(workspace: ws.Workspace) -> None:
    lock(workspace, "2.20.0")
    store(workspace, "2.20.0")
    lock(workspace, "2.20.0", "keras==3.13.0\n")
    assert list(begin(workspace).tried) == ["2.4.4"]
