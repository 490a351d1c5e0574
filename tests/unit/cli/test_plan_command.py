"""What `plan` says that a matrix takes, from the locks and sizes beside it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.results.synthetic import run, status

from runner.cli.app import app
from runner.environments import lock as locks
from runner.environments.index import IndexSettings
from runner.environments.lock import Lock
from runner.environments.sizes import Sizes, write_sizes
from runner.environments.venv import VenvEngine
from runner.execution.estimate import BYTECODE
from runner.matrix import spec
from runner.results.records import Phase
from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MATRIX = f"""\
version: 1
environments:
  cpu: {{python: "{PYTHON}", tensorflow: "2.20.0"}}
  gpu: {{python: "{PYTHON}", tensorflow: "2.20.0", cuda: "12.9.1", cudnn: "9.10.2.21"}}
settings: {{determinism: [off, on]}}
probe: {{trials: 3}}
"""
SIZES = Sizes(
    {
        "tensorflow_cpu-2.20.0-py3-none-any.whl": 100_000_000,
        "tensorflow-2.20.0-py3-none-any.whl": 200_000_000,
        "nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl": 400_000_000,
    }
)
CPU_PINS = "tensorflow-cpu==2.20.0\n"
GPU_PINS = "nvidia-cudnn-cu12==9.10.2.21\ntensorflow==2.20.0\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAMEBITS_BASE", raising=False)
    where = tmp_path / "images" / "locks"
    for cell in spec.load(tmp_path / "matrix.yaml").cells:
        one = cell.environment
        pins = GPU_PINS if one.cuda else CPU_PINS
        locks.write(Lock(locks.header(one, None) + pins), one, where)
    write_sizes(SIZES, where)
    return where


def plan(*arguments: str) -> str:
    ended = CliRunner().invoke(app, ["plan", "--engine", "venv", *arguments])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_the_cpu_part_here(folder: Path) -> None:
    told = plan("--only", "device=cpu")
    assert folder.exists()
    assert told.endswith(
        "\n\n1 venv to build\n"
        "at most 0.1 GB to download, in 1 wheel; "
        "what the package cache has is not downloaded again\n"
        "about 0.5 GB on disk: package cache 0.4 GB, which the venvs are linked to, "
        "bytecode 0.1 GB\n"
        "time is not known yet: no run by this engine on such a processor is stored\n"
    )


def test_the_whole_matrix_whether_there_is_a_gpu_or_not(folder: Path) -> None:
    needs = json.loads(plan("--json"))["needs"]
    assert folder.exists()
    assert needs["together"]["environments"] == 2
    assert needs["together"]["download"] == 700_000_000
    assert needs["together"]["disk"] == 439_000_000 + 576_000_000 + 620_000_000 + 2 * BYTECODE
    assert needs["duration"]["trials"] + needs["skipped_trials"] == 12


def test_locks_without_sizes(folder: Path) -> None:
    (folder / "sizes.json").unlink()
    told = plan("--only", "device=cpu")
    assert "how much there is to download is not known before `python -m runner lock`\n" in told
    assert "1 environment without a lock or sizes, taken to be like a measured one\n" in told


def test_sizes_that_can_not_be_read(folder: Path) -> None:
    (folder / "sizes.json").write_text("<<<<<<< HEAD\n")
    ended = CliRunner().invoke(app, ["plan", "--engine", "venv"])
    assert ended.exit_code == 2
    assert ended.stderr == (
        f"error: {folder / 'sizes.json'}: not a table of sizes in bytes\n"
        "  → delete it and lock again\n"
    )


def test_time_from_past_runs_and_for_so_many_jobs(folder: Path, tmp_path: Path) -> None:
    here = VenvEngine(folder, IndexSettings()).host().host_class
    of = [one for one in spec.load(tmp_path / "matrix.yaml").cells if not one.environment.cuda]
    begun = run(map(status, of), engine="venv", host_class=here)
    timed = [("build", of[0].environment.id, 100.0), *(("trial", one.id, 10.0) for one in of)]
    phases = [
        Phase.model_validate({"kind": kind, "subject": subject, "start": 0, "end": seconds})
        for kind, subject, seconds in timed
    ]
    Store(tmp_path / "results").add_run(begun.model_copy(update={"phases": tuple(phases)}))
    only = ("--only", "device=cpu")
    assert "\nabout 3 min, by 1 past run\n" in plan("--jobs", "1", *only)
    told = json.loads(plan("--jobs", "4", "--json", *only))["needs"]["duration"]
    assert (told["seconds"], told["trials"]) == (100.0, 6)
