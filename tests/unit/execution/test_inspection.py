"""Which libraries a built environment would load, held against what it declares."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
from unit.execution.fake_engine import BASE, PROBE, FakeEngine

from runner.environments.engine import Blueprint, BuildFailure, Engine, Outcome, Prepared, Trial
from runner.environments.lock import Lock
from runner.environments.probe import find_probe
from runner.execution.inspection import Inspection, file_names, inspect, look_at
from runner.matrix.cells import Environment

if TYPE_CHECKING:
    from pathlib import Path

GPU = Environment(python="3.11", tensorflow="2.20.0", cuda="12.9.1", cudnn="9.10.2.21")
CPU = Environment(python="3.11", tensorflow="2.20.0")
LOCK = Lock("nvidia-cublas-cu12==12.9.1.4 \\\n    --hash=sha256:00\n")
PREPARED = Prepared(reference="image:1", reused=True)
VERSIONS = {"cudart": "12.9", "cublas": "12.9.1", "cublasLt": "12.9.1", "cudnn": "9.10.2"}


def library(name: str, version: str = "", reason: str = "", *, there: bool = True) -> object:
    path = f"/x/lib{name}.so" if there else ""
    return {"name": name, "path": path, "version": version, "reason": reason}


@dataclass
class Opening:
    """An engine whose probe opens libraries and says what is planted."""

    libraries: list[object] | None
    outcome: Outcome = field(default_factory=lambda: Outcome(exit_code=0))
    trials: list[Trial] = field(default_factory=list)

    def run(self, trial: Trial, out: Path) -> Outcome:
        self.trials.append(trial)
        if self.libraries is not None:
            document = {"schema_version": 1, "libraries": self.libraries}
            (out / "result.json").write_text(json.dumps(document), encoding="utf-8")
        return self.outcome


def look(engine: Opening, environment: Environment = GPU) -> Inspection:
    blueprint = Blueprint(environment=environment, base=BASE, lock=LOCK, probe=find_probe())
    return inspect(blueprint, PREPARED, cast("Engine", engine), PROBE)


def test_an_environment_that_is_gone_is_not_passed_over() -> None:
    blueprint = Blueprint(environment=CPU, base=BASE, lock=LOCK, probe=find_probe())
    there = FakeEngine()
    assert look_at(blueprint, there, PROBE).problems == ()
    gone = FakeEngine(build=lambda _: BuildFailure(reason="no space left on device", log=""))
    assert look_at(blueprint, gone, PROBE).problems == (
        "it was built, is gone, and could not be built again: no space left on device",
    )


def test_the_names_are_those_that_the_release_opens() -> None:
    assert file_names(GPU) == (
        *("libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11"),
        *("libcurand.so.10", "libcusolver.so.11", "libcusparse.so.12", "libcudnn.so.9"),
    )


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param(CPU, id="no CUDA"),
        pytest.param(
            Environment(python="3.11", tensorflow="2.99.0", cuda="12.9.1"), id="unknown release"
        ),
    ],
)
def test_where_nothing_is_opened_nothing_is_run(environment: Environment) -> None:
    engine = Opening(None)
    assert look(engine, environment) == Inspection(environment=environment.id, reference="image:1")
    assert engine.trials == []


def test_what_is_declared_is_loaded() -> None:
    found = look(Opening([library(name, version) for name, version in VERSIONS.items()]))
    assert found == Inspection(
        environment=GPU.id, reference="image:1", libraries=tuple(VERSIONS.items())
    )


def test_it_needs_no_gpu() -> None:
    engine = Opening([])
    look(engine)
    (trial,) = engine.trials
    assert trial.gpu is None
    assert trial.cell.setting.device == "cpu"
    assert trial.arguments == ("--libraries", *file_names(GPU))


def test_another_version_and_what_does_not_open_are_problems() -> None:
    found = look(
        Opening(
            [
                library("cudart", "12.9"),
                library("cublas", "12.6.4"),
                library("cublasLt", "12.9.1"),
                library("cudnn", reason="libcudnn.so.9: cannot open", there=False),
            ]
        )
    )
    assert found.problems == (
        "cuBLAS 12.6.4 was loaded, not 12.9.1.4",
        "cudnn can't be opened: libcudnn.so.9: cannot open",
    )
    assert found.unseen == ()


def test_a_library_that_tells_no_version_is_no_problem_but_told() -> None:
    silent = library("cudart", reason="cudaRuntimeGetVersion answers error 35")
    others = [library(name, VERSIONS[name]) for name in ("cublas", "cublasLt", "cudnn")]
    found = look(Opening([silent, *others]))
    assert found.problems == ()
    assert found.unseen == (
        "the CUDA runtime told no version: cudaRuntimeGetVersion answers error 35",
    )


@pytest.mark.parametrize(
    ("engine", "problem"),
    [
        pytest.param(
            Opening(None, Outcome(exit_code=None, failure="engine: gone")),
            "engine: gone",
            id="engine",
        ),
        pytest.param(
            Opening(None, Outcome(exit_code=1, log="no module named probe")),
            "the probe ended with exit code 1: no module named probe",
            id="probe",
        ),
        pytest.param(
            Opening(None),
            "unreadable result: result.json: no such file or directory",
            id="no result",
        ),
    ],
)
def test_what_could_not_be_looked_at_is_a_problem(engine: Opening, problem: str) -> None:
    assert look(engine).problems == (problem,)
