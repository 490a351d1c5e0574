"""The matrix files that are shipped: what they hold, and that all of it can be installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.environments import lock
from runner.matrix.catalog import refusal
from runner.matrix.releases import table
from runner.matrix.spec import Matrix, load

ROOT = Path(__file__).resolve().parents[3]
MATRICES = sorted(ROOT.glob("matrices/*.yaml"))
HISTORY = load(ROOT / "matrices" / "history.yaml")


def environments(matrix: Matrix) -> dict[str, set[str]]:
    """Give Python → the TensorFlow releases that run on it."""
    found: dict[str, set[str]] = {}
    for cell in matrix.cells:
        found.setdefault(cell.environment.python, set()).add(cell.environment.tensorflow)
    return found


@pytest.mark.parametrize("path", MATRICES, ids=lambda path: path.stem)
def test_every_environment_is_possible_and_locked(path: Path) -> None:
    matrix = load(path)
    locks = ROOT / "images" / "locks"
    for environment in {cell.environment for cell in matrix.cells}:
        assert refusal(environment) is None
        assert lock.read(environment, matrix.exclude_newer, locks), environment.id


def test_the_history_has_the_newest_patch_of_every_minor() -> None:
    releases = set.union(*environments(HISTORY).values())
    assert releases == {list(row.patches)[-1] for row in table().releases}


def test_the_python_of_the_history_moves_once_and_alone() -> None:
    found = environments(HISTORY)
    assert found.keys() == {"3.8", "3.11"}
    assert found["3.8"] & found["3.11"] == {"2.12.1"}
