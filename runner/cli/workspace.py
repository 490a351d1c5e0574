"""From the files of a checkout to a plan: matrix, locks, engine, bases and stored trials."""

from __future__ import annotations

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from runner.environments import lock as locks
from runner.environments.base_images import BaseImages, read_pins
from runner.environments.buildkit import find_build_command
from runner.environments.docker import DockerEngine, connect
from runner.environments.index import IndexSettings, host_settings
from runner.environments.lock import Lock, Unresolvable
from runner.environments.own_probe import read_own_probe
from runner.environments.probe import checkout, find_probe
from runner.environments.venv import VenvEngine
from runner.errors import EngineUnavailable, GateFailed, InputError
from runner.execution.choice import GpuChoice, choose
from runner.execution.gpu import HostGpu, HostGpus, find_gpus
from runner.execution.plan import Circumstances, Plan, make_plan
from runner.matrix import catalog, spec
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from runner.environments.engine import Base, Engine
    from runner.environments.probe import ProbeSource
    from runner.matrix.cells import Cell, Environment
    from runner.matrix.spec import Matrix

EngineChoice = Literal["auto", "docker", "venv"]
BASE_VARIABLE: Final = "SAMEBITS_BASE"
GPU_VARIABLE: Final = "SAMEBITS_GPU"
_RESOLVERS: Final = 4


def home(matrix: Path) -> Path:
    """The folder that holds the locks, results and venvs of a matrix file.

    That is the checkout of samebits for each matrix file inside it, so that all of them share
    locks and results; for any other file it is the folder that the file lies in.
    """
    folder = matrix.resolve().parent
    ours = checkout()
    return ours if ours and folder.is_relative_to(ours) else folder


@dataclass(frozen=True)
class Workspace:
    """A matrix file and what lies in its home.

    Locks are in `images/locks`, results in `results`, venvs and nothing else in `.samebits`.
    `trials` takes the place of the matrix file's `probe.trials`; stored trials count towards it.
    """

    path: Path
    results: Path | None = None
    trials: int | None = None
    matrix: Matrix = field(init=False)
    probe: ProbeSource = field(init=False)

    def __post_init__(self) -> None:
        matrix = spec.load(self.path)
        if self.trials:
            matrix = replace(matrix, probe=replace(matrix.probe, trials=self.trials))
        object.__setattr__(self, "matrix", matrix)
        named = self.matrix.probe.path
        own = read_own_probe(self.path.parent / named, str(self.path)) if named else None
        object.__setattr__(self, "probe", replace(find_probe(), own=own))

    @property
    def root(self) -> Path:
        """The home of the matrix file."""
        return home(self.path)

    @property
    def locks(self) -> Path:
        """Where locks and the digests of base images are committed."""
        return self.root / "images" / "locks"

    @property
    def store(self) -> Store:
        """Where results are kept."""
        return Store(self.results or self.root / "results")

    @property
    def venvs(self) -> Path:
        """Where venvs are made."""
        return self.root / ".samebits" / "venvs"

    def venv_engine(self, index: IndexSettings) -> VenvEngine:
        """The engine that needs no Docker."""
        return VenvEngine(self.venvs, index)

    def docker_engine(self, index: IndexSettings, local: Mapping[str, str]) -> DockerEngine:
        """The Docker engine that answers; raises EngineUnavailable."""
        api = connect()
        bases = BaseImages(api, self.matrix.bases, local, read_pins(self.locks))
        return DockerEngine(api, bases, index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The engine of a run, why it is that one, and the base of each environment."""

    engine: Engine
    reason: str
    bases: Mapping[Environment, Base | str]


def local_bases(given: Iterable[str]) -> dict[str, str]:
    """Read ``3.11=IMAGE`` pairs from the command line, or else from `SAMEBITS_BASE`.

    Raises
    ------
    InputError
        A pair is not of that form.
    """
    pairs = list(given) or os.environ.get(BASE_VARIABLE, "").split()
    found: dict[str, str] = {}
    for pair in pairs:
        python, separator, image = pair.partition("=")
        if not (separator and image and python.startswith("3.")):
            raise InputError(f"--base {pair}: not of the form 3.11=IMAGE")
        found[python] = image
    return found


def choose_gpus(given: Sequence[str], found: HostGpus | None = None) -> GpuChoice:
    """The GPUs of this host, or of those `found`, that are asked for, or all of one class.

    Raises
    ------
    InputError
        One of the words names no GPU that can be used.
    """
    asked_by = "--gpu" if given else GPU_VARIABLE
    return choose(found or find_gpus(), wanted_gpus(given), asked_by)


def wanted_gpus(given: Iterable[str]) -> list[str]:
    """What the command line says of GPUs, or else the words of `SAMEBITS_GPU`.

    In a word of the variable that is a model, `?` stands for a blank.
    """
    return list(given) or os.environ.get(GPU_VARIABLE, "").split()


def may_run(cells: Iterable[Cell], gpus: tuple[HostGpu, ...]) -> tuple[Environment, ...]:
    """The environments of the cells that are possible and that this host has the device for."""
    found = {
        cell.environment: None
        for cell in cells
        if not catalog.refusal(cell.environment) and (cell.setting.device == "cpu" or gpus)
    }
    return tuple(found)


def choose_engine(
    choice: EngineChoice,
    workspace: Workspace,
    environments: tuple[Environment, ...],
    local: Mapping[str, str],
) -> Chosen:
    """Take the engine that was asked for; `auto` takes Docker where all bases can be had.

    Raises
    ------
    EngineUnavailable
        The engine does not answer, or has no base for any of the environments.
    """
    index = host_settings()
    if choice == "venv":
        venv = workspace.venv_engine(index)
        return Chosen(engine=venv, reason="asked for", bases=_bases(venv, environments))
    try:
        docker = workspace.docker_engine(index, local)
        if choice == "docker":
            bases = _bases(docker, environments)
            return Chosen(engine=docker, reason="asked for", bases=bases)
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(docker.close)
            find_build_command()
            bases = {environment: docker.base(environment) for environment in environments}
            cleanup.pop_all()
        return Chosen(engine=docker, reason="it answers", bases=bases)
    except EngineUnavailable as error:
        if choice == "docker":
            raise
        return _instead_of_docker(workspace.venv_engine(index), environments, error)


def _instead_of_docker(
    venv: VenvEngine, environments: tuple[Environment, ...], why: EngineUnavailable
) -> Chosen:
    """The engine `venv`, and why it is that one; what neither engine can run names both reasons."""
    try:
        bases = _bases(venv, environments)
    except EngineUnavailable as error:
        message = f"{error.message}\nDocker was not taken, since {why.message}"
        raise EngineUnavailable(message, error.hint or why.hint) from None
    return Chosen(engine=venv, reason=why.message, bases=bases)


def find_locks(
    workspace: Workspace, environments: Iterable[Environment]
) -> dict[Environment, Lock | None]:
    """Read the committed lock of each environment; None where it is missing or out of date."""
    newer = workspace.matrix.exclude_newer
    return {one: locks.read(one, newer, workspace.locks) for one in environments}


def complete_locks(
    workspace: Workspace,
    found: Mapping[Environment, Lock | None],
    *,
    locked: bool,
    tell: Callable[[str], None],
) -> dict[Environment, Lock | Unresolvable]:
    """Resolve and write the locks that are missing, and say so.

    Raises
    ------
    GateFailed
        `locked` forbids it.
    """
    missing = [environment for environment, lock in found.items() if lock is None]
    if missing and locked:
        names = ", ".join(environment.id for environment in missing)
        raise GateFailed(
            f"no up-to-date lock for {names}", "run `nox -s lock` and commit the result"
        )
    complete: dict[Environment, Lock | Unresolvable] = {
        environment: lock for environment, lock in found.items() if lock is not None
    }
    for environment, lock in resolve_all(workspace, missing):
        complete[environment] = lock
        if isinstance(lock, Lock):
            path = locks.write(lock, environment, workspace.locks)
            tell(f"locked {environment.id}: {len(lock.packages)} packages, new in {path}")
    return complete


def resolve_all(
    workspace: Workspace, environments: Iterable[Environment]
) -> Iterable[tuple[Environment, Lock | Unresolvable]]:
    """Resolve environments a few at a time, in their order."""
    wanted = list(environments)
    index, newer = host_settings(), workspace.matrix.exclude_newer
    with ThreadPoolExecutor(_RESOLVERS) as pool:
        resolved = pool.map(lambda one: locks.resolve(one, newer, index), wanted)
        yield from zip(wanted, resolved, strict=True)


def plan_cells(
    workspace: Workspace,
    cells: tuple[Cell, ...],
    chosen: Chosen,
    ready: Mapping[Environment, Lock | Unresolvable],
    gpus: GpuChoice,
    *,
    fresh: bool,
    build_only: bool = False,
) -> tuple[Plan, Circumstances]:
    """Plan the cells against what is stored, or only what there is to build of them."""
    now = Circumstances(
        probe=workspace.matrix.probe,
        source=workspace.probe,
        engine=chosen.engine.name,
        host=chosen.engine.host(),
        gpus=gpus.gpus,
        no_gpu=gpus.none,
        locks=ready,
        bases=chosen.bases,
        stored=workspace.store.trials([cell.id for cell in cells]).records,
        fresh=fresh,
        build_only=build_only,
    )
    return make_plan(cells, now), now


def _bases(engine: Engine, environments: tuple[Environment, ...]) -> dict[Environment, Base | str]:
    """The base of each environment, or why it has none; an error where none has one."""
    found: dict[Environment, Base | str] = {}
    last: EngineUnavailable | None = None
    for environment in environments:
        try:
            found[environment] = engine.base(environment)
        except EngineUnavailable as error:
            last = error
            found[environment] = error.message
    if last and all(isinstance(base, str) for base in found.values()):
        raise last
    return found
