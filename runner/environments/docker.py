"""The Docker engine: one image per environment, one fresh container per trial."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docker.errors import ImageNotFound

from runner.environments import profile
from runner.environments.base_images import BASE_REPOSITORY, BaseImages, image_name
from runner.environments.buildkit import (
    Builds,
    build_arguments,
    build_folders,
    find_build_command,
    reason_of,
)
from runner.environments.connection import engine_address, open_engine, why
from runner.environments.containers import BROKEN, Containers, Deadlines, Order
from runner.environments.cpu import parse_cpuinfo
from runner.environments.cuda import cuda_variables, image_packages
from runner.environments.engine import (
    Base,
    BuildFailure,
    Capacity,
    Outcome,
    Prepared,
    local_capacity,
)
from runner.environments.gpu_faults import find
from runner.environments.gpu_request import way_of
from runner.environments.inside import PACKAGES, read_inside
from runner.environments.probe import OWN_FOLDER
from runner.environments.reaper import remove_session
from runner.environments.session import Session
from runner.environments.shells import enter_container
from runner.environments.survey import engine_facts
from runner.errors import EngineUnavailable
from runner.matrix.versions import SYSTEM
from runner.results.records import EngineName, Host

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import APIClient

    from runner.environments.engine import Blueprint, Trial
    from runner.environments.gpu_faults import Found
    from runner.environments.gpu_request import Way
    from runner.environments.index import IndexSettings
    from runner.environments.shells import Entry
    from runner.matrix.cells import Environment, Inside

_CALL_SECONDS: Final = 30
_PING_SECONDS: Final = 5
_CANCEL_SECONDS: Final = 5
_KILLED: Final = 137
_PROBE: Final = "/opt/samebits/probe"
# The engine notes the start a moment after the process has begun to count.
_CLOCK_SLACK: Final = 1.0


def connect() -> APIClient:
    """Connect to the engine that `DOCKER_HOST`, or the current docker context, names.

    Raises
    ------
    EngineUnavailable
        None answers within a few seconds.
    """
    address = engine_address()
    try:
        api = open_engine(address, _PING_SECONDS)
    except (*BROKEN, ValueError, TypeError) as error:  # no address, or no engine's answer
        raise EngineUnavailable(
            f"no Docker engine answers at {address}: {why(error)}",
            "start dockerd, or set DOCKER_HOST, or use --engine venv",
        ) from None
    api.timeout = _CALL_SECONDS
    return api


def remove_everything(api: APIClient) -> int:
    """Remove all images that samebits built, and its tags of base images; returns how many images.

    A base image stays as long as it has another name.
    """
    removed = 0
    try:
        for image in api.images(filters={"label": "samebits.environment"}):
            api.remove_image(image["Id"], force=True)
            removed += 1
        for base in api.images(name=BASE_REPOSITORY):
            for tag in base["RepoTags"] or ():
                api.remove_image(tag)
    except BROKEN as error:
        raise EngineUnavailable(f"{removed} images removed, then: {why(error)}") from None
    return removed


class DockerEngine:
    """Builds with BuildKit through the docker command line, runs through the engine's API."""

    name: EngineName = "docker"

    def __init__(
        self,
        api: APIClient,
        bases: BaseImages,
        index: IndexSettings,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - a value
    ) -> None:
        self._api = api
        self._bases = bases
        self._index = index
        self._session = Session(self.address)
        self._containers = Containers(api, self._session, deadlines)
        self._builds = Builds(self._session)

    @property
    def address(self) -> str:
        """Where the engine listens, as both docker-py and the command line take it."""
        return engine_address()

    @cached_property
    def _way(self) -> Way:
        return way_of(engine_facts(self._api.info()))

    @property
    def _is_local(self) -> bool:
        return self.address.startswith("unix:")

    def base(self, environment: Environment) -> Base:
        """Find, or pull, the base image of an environment, and what it says of CUDA inside it."""
        found = self._bases.find(environment)
        return replace(found, inside=self._inside(found)) if environment.cuda == SYSTEM else found

    def host(self) -> Host:
        """Describe the machine the engine runs on, which may be another than this one."""
        info = self._info()
        cpu = parse_cpuinfo(self._cpuinfo())
        return Host(
            name=str(info["Name"]),
            host_class=cpu.host_class,
            cpu_model=cpu.model,
            platform=f"{info['OperatingSystem']}, kernel {info['KernelVersion']}",
        )

    def capacity(self) -> Capacity:
        """The cores and the memory of the engine's machine."""
        if self._is_local:
            return local_capacity()
        info = self._info()
        return Capacity(cores=int(str(info["NCPU"])), memory=int(str(info["MemTotal"])))

    def sweep(self) -> int:
        """Remove what runs that died have left behind; returns how many containers."""
        return self._containers.sweep()

    def has(self, blueprint: Blueprint) -> bool:
        """Say whether the content-hash tag of an environment is there."""
        try:
            self._api.inspect_image(image_name(blueprint))
        except ImageNotFound:
            return False
        except BROKEN as error:
            raise EngineUnavailable(f"the engine stopped answering: {why(error)}") from None
        return True

    def prepare(self, blueprint: Blueprint) -> Prepared | BuildFailure:
        """Build the image of an environment unless its content-hash tag is there."""
        tag = image_name(blueprint)
        try:
            if self.has(blueprint):
                return Prepared(reference=tag, reused=True)
            return self._build(blueprint, tag)
        except BROKEN as error:
            return BuildFailure(reason=self._failure(why(error)), log="")

    def run(self, trial: Trial, out: Path) -> Outcome:
        """Run one trial in a fresh container under the hardened profile."""
        try:
            with self._containers.fresh(self._order(trial)) as container:
                if refusal := trial.admit():
                    return Outcome(exit_code=None, failure=refusal)
                self._containers.start(container)
                state = self._containers.wait(container, trial.timeout)
                return self._outcome(container, state, trial, out)
        except BROKEN as error:
            return self._not_run(why(error), trial)

    def enter(self, trial: Trial, entry: Entry) -> int:
        """Run a command in a fresh container like that of a trial; returns its exit code."""
        order = replace(self._order(trial), labels={"samebits.shell": trial.cell.id})
        try:
            return enter_container(self._containers, order, self.address, entry)
        except BROKEN as error:
            raise EngineUnavailable(self._not_run(why(error), trial).failure) from None

    def cancel(self) -> None:
        """End every build and container of this run."""
        self._session.cancelled.set()
        self._builds.cancel()
        with contextlib.suppress(*BROKEN):
            remove_session(self.address, self._session.owner.session, _CANCEL_SECONDS)

    def close(self) -> None:
        """End the reaper and the connection."""
        self._session.close()
        self._api.close()

    def _build(self, blueprint: Blueprint, tag: str) -> Prepared | BuildFailure:
        command = find_build_command()
        labels = {
            "samebits.environment": blueprint.environment.id,
            "samebits.base": blueprint.base.identity,
            "samebits.lock": blueprint.lock.sha256,
            "samebits.probe": blueprint.probe.sha256,
        }
        with build_folders(blueprint, self._index) as (context, secrets):
            self._session.reaper.watch_folder(context.parent)
            arguments = build_arguments(blueprint, tag, labels, context, secrets)
            code, log = self._builds.run([command.path, *arguments])
        if code == 0:
            return Prepared(reference=tag, reused=False)
        cancelled = self._session.cancelled.is_set()
        return BuildFailure(reason="cancelled" if cancelled else reason_of(log), log=log)

    def _order(self, trial: Trial) -> Order:
        environment = trial.cell.environment
        packages = image_packages(environment)
        own = ("--path", f"{_PROBE}/{OWN_FOLDER}/{trial.own.name}") if trial.own else ()
        command = ("python", "-m", "probe", "--out", profile.OUT, *own, *trial.arguments)
        return Order(
            image=trial.prepared.reference,
            command=("timeout", "-s", "KILL", str(trial.timeout), *command),
            variables=cuda_variables(environment, packages, dict(trial.variables)),
            labels={"samebits.cell": trial.cell.id},
            timeout=trial.timeout,
            memory=trial.memory,
            gpu=trial.gpu,
            way=self._way if trial.gpu else "nvidia",
        )

    def _outcome(
        self, container: str, state: Mapping[str, object], trial: Trial, out: Path
    ) -> Outcome:
        code = int(str(state["ExitCode"]))
        seconds = _seconds_between(str(state["StartedAt"]), str(state["FinishedAt"]))
        oom = bool(state.get("OOMKilled"))
        timed_out = code == _KILLED and not oom and seconds > trial.timeout - _CLOCK_SLACK
        problem = self._containers.collect(container, out)
        told = _told(str(state.get("Error") or ""), trial)
        return Outcome(
            exit_code=code,
            timed_out=timed_out,
            out_of_memory=oom,
            killed=code == _KILLED and not oom and not timed_out,
            failure=problem or told[0],
            fault=told[1],
            log=self._containers.log(container),
        )

    def _inside(self, base: Base) -> Inside:
        try:
            config = self._api.inspect_image(base.reference)["Config"]
            packages = self._containers.text_of(base.reference, PACKAGES)
        except BROKEN as error:
            raise EngineUnavailable(f"can't look into {base.reference}: {why(error)}") from None
        return read_inside(config, packages)

    def _cpuinfo(self) -> str:
        """`/proc/cpuinfo` of the engine's machine: this one's, unless the engine is remote."""
        if self._is_local:
            return Path("/proc/cpuinfo").read_text(encoding="utf-8")
        order = Order(
            image=self._bases.any(),
            command=("cat", "/proc/cpuinfo"),
            variables={},
            labels={},
            timeout=_CALL_SECONDS,
            memory=64 * 1024**2,
        )
        try:
            with self._containers.fresh(order) as container:
                self._containers.start(container)
                self._containers.wait(container, _CALL_SECONDS)
                return self._api.logs(container).decode(errors="replace")
        except BROKEN as error:
            raise EngineUnavailable(
                f"can't read the processor of the engine at {self.address}: {why(error)}"
            ) from None

    def _info(self) -> Mapping[str, object]:
        try:
            info: Mapping[str, object] = self._api.info()
        except BROKEN as error:
            raise EngineUnavailable(f"the engine stopped answering: {why(error)}") from None
        return info

    def _not_run(self, said: str, trial: Trial) -> Outcome:
        """The outcome of a trial that the engine could not run."""
        told, fault = _told(said, trial)
        return Outcome(exit_code=None, failure=self._failure(told), fault=fault)

    def _failure(self, said: str) -> str:
        return "cancelled" if self._session.cancelled.is_set() else f"engine: {said}"


def _told(said: str, trial: Trial) -> tuple[str, Found | None]:
    """What the engine said, after what it means where a GPU was asked for."""
    fault = find(said, "engine") if trial.gpu else None
    return (f"{fault} ({said})" if fault else said), fault


def _seconds_between(start: str, end: str) -> float:
    """Seconds between two of the engine's timestamps."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
