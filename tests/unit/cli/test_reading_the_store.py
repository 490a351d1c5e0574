"""The commands that read the store only: which cells they show."""

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

    from runner.matrix.cells import Cell

MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}
settings: {determinism: [on]}
"""
MINE, ALSO_MINE, OTHER = cell("2.19.1"), cell("2.20.0"), cell("2.18.1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a matrix of two cells, and results of these and of a third."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    store = Store(tmp_path / "results")
    cells = (OTHER, MINE, ALSO_MINE)
    for of, word in zip(cells, "aab", strict=True):
        for record in trials(of, {"a": (word, word)}):
            store.add(record)
    store.add_run(run(map(status, cells)))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def cells(*arguments: str) -> list[str]:
    code, out, err = samebits("report", "--format", "json", *arguments)
    assert code == 0, err
    return [one["cell"] for context in json.loads(out)["contexts"] for one in context["cells"]]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        pytest.param([], [MINE, ALSO_MINE], id="those of the matrix"),
        pytest.param(["--matrix", "matrix.yaml"], [MINE, ALSO_MINE], id="of the named matrix"),
        pytest.param(["--all"], [OTHER, MINE, ALSO_MINE], id="all"),
        pytest.param(["--only", "tensorflow=2.20.0"], [ALSO_MINE], id="those that are asked for"),
    ],
)
def test_which_cells_a_report_shows(arguments: list[str], shown: list[Cell]) -> None:
    assert cells(*arguments) == [one.id for one in shown]


def test_without_a_matrix_file_everything_is_shown(folder: Path) -> None:
    (folder / "matrix.yaml").unlink()
    assert cells() == [OTHER.id, MINE.id, ALSO_MINE.id]
    assert samebits("report", "--only", "device=cpu") == (
        2,
        "",
        "error: --only selects cells of a matrix file; name it with --matrix\n",
    )


def test_a_matrix_file_that_is_named_has_to_be_there(folder: Path) -> None:
    (folder / "matrix.yaml").unlink()
    code, _, err = samebits("report", "--matrix", "matrix.yaml")
    assert (code, err.splitlines()[0]) == (2, "error: matrix.yaml: No such file or directory")


def test_a_matrix_of_which_nothing_is_stored(folder: Path) -> None:
    (folder / "matrix.yaml").write_text(MATRIX.replace("[on]", "[off]"), encoding="utf-8")
    assert samebits("report") == (
        3,
        "",
        (
            f"error: {folder}/results: no result of these cells; its 3 cells, such as {OTHER.id}, "
            "are of another matrix or selection\n"
            "  → run these cells first, name the other matrix with --matrix, or see all with "
            "--all\n"
        ),
    )


def test_a_store_that_also_has_cells_of_another_matrix(folder: Path) -> None:
    code, _, err = samebits("report")
    told = f"{folder}/results also has 1 cell that matrix.yaml does not, such as {OTHER.id}"
    assert (code, err) == (0, f"{told}: --all shows them\n")
    assert samebits("report", "--all")[2] == ""


@pytest.mark.usefixtures("folder")
def test_changes() -> None:
    code, out, _ = samebits("changes", "--all", "--case", "a")
    assert code == 0
    assert "one letter for each of: 2.18.1, 2.19.1, 2.20.0." in out
    assert "a       AAB     2.20.0" in out


@pytest.mark.usefixtures("folder")
def test_changes_for_programs() -> None:
    code, out, _ = samebits("changes", "--format", "json")
    assert code == 0
    (walk,) = json.loads(out)["contexts"][0]["walks"]
    assert [change["after"] for change in walk["cases"][0]["changes"]] == ["2.20.0"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["report", "changes"])
@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_a_case_there_is_not(command: str, form: str) -> None:
    assert samebits(command, "--case", "nn.*", "--format", form) == (
        3,
        "",
        "error: --case nn.*: no case with a result has such a name\n",
    )


@pytest.mark.usefixtures("folder")
def test_an_axis_there_is_not() -> None:
    assert samebits("changes", "--axis", "tensorfow") == (
        2,
        "",
        (
            "error: --axis tensorfow: there is no such axis, did you mean 'tensorflow'?\n"
            "  → The axes are python, tensorflow, keras, numpy, cuda, cudnn, base, device, "
            "determinism, threads, onednn, tf32, xla and env.\n"
        ),
    )


def test_cases() -> None:
    code, out, _ = samebits("cases")
    assert code == 0
    assert out.startswith("case ")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        pytest.param({}, False, id="no terminal"),
        pytest.param({"FORCE_COLOR": "1", "TERM": "xterm"}, True, id="a terminal"),
        pytest.param({"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": "1"}, False, id="NO_COLOR"),
    ],
)
def test_when_a_table_is_coloured(
    variables: dict[str, str], *, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    shown = CliRunner().invoke(app, ["report"], env=variables)
    assert shown.exit_code == 0
    assert ("\x1b[" in shown.stdout) is coloured
