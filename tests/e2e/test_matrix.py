"""The main job on real input: real wheels, real images, a real table.

What is asserted is the structure of the result, never a digest copied from a run.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from requirements_of_host import bases, docker_api

from runner.environments.docker import connect
from runner.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
RACING = "data.map.parallel"
SEEDED = "random.normal.eager"
MATRIX = """\
version: 1
resolve: {{exclude-newer: 2026-11-01}}
environments:
  cpu: {{python: "3.11", tensorflow: [{releases}]}}
settings: {{determinism: [{determinism}]}}
probe: {{trials: 2, repeats: 2, timeout: 5m, memory: 6g}}
"""


@dataclass(frozen=True)
class Place:
    """A folder with a matrix file in it, and the engine that runs it."""

    folder: Path
    engine: str

    def start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "runner", command, *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def command(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(command, *arguments)
        out, err = process.communicate(timeout=900)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.command("run", "--engine", self.engine, *arguments)

    def report(self) -> list[dict[str, object]]:
        ended = self.command("report", "--format", "json")
        assert ended.returncode == 0, ended.stderr
        contexts = json.loads(ended.stdout)["contexts"]
        assert len(contexts) == 1
        assert contexts[0]["engine"] == self.engine
        cells: list[dict[str, object]] = contexts[0]["cells"]
        return cells

    def stored(self) -> set[Path]:
        return set((self.folder / "results" / "trials").rglob("*.json"))


def write_matrix(folder: Path, releases: str, determinism: str) -> None:
    text = MATRIX.format(releases=releases, determinism=determinism)
    (folder / "matrix.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Three releases in Docker, both determinism settings. Images built for it are removed."""
    api = docker_api()
    bases(api)
    before = {image["Id"] for image in api.images()}
    folder = tmp_path_factory.mktemp("docker")
    write_matrix(folder, '"2.15.1", "2.18.1", "2.21.0"', "off, on")
    yield Place(folder, "docker")
    for image in api.images(filters={"label": "samebits.environment"}):
        if image["Id"] not in before:
            api.remove_image(image["Id"], force=True)
    api.close()


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two releases in venvs."""
    folder = tmp_path_factory.mktemp("venv")
    write_matrix(folder, '"2.16.2", "2.20.0"', "off")
    return Place(folder, "venv")


@pytest.fixture(params=["docker", "venv"])
def place(request: pytest.FixtureRequest) -> Place:
    """Either engine."""
    found: Place = request.getfixturevalue(request.param)
    if not found.stored():
        ended = found.run()
        assert ended.returncode == 0, ended.stderr
    return found


def cases_of(cell: dict[str, object]) -> dict[str, dict[str, object]]:
    rows = cell["cases"]
    assert isinstance(rows, list)
    return {row["case"]: row for row in rows}


def axis(cell: dict[str, object], name: str) -> str:
    axes = cell["axes"]
    assert isinstance(axes, dict)
    return str(axes[name])


def test_every_cell_is_done(place: Place) -> None:
    cells = place.report()
    assert len(cells) == {"docker": 6, "venv": 2}[place.engine]
    assert {cell["status"] for cell in cells} == {"done"}


def test_the_seeded_random_stream_agrees_in_all_releases(place: Place) -> None:
    groups = {cases_of(cell)[SEEDED]["group"] for cell in place.report()}
    assert groups == {"A"}


def test_the_racing_map_varies_without_determinism(place: Place) -> None:
    cells = [cell for cell in place.report() if axis(cell, "determinism") == "off"]
    assert cells
    assert {cases_of(cell)[RACING]["verdict"] for cell in cells} == {"varies"}


def test_repeats_in_one_process_agree_in_all_other_cases(place: Place) -> None:
    varying = {
        name
        for cell in place.report()
        for name, case in cases_of(cell).items()
        if case["level"] == "in one process"
    }
    assert varying == {RACING}


def test_some_bits_change_between_the_releases(place: Place) -> None:
    groups: dict[str, set[object]] = {}
    for cell in place.report():
        for name, case in cases_of(cell).items():
            groups.setdefault(name, set()).add(case["group"])
    assert any(len(letters - {""}) > 1 for letters in groups.values())


def test_what_was_loaded_is_what_was_declared(place: Place) -> None:
    for path in place.stored():
        record = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
        loaded = record["probe"]["fingerprint"]
        assert loaded["tensorflow"] == record["axes"]["tensorflow"]
        assert loaded["packages"]["tensorflow-cpu"] == record["axes"]["tensorflow"]
        assert loaded["op_determinism"] is (record["axes"]["determinism"] == "on")


def test_a_second_run_builds_and_tries_nothing(place: Place) -> None:
    before = place.stored()
    ended = place.run()
    assert ended.returncode == 0
    assert "to run" not in ended.stderr
    assert "built" not in ended.stderr
    assert place.stored() == before


def test_an_interrupt_keeps_what_has_finished_and_leaves_nothing(place: Place) -> None:
    before = place.stored()
    process = place.start("run", "--engine", place.engine, "--fresh")
    deadline = time.monotonic() + 120
    while place.stored() == before and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert len(place.stored()) > len(before)
    assert containers() == []


def containers() -> list[object]:
    try:
        api = connect()
    except EngineUnavailable:
        return []
    rows: list[object] = api.containers(all=True, filters={"label": "samebits.session"})
    api.close()
    return rows


def test_auto_falls_back_to_venvs_and_says_so(venv: Place) -> None:
    arguments = ("--engine", "auto", "--only", "tensorflow=2.20.0")
    process = subprocess.run(
        [sys.executable, "-m", "runner", "run", *arguments],
        cwd=venv.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DOCKER_HOST": "unix:///nowhere/docker.sock"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert "no Docker, so venvs on this host" in process.stderr
    assert "without Docker" in process.stdout
