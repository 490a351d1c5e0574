"""Which cells a host will run, from what a survey of it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from unit.execution.fake_engine import GPUS, cells, circumstances

from runner.environments.base_images import Located
from runner.environments.buildkit import BuildCommand
from runner.environments.engine import Base
from runner.environments.lock import Lock
from runner.environments.question import Unanswered
from runner.environments.sizes import Sizes
from runner.environments.survey import EngineFacts, EngineSurvey, Survey
from runner.execution.estimate import BYTECODE, CPU_BYTES, GPU_BYTES
from runner.execution.outlook import Outlook, look_ahead

if TYPE_CHECKING:
    from runner.execution.gpu import HostGpu
    from runner.matrix.cells import Cell

CPU = cells("2.20.0", "2.21.0", determinism=("off", "on"))
GPU = cells("2.20.0", cuda="12.9.1")
FACTS = EngineFacts(
    version="28.5.1",
    system="Debian",
    cores=2,
    memory=8_000_000_000,
    root="/var/lib/docker",
    runtimes=("runc",),
    devices=(),
)
ENGINE = EngineSurvey(
    address="unix:///run/docker.sock",
    facts=FACTS,
    bases={"3.11": Located("python:3.11", "engine")},
    built=frozenset(),
    free=100_000_000_000,
)
SURVEY = Survey(
    engine=ENGINE,
    build=BuildCommand("/usr/bin/docker", "28.5.1"),
    driver="",
    hook="",
    index="https://index.example/simple",
    newest="2.21.0",
    interpreters={"3.11": Base(reference="/usr/bin/python3.11", identity="x", pinned=False)},
    home=Path("/home/one"),
    free=50_000_000_000,
    venvs=frozenset(),
)
NO = Unanswered("not there", "bring it")


def ahead(survey: Survey, of: tuple[Cell, ...] = CPU, gpus: tuple[HostGpu, ...] = ()) -> Outlook:
    here = replace(circumstances(of, gpus=gpus), locks={}, bases={})
    return look_ahead(of, survey, here, Sizes({}))


def reasons(outlook: Outlook) -> list[str]:
    return [row.reason for row in outlook.cells]


def test_docker_runs_all() -> None:
    outlook = ahead(SURVEY)
    assert (outlook.engine, outlook.obstacle, outlook.ready) == ("docker", "", True)
    assert reasons(outlook) == ["", "", "", ""]
    assert [one.tensorflow for one in outlook.to_build] == ["2.20.0", "2.21.0"]
    assert outlook.bytes_needed == 2 * 2 * CPU_BYTES


def test_what_is_built_needs_no_room() -> None:
    built = replace(ENGINE, built=frozenset({CPU[0].environment.id}))
    outlook = ahead(replace(SURVEY, engine=built))
    assert (outlook.built, len(outlook.to_build)) == (1, 1)
    assert outlook.bytes_needed == 2 * CPU_BYTES


def test_what_is_locked_needs_what_its_wheels_do() -> None:
    of = CPU[:1]
    locked = {of[0].environment: Lock("tensorflow-cpu==2.20.0\n")}
    sizes = Sizes({"tensorflow_cpu-2.20.0-py3-none-any.whl": 100_000_000})
    here = replace(circumstances(of), locks=locked, bases={})
    assert look_ahead(of, SURVEY, here, sizes).bytes_needed == 2 * 439_000_000 + BYTECODE


def test_whatever_keeps_docker_away_leaves_venvs() -> None:
    no_base = replace(ENGINE, bases={"3.11": NO})
    for survey in (
        replace(SURVEY, engine=NO),
        replace(SURVEY, build=NO),
        replace(SURVEY, engine=no_base),
    ):
        outlook = ahead(survey)
        assert (outlook.engine, outlook.obstacle) == ("venv", "not there")
        assert reasons(outlook) == ["", "", "", ""]
        assert outlook.bytes_needed == 2 * (CPU_BYTES + BYTECODE)


def test_neither_docker_nor_an_interpreter() -> None:
    outlook = ahead(replace(SURVEY, engine=NO, interpreters={"3.11": Unanswered("no Python 3.11")}))
    assert reasons(outlook) == ["no Python 3.11"] * 4
    assert not outlook.ready


def test_no_venv_stands_in_for_a_base_image() -> None:
    cell = CPU[0]
    of = (replace(cell, environment=replace(cell.environment, base="debian:12")),)
    reason = "a venv is made on this host, not in debian:12; it takes --engine docker"
    assert reasons(ahead(replace(SURVEY, engine=NO), of)) == [reason]


def test_without_an_index_only_what_is_built_runs() -> None:
    offline = replace(SURVEY, newest=NO)
    assert not ahead(offline).ready
    built = replace(ENGINE, built=frozenset({CPU[0].environment.id}))
    assert ahead(replace(offline, engine=built)).ready
    venvs = replace(offline, engine=NO, venvs=frozenset({CPU[0].environment.id}))
    assert ahead(venvs).ready


def test_cells_for_a_gpu_do_not_run_without_one() -> None:
    outlook = ahead(SURVEY, CPU + GPU)
    assert reasons(outlook) == ["", "", "", "", "no GPU on this host"]
    assert outlook.ready


def test_a_gpu_that_containers_do_not_get() -> None:
    outlook = ahead(SURVEY, GPU, GPUS)
    assert reasons(outlook) == ["the engine has no NVIDIA container runtime"]
    assert not outlook.ready


def test_a_gpu_that_containers_get() -> None:
    for survey in (
        replace(SURVEY, engine=replace(ENGINE, facts=replace(FACTS, runtimes=("nvidia",)))),
        replace(
            SURVEY, engine=replace(ENGINE, facts=replace(FACTS, devices=("nvidia.com/gpu=0",)))
        ),
        replace(
            SURVEY,
            engine=replace(ENGINE, facts=replace(FACTS, version="25.0.3", cdi_folders=("/cdi",))),
        ),
        replace(SURVEY, hook="/usr/bin/nvidia-container-runtime-hook"),
    ):
        outlook = ahead(survey, GPU, GPUS)
        assert reasons(outlook) == [""]
        assert outlook.bytes_needed == 2 * GPU_BYTES


def test_a_venv_needs_no_container_runtime() -> None:
    assert reasons(ahead(replace(SURVEY, engine=NO), GPU, GPUS)) == [""]
