"""`baseline update`, and the gate that `report --baseline` makes of it."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import cell, key, run, status, trials

from runner.cli.app import app
from runner.results.baseline import SHORT
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}
settings: {determinism: [on]}
"""
OLD, NEW = cell("2.19.1"), cell("2.20.0")
KINDS = "  → The words are changed, failed, missing, varies, steady, works, new and nothing."
WRITES = "  → `python -m runner baseline update` writes one; an old one can be taken from git"
CASES = {"a": "xx", "b": "xx", "c": "xy"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a matrix of two cells, their results, and a baseline of them."""
    for name in ("SAMEBITS_MATRIX", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    before = signal.getsignal(signal.SIGTERM)
    keep(tmp_path, CASES)
    code, _, err = samebits("baseline", "update", "baseline.json")
    assert (code, err) == (0, "baseline.json: written: 6 results of 2 cells on 1 host class\n")
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def keep(folder: Path, cases: dict[str, str], *, at: int = 0, lock: str = "lock-1") -> None:
    """Add a run of both cells to the store."""
    store = Store(folder / "results")
    for of in (OLD, NEW):
        for record in trials(of, cases, at=at + 10, trial_key=key(of, lock=lock)):
            store.add(record)
    store.add_run(run(map(status, (OLD, NEW)), at=at))


def samebits(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def plant(folder: Path, of: str, case: str, standing: str) -> None:
    """Change what the baseline says of one case of one cell."""
    path = folder / "baseline.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["contexts"][0]["cells"][of][case] = standing
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_a_gate_that_nothing_fails() -> None:
    code, out, err = samebits("report", "--baseline", "baseline.json")
    assert (code, err) == (0, "")
    assert out.endswith(
        "Against the baseline baseline.json:\n- 6 of 6 compared results as there; nothing that "
        "fails the gate (changed, failed, missing).\n"
    )


def test_one_planted_change_fails_for_the_right_reason(folder: Path) -> None:
    plant(folder, NEW.id, "b", "0" * SHORT)
    code, out, err = samebits("report", "--baseline", "baseline.json")
    assert code == 1
    assert (
        "- 5 of 6 compared results as there; it fails the gate: 1 changed.\n"
        "- changed: b: other bits, agrees with other cells than before; tensorflow 2.20.0\n"
    ) in out
    assert err == (
        "error: differs from the baseline baseline.json: 1 changed\n"
        "  → `python -m runner history b` says when and why; where it is right, `python -m runner "
        "baseline update baseline.json` and commit it\n"
    )


@pytest.mark.parametrize(
    ("standing", "fail_on", "code"),
    [
        pytest.param("varies", [], 0, id="steady does not fail by itself"),
        pytest.param("varies", ["--fail-on", "steady"], 1, id="it does where asked"),
        pytest.param("0" * SHORT, ["--fail-on", "varies,missing"], 0, id="changed is not asked"),
        pytest.param("0" * SHORT, ["--fail-on", "varies", "--fail-on", "changed"], 1, id="twice"),
        pytest.param("0" * SHORT, ["--fail-on", "nothing"], 0, id="nothing fails"),
    ],
)
def test_what_fails(folder: Path, standing: str, fail_on: list[str], code: int) -> None:
    plant(folder, NEW.id, "a", standing)
    assert samebits("report", "--baseline", "baseline.json", *fail_on)[0] == code


@pytest.mark.parametrize("form", ["markdown", "json", "csv", "junit", "badge", "github"])
def test_every_format_is_whole_before_the_gate_fails(folder: Path, form: str) -> None:
    plant(folder, NEW.id, "a", "0" * SHORT)
    arguments = ("report", "--format", form, "--baseline", "baseline.json")
    code, out, err = samebits(*arguments, "--output", "out/report")
    assert (code, out, err.splitlines()[0]) == (
        1,
        "",
        "error: differs from the baseline baseline.json: 1 changed",
    )
    assert "changed" in (folder / "out" / "report").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ["--baseline", "baseline.json", "--fail-on", "chnged"],
            [
                "error: --fail-on: no such word: 'chnged', did you mean 'changed'?",
                KINDS,
            ],
            id="an unknown word",
        ),
        pytest.param(
            ["--fail-on", "changed"],
            [
                "error: --fail-on: there is no baseline to fail against",
                "  → name one with --baseline; `python -m runner baseline update` writes it",
            ],
            id="no baseline",
        ),
        pytest.param(
            ["--baseline", "nowhere.json"],
            [
                "error: nowhere.json: no baseline: no such file or directory",
                WRITES,
            ],
            id="no such file",
        ),
    ],
)
@pytest.mark.parametrize("command", ["report", "run"])
@pytest.mark.usefixtures("folder")
def test_what_can_not_be_asked(command: str, arguments: list[str], said: list[str]) -> None:
    code, out, err = samebits(command, *arguments)
    assert (code, out, err.splitlines()) == (2, "", said)


def test_cells_that_are_not_asked_for_are_not_missing(folder: Path) -> None:
    plant(folder, OLD.id, "a", "0" * SHORT)
    arguments = ("report", "--baseline", "baseline.json", "--only", "tensorflow=2.20.0")
    assert samebits(*arguments)[0] == 0
    assert samebits("report", "--baseline", "baseline.json", "--case", "b")[0] == 0


def test_a_cell_that_left_the_matrix_is_missing(folder: Path) -> None:
    smaller = MATRIX.replace('"2.19.1", ', "")
    (folder / "matrix.yaml").write_text(smaller, encoding="utf-8")
    code, out, err = samebits("report", "--baseline", "baseline.json")
    assert (code, err.splitlines()[1]) == (
        1,
        "error: differs from the baseline baseline.json: 3 missing",
    )
    assert "- The matrix file has changed since the baseline was written.\n" in out


def test_another_probe_is_never_compared_silently(folder: Path) -> None:
    path = folder / "baseline.json"
    path.write_text(path.read_text(encoding="utf-8").replace("probe-1", "p-0"), encoding="utf-8")
    code, out, err = samebits("report", "--baseline", "baseline.json")
    assert (code, err.splitlines()[0]) == (
        1,
        "error: nothing could be compared with the baseline baseline.json",
    )
    assert "it is of another probe (p-0; here probe-1)" in out


def test_an_update_says_what_changes_and_then_nothing(folder: Path) -> None:
    keep(folder, CASES | {"b": "yy"}, at=5000, lock="lock-2")
    code, _, err = samebits("baseline", "update", "baseline.json")
    assert (code, err.splitlines()) == (
        0,
        [
            "- changed: b: other bits, with the same cells; all cells",
            "baseline.json: written: 6 results of 2 cells on 1 host class",
        ],
    )
    again = samebits("baseline", "update", "baseline.json")[2]
    assert again == "baseline.json: as it was: 6 results of 2 cells on 1 host class\n"
    assert samebits("report", "--baseline", "baseline.json")[0] == 0


def test_an_update_of_some_cells(folder: Path) -> None:
    keep(folder, CASES | {"b": "yy"}, at=5000, lock="lock-2")
    before = json.loads((folder / "baseline.json").read_text(encoding="utf-8"))
    samebits("baseline", "update", "baseline.json", "--only", "tensorflow=2.20.0")
    after = json.loads((folder / "baseline.json").read_text(encoding="utf-8"))
    (was,), (now,) = before["contexts"], after["contexts"]
    assert now["cells"][OLD.id] == was["cells"][OLD.id]
    assert now["cells"][NEW.id]["b"] != was["cells"][NEW.id]["b"]


def test_a_file_of_something_else_is_not_written_over(folder: Path) -> None:
    code, _, err = samebits("baseline", "update", "matrix.yaml")
    assert (code, err.splitlines()[0][:35]) == (2, "error: matrix.yaml: no baseline: no")
    assert (folder / "matrix.yaml").read_text(encoding="utf-8") == MATRIX
