"""The life of one container: create, start, wait, collect, then remove.

Never auto-remove: it destroys the evidence. Every call has a deadline, lists are sparse, and a wait
that breaks means *unknown*, so the container is looked at again.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import requests
from docker.errors import APIError, DockerException, NotFound

from runner.environments import profile
from runner.environments.collect import collect, first_file
from runner.environments.ownership import SESSION, is_orphan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from docker import APIClient

    from runner.environments.session import Session

# What can go wrong between here and an engine.
BROKEN = (DockerException, requests.RequestException, OSError)

_CALL_SECONDS: Final = 30
_CHUNK: Final = 256 * 1024
_LOG_BYTES: Final = 64_000
_LONGEST_WAIT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A container to make. `timeout` is in seconds, `memory` in bytes, `gpu` a UUID."""

    image: str
    command: tuple[str, ...]
    variables: Mapping[str, str]
    labels: Mapping[str, str]
    timeout: int
    memory: int
    gpu: str | None = None


@dataclass(frozen=True, slots=True)
class Containers:
    """The containers of one session."""

    api: APIClient
    session: Session

    @contextlib.contextmanager
    def fresh(self, order: Order) -> Iterator[str]:
        """Create a container under the profile; it is removed whatever happens."""
        self.session.refuse_if_cancelled()
        self.session.reaper.start()
        created = self.api.create_container(
            order.image,
            list(order.command),
            user=profile.USER,
            environment=profile.variables(dict(order.variables), gpu=order.gpu),
            labels={**order.labels, **self.session.owner.labels(order.timeout)},
            name=f"samebits-gpu-{order.gpu}" if order.gpu else None,
            host_config=profile.host_config(self.api, memory=order.memory, gpu=order.gpu),
        )["Id"]
        self.session.outstanding.add(created)
        try:
            # Again: what was created while `cancel` listed the containers is in no list.
            self.session.refuse_if_cancelled()
            yield created
        finally:
            self.remove(created)

    def wait(self, container: str, timeout: int) -> Mapping[str, object]:
        """Wait until a container has ended; kill it when its deadline is past."""
        deadline = time.monotonic() + timeout + 5
        while True:
            left = deadline - time.monotonic()
            with contextlib.suppress(requests.RequestException):
                self.api.wait(container, timeout=max(1, min(int(left), _LONGEST_WAIT)))
            state = self._look(container)
            if state["Status"] in {"exited", "dead"}:
                return state
            if left <= 0:
                with contextlib.suppress(APIError):  # it may have ended just now
                    self.api.kill(container)
                deadline = time.monotonic() + _CALL_SECONDS
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
        address = f"{self.api.base_url}/v{self.api.api_version}/containers/{container}/archive"
        wanted = {"path": path}
        with self.api.get(address, params=wanted, stream=True, timeout=_CALL_SECONDS) as response:
            if response.status_code == HTTPStatus.NOT_FOUND:
                raise NotFound(f"{path} is not there")
            response.raise_for_status()
            yield response.iter_content(_CHUNK)

    def log(self, container: str) -> str:
        """The end of what a container printed."""
        return self.api.logs(container, tail=400)[-_LOG_BYTES:].decode(errors="replace")

    def remove(self, container: str) -> None:
        """Remove a container and its volume; the reaper or a sweep takes what can't be now."""
        try:
            self.api.remove_container(container, v=True, force=True)
        except NotFound:
            pass
        except BROKEN:
            return
        self.session.outstanding.discard(container)

    def sweep(self) -> int:
        """Remove what runs that died have left behind; returns how many containers."""
        removed = 0
        with contextlib.suppress(*BROKEN):
            for row in self.api.containers(all=True, filters={"label": SESSION}):
                if is_orphan(row.get("Labels") or {}, self.session.owner.host, time.time()):
                    self.remove(row["Id"])
                    removed += 1
        return removed

    def _look(self, container: str) -> Mapping[str, object]:
        """The state of a container, asked for until the engine answers or a deadline is past."""
        deadline = time.monotonic() + _CALL_SECONDS
        while True:
            try:
                state: Mapping[str, object] = self.api.inspect_container(container)["State"]
            except (NotFound, APIError):
                raise
            except BROKEN:
                if time.monotonic() > deadline or self.session.cancelled.is_set():
                    raise
                time.sleep(0.5)
            else:
                return state
