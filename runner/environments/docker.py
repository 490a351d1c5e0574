"""The Docker engine: one image per environment, one fresh container per trial.

Create, start, wait, collect, then remove: never auto-remove, it destroys the evidence. Every call
has a deadline; a wait that breaks means *unknown*, so the container is looked at again.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from runner.environments import profile
from runner.environments.base_images import BaseImages, image_name
from runner.environments.buildkit import (
    build_arguments,
    build_folders,
    find_build_command,
    reason_of,
)
from runner.environments.collect import collect
from runner.environments.connection import engine_address, open_engine
from runner.environments.cpu import parse_cpuinfo
from runner.environments.cuda import cuda_variables
from runner.environments.engine import Base, BuildFailure, Outcome, Prepared
from runner.environments.index import scrub
from runner.environments.ownership import SESSION, Owner, is_orphan
from runner.environments.reaper import Reaper, remove_session
from runner.errors import EngineUnavailable
from runner.results.records import EngineName, Host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docker import APIClient

    from runner.environments.engine import Blueprint, Trial
    from runner.environments.index import IndexSettings
    from runner.matrix.cells import Environment

_CALL_SECONDS: Final = 30
_PING_SECONDS: Final = 5
_BUILD_SECONDS: Final = 3600
_LOG_BYTES: Final = 64_000
_CHUNK: Final = 256 * 1024
_KILLED: Final = 137
# The engine notes the start a moment after the process has begun to count.
_CLOCK_SLACK: Final = 1.0
_BROKEN = (DockerException, requests.RequestException, OSError)


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
    except (*_BROKEN, ValueError, TypeError) as error:  # no address, or no engine's answer
        raise EngineUnavailable(
            f"no Docker engine answers at {address}: {_why(error)}",
            "start dockerd, or set DOCKER_HOST, or use --engine venv",
        ) from None
    api.timeout = _CALL_SECONDS
    return api


def remove_everything(api: APIClient) -> int:
    """Remove all images that samebits built; returns how many. Base images stay."""
    removed = 0
    for image in api.images(filters={"label": "samebits.environment"}):
        with contextlib.suppress(*_BROKEN):
            api.remove_image(image["Id"], force=True)
            removed += 1
    return removed


class DockerEngine:
    """Builds with BuildKit through the docker command line, runs through the engine's API."""

    name: EngineName = "docker"

    def __init__(self, api: APIClient, bases: BaseImages, index: IndexSettings) -> None:
        self._api = api
        self._bases = bases
        self._index = index
        self._owner = Owner()
        self._reaper = Reaper(self.address, self._owner.session)
        self._cancelled = threading.Event()
        self._builds: set[subprocess.Popen[bytes]] = set()

    @property
    def address(self) -> str:
        """Where the engine listens, as both docker-py and the command line take it."""
        return engine_address()

    def base(self, environment: Environment) -> Base:
        """Find, or pull, the base image of an environment."""
        return self._bases.find(environment)

    def host(self) -> Host:
        """Describe the machine the engine runs on, which may be another than this one."""
        info = self._call_info()
        cpu = parse_cpuinfo(self._cpuinfo())
        return Host(
            name=info["Name"],
            host_class=cpu.host_class,
            cpu_model=cpu.model,
            platform=f"{info['OperatingSystem']}, kernel {info['KernelVersion']}",
        )

    def sweep(self) -> int:
        """Remove what runs that died have left behind; returns how many containers."""
        removed = 0
        rows = self._api.containers(all=True, filters={"label": SESSION})
        for row in rows:
            if is_orphan(row.get("Labels") or {}, self._owner.host, time.time()):
                removed += 1
                self._remove(row["Id"])
        return removed

    def prepare(self, blueprint: Blueprint) -> Prepared | BuildFailure:
        """Build the image of an environment unless its content-hash tag is there."""
        tag = image_name(blueprint)
        try:
            with contextlib.suppress(ImageNotFound):
                self._api.inspect_image(tag)
                return Prepared(reference=tag, reused=True)
            return self._build(blueprint, tag)
        except _BROKEN as error:
            return BuildFailure(reason=f"engine: {_why(error)}", log="")

    def run(self, trial: Trial, out: Path) -> Outcome:
        """Run one trial in a fresh container under the hardened profile."""
        python = trial.cell.environment.python
        packages = f"/opt/env/lib/python{python}/site-packages"
        variables = cuda_variables(trial.cell.environment, packages, dict(trial.variables))
        command = ["python", "-m", "probe", "--out", profile.OUT, *trial.arguments]
        labels = {"samebits.cell": trial.cell.id}
        try:
            with self._container(
                trial.prepared.reference,
                ["timeout", "-s", "KILL", str(trial.timeout), *command],
                variables,
                labels=labels,
                timeout=trial.timeout,
                memory=trial.memory,
                gpu=trial.gpu,
            ) as container:
                self._api.start(container)
                state = self._wait(container, trial.timeout)
                return self._outcome(container, state, trial, out)
        except _BROKEN as error:
            why = "cancelled" if self._cancelled.is_set() else f"engine: {_why(error)}"
            return Outcome(exit_code=None, failure=why)

    def cancel(self) -> None:
        """End every build and container of this run."""
        self._cancelled.set()
        for build in tuple(self._builds):
            with contextlib.suppress(ProcessLookupError):
                build.kill()
        with contextlib.suppress(*_BROKEN):
            remove_session(self.address, self._owner.session)

    def close(self) -> None:
        """End the reaper and the connection."""
        self._reaper.close()
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
            arguments = build_arguments(blueprint, tag, labels, context, secrets)
            code, log = self._run_build([command.path, *arguments])
        if code == 0:
            return Prepared(reference=tag, reused=False)
        reason = "cancelled" if self._cancelled.is_set() else reason_of(log)
        return BuildFailure(reason=reason, log=log)

    def _run_build(self, command: list[str]) -> tuple[int, str]:
        """Run the docker command line to its end, or its deadline."""
        self._refuse_if_cancelled()
        variables = os.environ | {"DOCKER_BUILDKIT": "1", "DOCKER_HOST": self.address}
        with tempfile.TemporaryFile() as output:
            build = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=variables,
            )
            self._builds.add(build)
            self._reaper.watch(build.pid)
            try:
                code = build.wait(timeout=_BUILD_SECONDS)
            except subprocess.TimeoutExpired:
                build.kill()
                code = build.wait()
            finally:
                self._builds.discard(build)
                self._reaper.release(build.pid)
            output.seek(max(0, output.tell() - _LOG_BYTES))
            return code, scrub(output.read().decode(errors="replace"))

    @contextlib.contextmanager
    def _container(  # noqa: PLR0913 - the whole of a container in one place
        self,
        image: str,
        command: list[str],
        chosen: Mapping[str, str],
        *,
        labels: Mapping[str, str],
        timeout: int,
        memory: int,
        gpu: str | None = None,
    ) -> Iterator[str]:
        """Create a container under the profile; it is removed whatever happens."""
        self._refuse_if_cancelled()
        self._reaper.start()
        owned = self._owner.labels(timeout)
        created = self._api.create_container(
            image,
            command,
            user=profile.USER,
            environment=profile.variables(dict(chosen), gpu=gpu),
            labels={**labels, **owned},
            name=f"samebits-gpu-{gpu}" if gpu else None,
            host_config=profile.host_config(self._api, memory=memory, gpu=gpu),
        )
        try:
            # Again: what was created while `cancel` listed the containers is in no list.
            self._refuse_if_cancelled()
            yield created["Id"]
        finally:
            self._remove(created["Id"])

    def _wait(self, container: str, timeout: int) -> Mapping[str, object]:
        """Wait until the container has ended; kill it when its deadline is past."""
        deadline = time.monotonic() + timeout + 5
        while True:
            left = deadline - time.monotonic()
            with contextlib.suppress(requests.RequestException):
                self._api.wait(container, timeout=max(1, min(int(left), 60)))
            state: Mapping[str, object] = self._api.inspect_container(container)["State"]
            if state["Status"] in {"exited", "dead"}:
                return state
            if left <= 0:
                self._api.kill(container)
                deadline = time.monotonic() + _CALL_SECONDS
            self._refuse_if_cancelled()

    def _outcome(
        self, container: str, state: Mapping[str, object], trial: Trial, out: Path
    ) -> Outcome:
        code = int(str(state["ExitCode"]))
        seconds = _seconds_between(str(state["StartedAt"]), str(state["FinishedAt"]))
        oom = bool(state.get("OOMKilled"))
        timed_out = code == _KILLED and not oom and seconds > trial.timeout - _CLOCK_SLACK
        problem = self._collect(container, out)
        log = self._api.logs(container, tail=400)[-_LOG_BYTES:].decode(errors="replace")
        return Outcome(
            exit_code=code,
            timed_out=timed_out,
            out_of_memory=oom,
            killed=code == _KILLED and not oom and not timed_out,
            failure=problem or str(state.get("Error") or ""),
            log=log,
        )

    def _collect(self, container: str, out: Path) -> str:
        """Fetch what the probe wrote; returns why that stopped early, or ''.

        docker-py's own call can't end a stream early, and the container stays locked meanwhile.
        """
        address = f"{self._api.base_url}/v{self._api.api_version}/containers/{container}/archive"
        wanted = {"path": profile.OUT}
        with self._api.get(address, params=wanted, stream=True, timeout=_CALL_SECONDS) as response:
            response.raise_for_status()
            return collect(response.iter_content(_CHUNK), out)

    def _remove(self, container: str) -> None:
        """Remove a container and its volume; what can't be removed now the next sweep takes."""
        with contextlib.suppress(*_BROKEN):
            self._api.remove_container(container, v=True, force=True)

    def _cpuinfo(self) -> str:
        """`/proc/cpuinfo` of the engine's machine: this one's, unless the engine is remote."""
        if self.address.startswith("unix:"):
            return Path("/proc/cpuinfo").read_text(encoding="utf-8")
        command = ["cat", "/proc/cpuinfo"]
        memory = 64 * 1024**2
        try:
            with self._container(
                self._bases.any(), command, {}, labels={}, timeout=_CALL_SECONDS, memory=memory
            ) as container:
                self._api.start(container)
                self._wait(container, _CALL_SECONDS)
                return self._api.logs(container).decode(errors="replace")
        except _BROKEN as error:
            raise EngineUnavailable(
                f"can't read the processor of the engine at {self.address}: {_why(error)}"
            ) from None

    def _call_info(self) -> dict[str, str]:
        try:
            info: dict[str, str] = self._api.info()
        except _BROKEN as error:
            raise EngineUnavailable(f"the engine stopped answering: {_why(error)}") from None
        return info

    def _refuse_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise DockerException("cancelled")


def _seconds_between(start: str, end: str) -> float:
    """Seconds between two of the engine's timestamps."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _why(error: Exception) -> str:
    """An engine's error in one line."""
    if isinstance(error, APIError) and error.explanation:
        return str(error.explanation).strip().splitlines()[0][:500]
    if isinstance(error, NotFound):
        return "gone"
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return "no answer within the deadline"
    text = " ".join(str(error).split())
    plain = re.search(r"(?:Error\(\d+, '|\[Errno \d+\] )(?P<why>[A-Za-z ]+)", text)
    if plain and "Permission denied" in text:
        return "permission denied; is this user in the group docker?"
    return plain["why"] if plain else text[:300] or type(error).__name__
