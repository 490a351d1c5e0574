"""The life of one container: create, start, wait, collect, then remove.

Never auto-remove: it destroys the evidence. Every call has a deadline, lists are sparse, and a wait
that breaks means *unknown*, so the container is looked at again.

A driver that hangs while a container with a GPU starts keeps every call for that container from
answering, and no other. So a start is given up when the run is cancelled or its deadline is past,
and the removal that follows is asked for, but hardly waited for.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import requests
from docker.errors import (
    APIError,
    DockerException,
    NotFound,
    create_api_error_from_http_exception,
)

from runner.environments import profile
from runner.environments.collect import collect, first_file
from runner.environments.connection import hanging
from runner.environments.deadline import within
from runner.environments.gpu_request import gpu_request
from runner.environments.lease import Lease, lock_folder
from runner.environments.ownership import SESSION, is_orphan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from docker import APIClient

    from runner.environments.gpu_request import Way
    from runner.environments.session import Session

# What can go wrong between here and an engine.
BROKEN = (DockerException, requests.RequestException, OSError)

_CALL_SECONDS: Final = 30
_CHUNK: Final = 256 * 1024
_LOG_BYTES: Final = 64_000
_LONGEST_WAIT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A container to make. `timeout` is in seconds, `memory` in bytes, `gpu` a UUID.

    `way` is how the engine is asked for that GPU. `interactive` keeps its input open for whoever is
    attached, `terminal` gives it one.
    """

    image: str
    command: tuple[str, ...]
    variables: Mapping[str, str]
    labels: Mapping[str, str]
    timeout: int
    memory: int
    gpu: str | None = None
    way: Way = "nvidia"
    interactive: bool = False
    terminal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long to wait for an engine, in seconds.

    `start` leaves a driver the time to wake up every GPU of a large host that sleeps, `kill` is for
    a container to end once it is killed, `broken` for removing one that something was wrong with,
    and `lease` for a GPU that others use.
    """

    start: float = 60
    kill: float = 30
    broken: float = 3
    lease: float = 3600


@dataclass(frozen=True, slots=True)
class Containers:
    """The containers of one session."""

    api: APIClient
    session: Session
    deadlines: Deadlines = field(default_factory=Deadlines)

    @contextlib.contextmanager
    def fresh(self, order: Order) -> Iterator[str]:
        """Create a container under the profile; it is removed whatever happens.

        One with a GPU waits until no other container has that GPU.
        """
        self.session.refuse_if_cancelled()
        self.session.reaper.start()
        with self._created(order) as created:
            seconds: float = _CALL_SECONDS
            try:
                # Again: what was created while `cancel` listed the containers is in no list.
                self.session.refuse_if_cancelled()
                yield created
            except BROKEN:
                seconds = self.deadlines.broken
                raise
            finally:
                self.remove(created, seconds)

    def start(self, container: str) -> None:
        """Start a container; docker-py's own call has the deadline of all its calls."""
        address = self._address(container, "start")
        seconds = self.deadlines.start

        def call() -> None:
            with self.api.post(address, timeout=seconds + _CALL_SECONDS) as response:
                try:
                    response.raise_for_status()
                except requests.HTTPError as error:
                    create_api_error_from_http_exception(error)

        try:
            within(seconds, call, self.session.cancelled)
        except requests.Timeout as error:
            raise hanging(self.api, error) from None

    def wait(self, container: str, timeout: int) -> Mapping[str, object]:
        """Wait until a container has ended; kill it when its deadline is past."""
        deadline, killed = time.monotonic() + timeout + 5, False
        while True:
            left = deadline - time.monotonic()
            with contextlib.suppress(requests.RequestException):
                self._wait_for(container, max(1, min(int(left), _LONGEST_WAIT)))
            state = self._look(container)
            if state["Status"] in {"exited", "dead"}:
                return state
            if left <= 0:
                if killed:
                    raise DockerException("it could not be killed")
                # It may have ended just now, or be what keeps the engine from answering.
                with contextlib.suppress(APIError, requests.RequestException):
                    within(
                        self.deadlines.kill,
                        lambda: self.api.kill(container),
                        self.session.cancelled,
                    )
                killed, deadline = True, time.monotonic() + self.deadlines.kill
            self.session.refuse_if_cancelled()

    def collect(self, container: str, out: Path) -> str:
        """Fetch what the probe wrote; returns why that stopped early, or ''.

        docker-py's own call can't end a stream early, and the container stays locked meanwhile.
        """
        with self._archive(container, profile.OUT) as chunks:
            return collect(chunks, out)

    def text_of(self, image: str, path: str) -> str:
        """The text of a file in an image, in a container that is never started; '' without it."""
        order = Order(
            image=image,
            command=("true",),
            variables={},
            labels={},
            timeout=_CALL_SECONDS,
            memory=64 * 1024**2,
        )
        try:
            with self.fresh(order) as container, self._archive(container, path) as chunks:
                return first_file(chunks).decode(errors="replace")
        except NotFound:
            return ""

    @contextlib.contextmanager
    def _archive(self, container: str, path: str) -> Iterator[Iterator[bytes]]:
        """A path of a container as chunks of a tar stream. Raises NotFound without such a path."""
        address = self._address(container, "archive")
        wanted = {"path": path}
        with self.api.get(address, params=wanted, stream=True, timeout=_CALL_SECONDS) as response:
            if response.status_code == HTTPStatus.NOT_FOUND:
                raise NotFound(f"{path} is not there")
            response.raise_for_status()
            yield response.iter_content(_CHUNK)

    def log(self, container: str) -> str:
        """The end of what a container printed."""
        return self.api.logs(container, tail=400)[-_LOG_BYTES:].decode(errors="replace")

    def remove(self, container: str, seconds: float = _CALL_SECONDS) -> bool:
        """Remove a container and its volume; the reaper or a sweep takes what can't be now.

        Returns whether it is gone, within so many seconds.
        """
        try:
            within(seconds, lambda: self.api.remove_container(container, v=True, force=True))
        except NotFound:
            pass
        except BROKEN:
            self.session.given_up.add(container)
            return False
        self.session.outstanding.discard(container)
        return True

    def sweep(self) -> int:
        """Remove what runs that died have left behind; returns how many containers."""
        removed = 0
        with contextlib.suppress(*BROKEN):
            for row in self.api.containers(all=True, filters={"label": SESSION}):
                if is_orphan(row.get("Labels") or {}, self.session.owner.host, time.time()):
                    removed += self.remove(row["Id"], self.deadlines.broken)
        return removed

    @contextlib.contextmanager
    def _created(self, order: Order) -> Iterator[str]:
        """A new container, with the GPU that it asks for as long as it is there."""
        if order.gpu is None:
            yield self._create(order, None)
            return
        lease = Lease(
            api=self.api,
            session=self.session,
            gpu=order.gpu,
            seconds=self.deadlines.lease,
            folder=lock_folder(os.environ.get("XDG_RUNTIME_DIR")),
        )
        with lease.held(lambda: self._create(order, lease.name)) as created:
            yield created

    def _create(self, order: Order, name: str | None) -> str:
        """Create a container; of one that the engine never named, the reaper is left to think."""
        attempt = f"an attempt, {uuid.uuid4().hex}"
        self.session.outstanding.add(attempt)
        try:
            created = self._ask_to_create(order, name)
        except APIError:  # the engine made none
            self.session.outstanding.discard(attempt)
            raise
        self.session.outstanding.add(created)
        self.session.outstanding.discard(attempt)
        return created

    def _ask_to_create(self, order: Order, name: str | None) -> str:
        request = gpu_request(order.gpu, order.way) if order.gpu else None
        created = self.api.create_container(
            order.image,
            list(order.command),
            entrypoint=[],  # NVIDIA's images have one, which is not to decide what runs
            user=profile.USER,
            environment=profile.variables(dict(order.variables), gpu=order.gpu),
            labels={**order.labels, **self.session.owner.labels(order.timeout)},
            name=name,
            stdin_open=order.interactive,
            tty=order.terminal,
            host_config=profile.host_config(self.api, memory=order.memory, gpu=request),
        )["Id"]
        return str(created)

    def _address(self, container: str, action: str) -> str:
        return f"{self.api.base_url}/v{self.api.api_version}/containers/{container}/{action}"

    def _wait_for(self, container: str, seconds: int) -> None:
        """Wait until a container has ended, so many seconds at most, or the run is cancelled."""
        within(
            seconds + 1,
            lambda: self.api.wait(container, timeout=seconds),
            self.session.cancelled,
        )

    def _look(self, container: str) -> Mapping[str, object]:
        """The state of a container, asked for until the engine answers or a deadline is past."""
        deadline = time.monotonic() + _CALL_SECONDS
        while True:
            try:
                state: Mapping[str, object] = within(
                    _CALL_SECONDS,
                    lambda: self.api.inspect_container(container)["State"],
                    self.session.cancelled,
                )
            except (NotFound, APIError):
                raise
            except BROKEN:
                if time.monotonic() > deadline or self.session.cancelled.is_set():
                    raise
                time.sleep(0.5)
            else:
                return state
