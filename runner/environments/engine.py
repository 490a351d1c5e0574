"""The one boundary between samebits and whatever makes environments and runs probes.

Two engines implement it, `docker` and `venv`; tests pass in a fake of a few lines.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner.environments.gpu_faults import Found
    from runner.environments.lock import Lock
    from runner.environments.own_probe import OwnProbe
    from runner.environments.probe import ProbeSource
    from runner.environments.shells import Entry
    from runner.matrix.cells import Cell, Environment, Inside
    from runner.results.records import EngineName, Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What an environment is built on: a base image, or an interpreter for the venv engine.

    `reference` is what the engine is given, `identity` what it turned out to be: a registry digest,
    an image id, or an interpreter's full version. `pinned` is false where only this host knows it.
    `inside` is what an image with CUDA inside says of it, where an environment takes that.
    """

    reference: str
    identity: str
    pinned: bool
    inside: Inside | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """All that determines one built environment."""

    environment: Environment
    base: Base
    lock: Lock
    probe: ProbeSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A built environment: an image tag, the folder of a venv, or an interpreter as it is."""

    reference: str
    reused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFailure:
    """An environment that could not be built, with the end of what the build printed."""

    reason: str
    log: str


def admitted() -> str:
    """Let every trial start."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One fresh process to run. `timeout` is in seconds, `memory` in bytes.

    `probe_folder` holds the package `probe`, and `own` the cases that take the catalogue's place;
    an image has its own copy of both. `admit` is asked when all is ready and no other run can have
    the GPU any more, just before the process starts; what it says keeps that from starting.
    """

    cell: Cell
    prepared: Prepared
    probe_folder: Path
    arguments: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    timeout: int
    memory: int
    gpu: str | None = None
    own: OwnProbe | None = None
    admit: Callable[[], str] = admitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a trial ended. What it wrote lies in the folder it was given, unread.

    `exit_code` is None where no process ran to its end; `failure` then says why. `killed` means a
    signal that neither we nor the memory limit sent. `fault` is what an engine's failure says of
    the GPU that was asked for.
    """

    exit_code: int | None
    timed_out: bool = False
    out_of_memory: bool = False
    killed: bool = False
    failure: str = ""
    fault: Found | None = None
    log: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How much an engine's machine has to give: `cores`, and `memory` in bytes."""

    cores: int
    memory: int


def local_capacity() -> Capacity:
    """What this machine has to give now."""
    return Capacity(cores=os.cpu_count() or 1, memory=psutil.virtual_memory().available)


class Engine(Protocol):
    """Materialises environments and runs trials. Safe to call from several threads at once.

    A build or a trial that fails is returned as a value; EngineUnavailable is raised only when
    nothing can go on.
    """

    @property
    def name(self) -> EngineName: ...

    def base(self, environment: Environment) -> Base:
        """Find the base of an environment; raises EngineUnavailable where there is none."""
        ...

    def host(self) -> Host:
        """Describe the machine that trials run on."""
        ...

    def capacity(self) -> Capacity:
        """Say how much may run there at once."""
        ...

    def sweep(self) -> int:
        """Remove what runs that died have left behind; returns how many things."""
        ...

    def has(self, blueprint: Blueprint) -> bool:
        """Say whether an environment is built already."""
        ...

    def prepare(self, blueprint: Blueprint) -> Prepared | BuildFailure:
        """Build an environment, or find it built already."""
        ...

    def run(self, trial: Trial, out: Path) -> Outcome:
        """Run one trial and leave what it wrote in the empty folder `out`."""
        ...

    def enter(self, trial: Trial, entry: Entry) -> int:
        """Run a command of the user's where a trial would run; returns its exit code.

        Raises EngineUnavailable.
        """
        ...

    def cancel(self) -> None:
        """End every build and trial under way, and refuse new ones."""
        ...

    def close(self) -> None:
        """Leave nothing behind."""
        ...
