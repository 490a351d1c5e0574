"""The documented probe of one's own, from matrix.yaml to the report, with real TensorFlow."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from places import MATRIX, ROOT, Place

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A folder with the documented file and a matrix that names it, run in a venv."""
    folder = tmp_path_factory.mktemp("own")
    text = (ROOT / "docs" / "own-probe.md").read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found
    (folder / "my_probe.py").write_text(found[1], encoding="utf-8")
    matrix = MATRIX.replace("RELEASES", '"2.20.0"').replace("DETERMINISM", "off, on")
    named = matrix.replace("probe: {", "probe: {path: my_probe.py, ")
    (folder / "matrix.yaml").write_text(named, encoding="utf-8")
    place = Place(folder, "venv")
    ended = place.run()
    assert ended.returncode == 0, ended.stderr
    assert "\ndeterminism  own\n" in ended.stdout
    return place


def test_its_cases_are_the_only_ones_and_agree(own: Place) -> None:
    cells = own.report()
    assert [cell["status"] for cell in cells] == ["done", "done"]
    for cell in cells:
        cases = cell["cases"]
        assert isinstance(cases, list)
        shown = [(case["case"], case["verdict"], case["group"]) for case in cases]
        assert shown == [("my.scores", "identical", "A")]


def test_its_goldens_hold_in_the_environment_that_they_are_of(own: Place) -> None:
    ended = own.command("goldens", "export", "goldens")
    assert ended.returncode == 0, ended.stderr
    assert "1 golden of 1 case for 2 cells" in ended.stderr
    page = (ROOT / "docs" / "goldens.md").read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found
    program = (
        "import tensorflow as tf\n"
        "tf.config.threading.set_intra_op_parallelism_threads(2)\n"
        f"{found[1]}\n"
        "test_scores_keep_their_bits()\n"
    )
    (python,) = own.folder.glob(".samebits/venvs/*/bin/python")
    tested = subprocess.run(
        [python, "-c", program], cwd=own.folder, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stderr


def test_a_second_run_does_nothing_and_an_edit_runs_anew(own: Place) -> None:
    before = own.stored()
    assert own.run().returncode == 0
    assert own.stored() == before
    path = own.folder / "my_probe.py"
    path.write_text(path.read_text().replace("512", "513"), encoding="utf-8")
    assert own.run().returncode == 0
    assert len(own.stored()) == 2 * len(before)


def test_a_file_that_fails_when_it_runs_fails_its_cells_with_the_line(own: Place) -> None:
    path = own.folder / "my_probe.py"
    good = path.read_text()
    path.write_text(f"{good}\nimport nowhere\n", encoding="utf-8")
    ended = own.run()
    path.write_text(good, encoding="utf-8")
    assert ended.returncode == 5
    reason = "my_probe.py:12: ModuleNotFoundError: No module named 'nowhere'"
    assert f"- 2 cells run failed: {reason}" in ended.stdout


def test_a_syntax_error_is_found_before_anything_is_built(own: Place, tmp_path: Path) -> None:
    text = (own.folder / "matrix.yaml").read_text(encoding="utf-8")
    (tmp_path / "matrix.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "my_probe.py").write_text("def f(:\n", encoding="utf-8")
    ended = Place(tmp_path, "venv").run()
    assert ended.returncode == 2
    assert "my_probe.py:1: no Python: invalid syntax" in ended.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"matrix.yaml", "my_probe.py"}
