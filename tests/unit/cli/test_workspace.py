"""Where the locks, results and venvs of a matrix file lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.cli.workspace import Workspace, home

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("matrix", ["matrix.yaml", "matrices/history.yaml", "a/new/one.yaml"])
def test_every_matrix_of_the_checkout_has_its_home_there(matrix: str) -> None:
    assert home(ROOT / matrix) == ROOT


def test_a_matrix_elsewhere_has_its_home_beside_it(tmp_path: Path) -> None:
    assert home(tmp_path / "matrices" / "one.yaml") == tmp_path / "matrices"


def test_what_lies_in_the_home() -> None:
    workspace = Workspace(ROOT / "matrices" / "history.yaml")
    assert workspace.locks == ROOT / "images" / "locks"
    assert workspace.store.root == ROOT / "results"


def test_results_may_lie_where_they_are_asked_for(tmp_path: Path) -> None:
    workspace = Workspace(ROOT / "matrices" / "history.yaml", tmp_path)
    assert workspace.store.root == tmp_path
