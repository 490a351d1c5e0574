"""The command `goldens export`, and the documented test that loads what it writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner
from unit.results.stored_arrays import add
from unit.results.synthetic import cell, key, trials

from runner.cli.app import app
from runner.environments.cpu import parse_cpuinfo
from runner.results.store import Store

if TYPE_CHECKING:
    from typer.testing import Result

ROOT = Path(__file__).parents[3]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HERE = parse_cpuinfo(Path("/proc/cpuinfo").read_text(encoding="utf-8")).host_class
OFF, ON = (cell(python=PYTHON, determinism=one) for one in ("off", "on"))
TENSORFLOW = '''
"""As much of TensorFlow as the documented test uses, in NumPy."""
import numpy as np
from types import SimpleNamespace as Names

__version__ = "2.20.0"
_stream = [np.random.default_rng(0)]

def _seed(seed):
    _stream[0] = np.random.default_rng(seed)

def _normal(shape):
    return _stream[0].standard_normal(shape, "f4")

def _softmax(logits):
    weights = np.exp(logits)
    return weights / weights.sum(axis=-1, keepdims=True)

keras = Names(utils=Names(set_random_seed=_seed))
random = Names(normal=_normal)
nn = Names(softmax=_softmax)
config = Names(
    get_visible_devices=lambda kind: [],
    threading=Names(get_intra_op_parallelism_threads=lambda: 2),
    optimizer=Names(get_jit=lambda: ""),
    experimental=Names(
        is_op_determinism_enabled=lambda: False,
        tensor_float_32_execution_enabled=lambda: True,
    ),
)
'''


def documented() -> str:
    """The Python block of the documentation."""
    text = (ROOT / "docs" / "goldens.md").read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Results of `my.scores` in two cells whose bits differ, and the project that tests it."""
    tf: dict[str, object] = {}
    exec(TENSORFLOW, tf)  # noqa: S102 - what the documented test imports
    tf["keras"].utils.set_random_seed(42)  # type: ignore[attr-defined] # of that module
    inputs, weights = (tf["random"].normal(shape) for shape in ([512, 64], [64, 10]))  # type: ignore[attr-defined] # the same
    logits = inputs @ weights
    scores = {"logits": logits, "scores": tf["nn"].softmax(logits)}  # type: ignore[attr-defined] # the same
    other = {name: array + np.float32(1) for name, array in scores.items()}
    store = Store(tmp_path / "results")
    for of, outputs in ((OFF, scores), (ON, other)):
        add(store, of, {"my.scores": [outputs] * 2}, trial_key=key(of, host_class=HERE))
    project = tmp_path / "project"
    (project / "tensorflow").mkdir(parents=True)
    (project / "tensorflow" / "__init__.py").write_text(TENSORFLOW, encoding="utf-8")
    (project / "test_mine.py").write_text(documented(), encoding="utf-8")
    return tmp_path


def export(folder: Path, *arguments: str) -> Result:
    where = ("--all", "--results", str(folder / "results"))
    target = str(folder / "project" / "goldens")
    return CliRunner().invoke(app, ["goldens", "export", target, *where, *arguments])


def mine(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the documented test as its project would, without samebits."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."],
        cwd=folder / "project",
        env=os.environ | {"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )


def held(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files but bytecode: their bytes, and when they were written."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in (folder / "project" / "goldens").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_documented_test_passes_where_the_bits_are_those_of_the_cell(folder: Path) -> None:
    ended = export(folder)
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert ended.stderr == (f"{folder}/project/goldens: written: 2 goldens of 1 case for 2 cells\n")
    passed = mine(folder)
    assert passed.returncode == 0, passed.stdout
    assert "1 passed" in passed.stdout


def test_the_documented_test_fails_where_they_are_not(folder: Path) -> None:
    export(folder)
    fake = folder / "project" / "tensorflow" / "__init__.py"
    fake.write_text(TENSORFLOW.replace("np.exp(logits)", "np.exp2(logits)"), encoding="utf-8")
    failed = mine(folder)
    assert failed.returncode == 1
    assert f"my.scores: other bits than those of {OFF.id}" in failed.stdout
    assert re.search(r"scores: [0-9]+ of 5120 elements differ, the first at \(", failed.stdout)
    fake.write_text(TENSORFLOW.replace("2.20.0", "2.21.0"), encoding="utf-8")
    failed = mine(folder)
    assert "NoGoldenError: no golden of 'my.scores' for determinism off" in failed.stdout
    assert f"{OFF.id}: tensorflow 2.20.0" in failed.stdout


def test_exporting_again_changes_nothing(folder: Path) -> None:
    export(folder)
    before = held(folder)
    again = export(folder)
    assert (again.exit_code, again.stderr) == (
        0,
        f"{folder}/project/goldens: as it was: 2 goldens of 1 case for 2 cells\n",
    )
    assert export(folder, "--check").exit_code == 0
    assert held(folder) == before


def test_other_goldens_are_written_only_where_that_is_asked_for(folder: Path) -> None:
    export(folder)
    before = held(folder)
    store = Store(folder / "results")
    new = cell("2.21.0", python=PYTHON)
    add(
        store, new, {"my.scores": [{"logits": np.ones(3)}] * 2}, trial_key=key(new, host_class=HERE)
    )
    target = f"{folder}/project/goldens"
    added = r"1 file to add, such as arrays/my\.scores/[0-9a-f]{16}\.npz"
    changed = "1 file to change, such as goldens.json"
    refused = export(folder)
    assert refused.exit_code == 2
    assert re.fullmatch(
        f"error: {target}: it holds other goldens: {added}; {changed}\n"
        "  → --update changes them, --check only looks; or name a new folder\n",
        refused.stderr,
    )
    checked = export(folder, "--check")
    assert checked.exit_code == 1
    assert re.match(f"error: {target}: out of date: {added}; {changed}\n", checked.stderr)
    assert held(folder) == before
    assert export(folder, "--update").exit_code == 0
    kept = {name: bits for name, bits in held(folder).items() if "goldens.json" not in name}
    assert before.items() - kept.items() == {
        (name, bits) for name, bits in before.items() if name.endswith("goldens.json")
    }
    assert len(held(folder)) == len(before) + 1


def test_goldens_that_are_no_longer_selected_are_removed(folder: Path) -> None:
    store = Store(folder / "results")
    add(store, ON, {"other": [{"out": np.ones(3)}] * 2}, trial_key=key(ON, host_class=HERE))
    export(folder)
    assert export(folder, "--case", "other", "--update").exit_code == 0
    names = {name for name in held(folder) if "/arrays/" in name}
    assert {name.split("/")[3] for name in names} == {"other"}


def test_a_folder_of_something_else_is_left_alone(folder: Path) -> None:
    target = folder / "project" / "goldens"
    target.mkdir()
    (target / "conftest.py").touch()
    ended = export(folder)
    assert (ended.exit_code, ended.stderr) == (
        2,
        f"error: {target}: it holds other files, such as conftest.py\n  → name a new folder\n",
    )
    assert [path.name for path in target.iterdir()] == ["conftest.py"]


def test_an_export_that_was_interrupted_is_gone_on_with(folder: Path) -> None:
    export(folder)
    whole = {name: bits for name, (bits, _) in held(folder).items()}
    (folder / "project" / "goldens" / "goldens.json").unlink()
    next((folder / "project" / "goldens").glob("arrays/*/*.npz")).unlink()
    assert export(folder).exit_code == 0
    assert {name: bits for name, (bits, _) in held(folder).items()} == whole


def test_nothing_that_has_a_golden(tmp_path: Path) -> None:
    for record in trials(ON, {"a": ("x", "y"), "b": ("z", "z")}):
        Store(tmp_path / "results").add(record)
    ended = export(tmp_path)
    assert ended.exit_code == 3
    assert ended.stderr == (
        f"error: {tmp_path}/results: no case has a golden: it varies from run to run "
        "(in one process); the array of its output out can't be had: not stored\n"
        "  → a golden needs a case that is identical in several repeats, and its stored arrays\n"
    )
    assert not (tmp_path / "project").exists()


def test_it_has_help() -> None:
    ended = CliRunner().invoke(app, ["goldens", "export", "--help"])
    assert ended.exit_code == 0
    assert "Usage:" in ended.stdout
