"""Interpreters with real TensorFlow, held against the results of a real run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from racing import MAY_RACE

if TYPE_CHECKING:
    from pathlib import Path

    from places import Place

pytestmark = pytest.mark.e2e
MINE, OTHER = "py3.11-tf2.20.0.cpu.nodet", "py3.11-tf2.16.2.cpu.nodet"


def test_an_interpreter_behaves_like_its_own_cell(venv: Place, tensorflow_python: Path) -> None:
    before = venv.stored()
    required = ("--require", MINE)
    ended = venv.command("verify", "--python", str(tensorflow_python), "--json", *required)
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["behaves_like"] == [MINE]
    assert document["differs_from_nearest"] == []
    mine, other = document["cells"]
    assert (mine["cell"], other["cell"]) == (MINE, OTHER)
    assert len(mine["same"]) > len(other["same"]) > 0
    assert other["other"]
    new = {one["case"] for one in document["cases"] if one["new_bits"]}
    assert new <= MAY_RACE
    assert venv.stored() == before


def test_it_does_not_behave_like_another_release(venv: Place, tensorflow_python: Path) -> None:
    ended = venv.command("verify", "--python", str(tensorflow_python), "--require", OTHER)
    assert ended.returncode == 1
    assert f"It behaves like {MINE}: " in ended.stdout
    assert f"does not behave like {OTHER}: " in ended.stderr


def test_a_python_without_tensorflow(venv: Place, tensorflow_python: Path) -> None:
    assert tensorflow_python  # results are there
    ended = venv.command("verify", "--python", "/usr/bin/python3")
    assert ended.returncode == 4
    assert "error: /usr/bin/python3 has no TensorFlow\n" in ended.stderr
