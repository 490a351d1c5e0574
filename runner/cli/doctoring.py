"""The command `doctor`: what this host can run, and what would let it run more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from runner.cli.spelling import spelled
from runner.cli.workspace import choose_gpus, find_locks
from runner.environments import survey
from runner.environments.base_images import read_pins
from runner.environments.buildkit import find_build_command
from runner.environments.connection import engine_address
from runner.environments.docker import connect
from runner.environments.index import PUBLIC_INDEX, host_settings, scrub
from runner.environments.interpreters import find_interpreter
from runner.environments.lock import newest
from runner.environments.sizes import read_sizes
from runner.errors import EngineUnavailable
from runner.execution.choice import GpuSurvey
from runner.execution.gpu import find_gpus
from runner.execution.gpu_reading import read_gpu
from runner.execution.outlook import look_ahead
from runner.execution.plan import Circumstances
from runner.reports import doctor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docker import APIClient

    from runner.cli.workspace import Workspace
    from runner.execution.choice import GpuChoice
    from runner.matrix.cells import Environment

_CALL_SECONDS: Final = 5
# So that uv is ended before its question is given up.
_INDEX_SECONDS: Final = survey.SECONDS - 1
_ASKED_FOR: Final = "tensorflow-cpu"


def survey_gpus(given: Sequence[str]) -> GpuSurvey:
    """Find the GPUs of this host, and read those that a run would use.

    Raises
    ------
    InputError
        What was given names no GPU that can be used.
    """
    found = find_gpus()
    choice = choose_gpus(given, found)
    readings = {gpu.uuid: reading for gpu in choice.gpus if (reading := read_gpu(gpu.uuid))}
    return GpuSurvey(found=found, choice=choice, readings=readings)


def print_diagnosis(
    workspace: Workspace, local: Mapping[str, str], gpus: GpuSurvey, *, as_json: bool
) -> int:
    """Print what this host can run; the exit code says whether that is anything at all."""
    found = survey.take_survey(_needs(workspace, local), _means(workspace))
    sizes = read_sizes(workspace.locks)
    outlook = look_ahead(workspace.matrix.cells, found, _here(workspace, gpus.choice), sizes)
    lines = doctor.lines(found, gpus, outlook)
    print(doctor.json(lines, outlook) if as_json else spelled(doctor.text(lines)), end="")
    return 0 if outlook.ready else EngineUnavailable.exit_code


def _needs(workspace: Workspace, local: Mapping[str, str]) -> survey.Needs:
    return survey.Needs(
        environments=_environments(workspace),
        images=workspace.matrix.bases,
        local=local,
        pins=read_pins(workspace.locks),
        home=workspace.root,
    )


def _means(workspace: Workspace) -> survey.Means:
    """The real means: the engine, index and files of this host."""
    index = host_settings()
    return survey.Means(
        address=engine_address(),
        connect=_connect,
        build=find_build_command,
        index=scrub(index.url or PUBLIC_INDEX),
        newest=partial(newest, _ASKED_FOR, index, _INDEX_SECONDS),
        interpreter=find_interpreter,
        free=survey.free_bytes,
        driver=survey.kernel_driver,
        hook=survey.runtime_hook,
        venvs=partial(survey.made_venvs, workspace.venvs),
    )


def _connect() -> APIClient:
    api = connect()
    api.timeout = _CALL_SECONDS
    return api


def _here(workspace: Workspace, gpus: GpuChoice) -> Circumstances:
    """The devices and locks of this host; no base is looked for."""
    found = find_locks(workspace, _environments(workspace))
    return Circumstances(
        probe=workspace.matrix.probe,
        source=workspace.probe,
        engine="venv",
        host=workspace.venv_engine(host_settings()).host(),
        gpus=gpus.gpus,
        no_gpu=gpus.none,
        locks={one: lock for one, lock in found.items() if lock},
        bases={},
    )


def _environments(workspace: Workspace) -> tuple[Environment, ...]:
    return tuple(dict.fromkeys(cell.environment for cell in workspace.matrix.cells))
