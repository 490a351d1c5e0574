"""A bisection with real releases: NumPy's, of which one's own case tells the major."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from places import MATRIX, Place

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.e2e

CASE = """\
import numpy as np

from probe import case


@case("my.major")
def major(lab):
    return np.array([float(np.__version__.split(".")[0])], np.float32)
"""
FOUND = "my.major changed between NumPy 1.26.4 and 2.0.0"
ENDS = ("--from", "1.26.2", "--to", "2.0.2")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A folder with a release of TensorFlow that takes either NumPy."""
    folder = tmp_path_factory.mktemp("bisect")
    matrix = MATRIX.replace("RELEASES", '"2.18.1"').replace("DETERMINISM", "off")
    named = matrix.replace("probe: {", "probe: {path: my_probe.py, ")
    (folder / "matrix.yaml").write_text(named, encoding="utf-8")
    (folder / "my_probe.py").write_text(CASE, encoding="utf-8")
    return Place(folder, "venv")


def bisect(place: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    case = ("my.major", "--axis", "numpy", "--engine", place.engine)
    return place.command("bisect", *case, *arguments)


def tried(folder: Path) -> set[str]:
    return {path.name.split("numpy")[1] for path in (folder / "results" / "trials").iterdir()}


def test_the_release_that_changed_the_bits_is_found_and_then_known(place: Place) -> None:
    ended = bisect(place, *ENDS)
    assert ended.returncode == 0, ended.stderr
    assert f"\n{FOUND} (4 repeats in 2 processes at each: " in ended.stdout
    assert (
        "1.26.4 → 2.0.0 differs by: out, 1 of 1 element, greatest absolute difference 1.0e+00"
        in (ended.stdout)
    )
    before = tried(place.folder)
    assert {"1.26.2.cpu.nodet", "1.26.4.cpu.nodet", "2.0.0.cpu.nodet", "2.0.2.cpu.nodet"} <= before
    assert len(before) <= 2 + 2

    again = bisect(place, *ENDS, "--json")
    assert again.returncode == 0, again.stderr
    document = json.loads(again.stdout)
    assert document["answer"].startswith(f"{FOUND} (")
    assert [one["bits"] for one in document["releases"] if one["bits"]] == ["A", "A", "B", "B"]
    assert tried(place.folder) == before


def test_what_the_resolver_refuses_is_passed_over_with_its_reason(place: Place) -> None:
    ended = bisect(place, "--from", "2.0.2", "--to", "2.1.1", "--all")
    assert ended.returncode == 0, ended.stderr
    assert "can't work: can't be installed: " in ended.stdout
    assert "did not change from NumPy 2.0.2 to 2.1.1" in ended.stdout
