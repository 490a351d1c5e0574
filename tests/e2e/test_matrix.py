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
from typing import TYPE_CHECKING

import jsonschema
import psutil
import pytest
from places import ROOT
from racing import MAY_RACE, RACING, UNSEEDED

from runner.environments.docker import connect
from runner.errors import EngineUnavailable
from runner.reports.json_report import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

    from places import Place

pytestmark = pytest.mark.e2e

SEEDED = "random.normal.eager"


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
    assert varying - MAY_RACE == {RACING, UNSEEDED}


def test_no_case_fails(place: Place) -> None:
    verdicts = {str(case["verdict"]) for cell in place.report() for case in cases_of(cell).values()}
    assert verdicts == {"identical", "varies"}


def test_the_changes_say_at_which_release_keras_dropout_moved(place: Place) -> None:
    ended = place.command("changes", "--case", "keras.dropout")
    assert ended.returncode == 0, ended.stderr
    # Keras 3 came with 2.16: between the first two releases in Docker, before both in venvs.
    said = {
        "docker": "keras.dropout ABB between 2.15.1 and 2.18.1 (2.16, 2.17 not tried)",
        "venv": "Never changed (1 case): keras.dropout.",
    }
    assert said[place.engine] in " ".join(ended.stdout.split())


def test_a_claim_that_xla_keeps_stateless_draws_is_contradicted_in_every_cell(place: Place) -> None:
    ended = place.command("claims", "--format", "json", "--only", "guide-stateless-same-xla")
    assert ended.returncode == 0, ended.stderr
    (claim,) = json.loads(ended.stdout)["claims"]
    outcomes = [cell["outcome"] for cell in claim["cells"]]
    assert outcomes == ["contradicted"] * len(place.report())


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


def test_the_report_is_as_its_schema_says(place: Place) -> None:
    ended = place.command("report", "--format", "json")
    jsonschema.validate(json.loads(ended.stdout), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_a_gate_fails_for_the_one_change_that_was_planted(place: Place, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    assert place.command("baseline", "update", str(baseline)).returncode == 0
    assert place.run("--baseline", str(baseline)).returncode == 0
    document = json.loads(baseline.read_text(encoding="utf-8"))
    (context,) = document["contexts"]
    context["cells"][min(context["cells"])][SEEDED] = "0" * 16
    baseline.write_text(json.dumps(document), encoding="utf-8")
    ended = place.run("--baseline", str(baseline))
    assert ended.returncode == 1
    assert ended.stderr.count("error: ") == 1
    assert f"differs from the baseline {baseline}: 1 changed" in ended.stderr
    assert f"- changed: {SEEDED}: other bits, " in ended.stdout


def test_the_plan_says_what_is_built_and_what_would_run(place: Place) -> None:
    ended = place.command("plan", "--engine", place.engine, "--json")
    assert {cell["action"] for cell in json.loads(ended.stdout)["cells"]} == {"reuse"}
    ended = place.command("plan", "--engine", place.engine, "--fresh", "--json")
    plan = json.loads(ended.stdout)
    assert plan["to_build"] == []
    assert len(plan["built"]) == {"docker": 3, "venv": 2}[place.engine]
    assert {tuple(cell["missing"]) for cell in plan["cells"]} == {("forward", "reversed")}


def test_building_alone_runs_no_trial(place: Place) -> None:
    before = place.stored()
    ended = place.run("--build-only")
    assert ended.returncode == 0, ended.stderr
    count = {"docker": 3, "venv": 2}[place.engine]
    assert ended.stdout.count("built; it has no CUDA to look at") == count
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
    assert processes_in(place.folder) == []


def processes_in(folder: Path) -> list[list[str]]:
    """Command lines that name something below a folder: the trials of its venvs."""
    lines = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if any(str(folder) in word for word in line)]


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
