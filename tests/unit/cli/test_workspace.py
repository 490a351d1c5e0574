"""Where the locks, results and venvs of a matrix file lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runner.cli.workspace import Workspace, choose_engine, home
from runner.environments.own_probe import OwnProbe
from runner.errors import EngineUnavailable, InputError
from runner.matrix.cells import Environment

MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: "2.20.0"}
probe: {path: mine/my.py}
"""
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


def test_what_neither_engine_can_run_names_both_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    inside = Environment(python="3.8", tensorflow="2.8.4", cuda="system", base="cuda:11.2.2")
    with pytest.raises(EngineUnavailable) as caught:
        choose_engine("auto", Workspace(ROOT / "matrix.yaml"), (inside,), {})
    assert caught.value.message == (
        "a venv is made on this host, not in cuda:11.2.2; it takes --engine docker\n"
        "Docker was not taken, since no Docker engine answers at "
        f"unix://{tmp_path}/none: No such file or directory"
    )
    assert caught.value.hint == "start dockerd, or set DOCKER_HOST, or use --engine venv"


def test_one_s_own_cases_are_found_from_the_folder_of_the_matrix(tmp_path: Path) -> None:
    text = "import probe\nprobe.case('a')(print)\n"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "my.py").write_text(text, encoding="utf-8")
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    assert Workspace(tmp_path / "matrix.yaml").probe.own == OwnProbe("my.py", text.encode())
    assert Workspace(ROOT / "matrix.yaml").probe.own is None


def test_a_matrix_whose_cases_are_not_there_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_text(MATRIX, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Workspace(path)
    assert str(caught.value) == (
        f"{tmp_path}/mine/my.py: No such file or directory\n"
        f"probe.path in {path} names it, from the folder of that file."
    )


def test_more_trials_than_the_file_says_change_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    path.write_text(MATRIX.replace("path: mine/my.py", "trials: 2"), encoding="utf-8")
    file, more = Workspace(path), Workspace(path, trials=30)
    assert (file.matrix.probe.trials, more.matrix.probe.trials) == (2, 30)
    assert replace(more.matrix, probe=file.matrix.probe) == file.matrix
