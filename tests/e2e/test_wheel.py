"""samebits from its wheel, in an environment of its own and a folder with nothing in it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from places import ROOT
from uv import find_uv_bin

from runner import __version__

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

PROBE = """\
from probe import case


@case("my.sum")
def total(lab):
    return lab.tf.reduce_sum(lab.tf.random.normal([1000]))
"""
VARIABLES = {
    name: text
    for name, text in os.environ.items()
    if not name.startswith(("SAMEBITS_", "PYTHON", "VIRTUAL_ENV"))
}


@dataclass(frozen=True)
class Installed:
    """The programs of an environment that has the wheel alone, and a folder to run them in."""

    programs: Path
    folder: Path

    def samebits(self, *arguments: str) -> str:
        ended = subprocess.run(
            [self.programs / "samebits", *arguments],
            cwd=self.folder,
            env=VARIABLES,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    uv = [find_uv_bin(), "--quiet"]

    def run(*words: str | Path) -> None:
        ended = subprocess.run([*uv, *words], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr

    run("build", "--wheel", "--out-dir", folder / "dist", ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    run("venv", "--python", "3.11", folder / "env")
    run("pip", "install", "--python", folder / "env" / "bin" / "python", wheel)
    (folder / "empty").mkdir()
    return Installed(folder / "env" / "bin", folder / "empty")


def test_all_that_is_no_python_is_in_it(installed: Installed) -> None:
    (package,) = installed.programs.parent.glob("lib/python3.*/site-packages/runner")
    rooms = [ROOT / "runner", ROOT / "images"]
    there = {path.relative_to(package).as_posix() for path in package.rglob("*")}
    for room in rooms:
        for path in room.rglob("*"):
            inner = path.relative_to(ROOT / "runner" if room.name == "runner" else ROOT)
            if path.is_dir() or "__pycache__" in inner.parts or "locks" in inner.parts:
                continue
            assert inner.as_posix() in there
    for script in ("install", "provide-python"):
        assert os.access(package / "images" / script, os.X_OK)


def test_a_folder_with_nothing_in_it_comes_to_results(installed: Installed) -> None:
    assert installed.samebits("--version") == f"samebits {__version__}\n"
    assert "\n  samebits plan " in installed.samebits("init")
    matrix = installed.folder / "matrix.yaml"
    text = matrix.read_text(encoding="utf-8")
    matrix.write_text(text.replace("probe: {", "probe: {path: my_probe.py, "), encoding="utf-8")
    (installed.folder / "my_probe.py").write_text(PROBE, encoding="utf-8")
    one = ("--only", "tensorflow=2.20.0", "--only", "determinism=on")
    planned = installed.samebits("plan", "--engine", "venv", *one)
    assert "py3.11-tf2.20.0.cpu.det  run" in planned
    ran = installed.samebits("run", "--engine", "venv", "--trials", "2", *one)
    assert "\npy3.11-tf2.20.0.cpu.det" not in ran
    assert "by case: samebits report --columns cases" in ran
    assert (installed.folder / "images" / "locks" / "py3.11-tf2.20.0.txt").is_file()
    assert "my.sum" in installed.samebits("report", "--columns", "cases")
