"""The command `diff`: what it reads, what it prints, and how it ends."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner
from unit.results.synthetic import cell, key, run, status, trial

from runner.cli.app import app
from runner.results.arrays import digest_of
from runner.results.probe_output import CaseOutput, Output
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
OLD, NEW, STRAY = cell("2.19.1"), cell("2.20.0"), cell("2.18.1")
GPU = cell("2.20.0", device="gpu", cuda="12.9.1")
SEE = "  → `python -m runner report --all` shows what is stored.\n"


def output(folder: Path, name: str, *values: float) -> CaseOutput:
    """A case of one float32 array, which is left in a folder."""
    data = np.array(values, "<f4")
    digest = digest_of("float32", data.shape, data.tobytes())
    np.save(folder / f"{digest}.npy", data)
    out = Output(name="out", dtype="float32", shape=data.shape, digests=(digest,) * 2, stored=True)
    return CaseOutput(name=name, family="conv", status="ok", outputs=(out,), seconds=(0.1, 0.1))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A matrix of two cells, and results of these, of one that it does not have, and of a GPU."""
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    store, arrays = Store(tmp_path / "results"), tmp_path / "arrays"
    arrays.mkdir()
    for of, value in ((STRAY, 1.0), (OLD, 1.0), (NEW, 1.5), (GPU, 2.0)):
        cases = output(arrays, "nn.a", 1.0, value), output(arrays, "nn.b", 3.0)
        where = key(of, host_class="NVIDIA H100") if of is GPU else None
        store.add(trial(of, *cases, trial_key=where), arrays)
    store.add_run(run(map(status, (STRAY, OLD, NEW))))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def samebits(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("folder")
def test_it_reads_the_arrays_of_all_that_is_stored() -> None:
    code, out, err = samebits("diff", "tensorflow=2.18.1", "tensorflow=2.20.0")
    assert (code, err) == (0, "")
    assert out.startswith(f"{STRAY.id} → {NEW.id}\n")
    assert "nn.a    arithmetic      1 (50 %)  4.2e+06 (4.2e+06)     3.3e-01\n" in out
    assert f"- tensorflow 2.19.1 ({OLD.id})\n" in out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", [["--json"], ["--format", "json"]])
def test_for_programs(arguments: list[str]) -> None:
    code, out, _ = samebits("diff", OLD.id, NEW.id, *arguments)
    assert code == 0
    (only,) = json.loads(out)["contexts"][0]["diffs"]
    assert only["cells"] == [OLD.id, NEW.id]
    (told,) = only["cases"][0]["change"]["outputs"]
    assert told["distance"]["absolute"] == {"value": 0.5, "index": [1], "left": 1.0, "right": 1.5}


@pytest.mark.usefixtures("folder")
def test_as_markdown() -> None:
    code, out, _ = samebits("diff", OLD.id, NEW.id, "--format", "markdown")
    assert code == 0
    assert out.startswith(f"### {OLD.id} → {NEW.id}\n")
    assert "\n| nn.a | arithmetic | 1 (50 %) |" in out


@pytest.mark.usefixtures("folder")
def test_a_report_tells_the_distances_of_groups_on_request() -> None:
    asked = ("report", "--all", "--case", "nn.a")
    line = "- nn.a A to B: 1 (50 %) mismatched; ULPs 4.2e+06 (median 4.2e+06)"
    assert line not in samebits(*asked)[1]
    assert line in samebits(*asked, "--distances")[1]


@pytest.mark.usefixtures("folder")
def test_some_cases_alone() -> None:
    code, out, _ = samebits("diff", OLD.id, NEW.id, "--case", "nn.b")
    assert code == 0
    assert "1 case: 1 with the same bits." in out


def test_another_folder(folder: Path) -> None:
    (folder / "results").rename(folder / "elsewhere")
    assert samebits("diff", OLD.id, NEW.id)[0] == 3
    assert samebits("diff", OLD.id, NEW.id, "--results", "elsewhere")[0] == 0


def test_an_array_that_is_lost_or_damaged_is_told(folder: Path) -> None:
    for path in (folder / "results" / "arrays").iterdir():
        path.write_bytes(b"damaged")
    _, out, _ = samebits("diff", OLD.id, NEW.id)
    assert "Changed, but not measured:\n- damaged: " in out
    for path in (folder / "results" / "arrays").iterdir():
        path.unlink()
    _, out, _ = samebits("diff", OLD.id, NEW.id)
    assert "Changed, but not measured:\n- not stored: nn.a out\n" in out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("left", "right", "code", "said"),
    [
        pytest.param(
            "2.19.1",
            NEW.id,
            3,
            "error: no stored cell is called '2.19.1', did you mean 'tensorflow=2.19.1'?\n" + SEE,
            id="no such cell",
        ),
        pytest.param(
            "tensorfow=2.19.1",
            NEW.id,
            2,
            (
                "error: 'tensorfow=2.19.1': there is no axis 'tensorfow', did you mean "
                "'tensorflow'?\n"
            ),
            id="no such axis",
        ),
        pytest.param(
            OLD.id,
            OLD.id,
            2,
            (
                f"error: '{OLD.id}' and '{OLD.id}': no axis tells one from the other\n"
                "  → Name two values of one axis, such as tensorflow=2.15.1 and "
                "tensorflow=2.16.2.\n"
            ),
            id="the same cell",
        ),
        pytest.param(
            OLD.id,
            "device=gpu",
            3,
            (
                f"error: '{OLD.id}' has results on docker, cpu avx512_bf16; 'device=gpu' has "
                "results on docker, NVIDIA H100: bits of another engine or host class are not "
                "compared\n  → Run both on one host with one engine.\n"
            ),
            id="another host class",
        ),
    ],
)
def test_what_can_not_be_compared(left: str, right: str, code: int, said: str) -> None:
    ended, out, err = samebits("diff", left, right)
    assert (ended, out) == (code, "")
    assert err.startswith(said)


def test_without_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = samebits("diff", "a", "b", "--results", "none")
    assert (code, out) == (3, "")
    assert err.startswith("error: none: no results yet\n")
