"""One GPU is for one container at a time, whichever run made it.

The lease is the container's name, which an engine gives once: it holds as long as the container
does, even when its runner was killed. A file lock queues the runs of one user on this machine, so
that they wait for each other instead of asking again and again. A trial in a venv, which dies with
its runner, has that lock alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests
from docker.errors import APIError, DockerException, NotFound
from filelock import FileLock, Timeout

from runner.environments.connection import hanging
from runner.environments.deadline import within
from runner.environments.ownership import SESSION, is_orphan, is_overdue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from docker import APIClient

    from runner.environments.session import Session

_TAKEN: Final = 409
_REMOVE_SECONDS: Final = 30
_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Holder:
    """The container that has the name, as a sparse list tells of it."""

    id: str
    state: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A GPU of an engine, by UUID; `seconds` is how long to wait for other runs at most."""

    api: APIClient
    session: Session
    gpu: str
    seconds: float
    folder: Path | None

    @property
    def name(self) -> str:
        """The name of the container that holds the GPU."""
        return f"samebits-gpu-{self.gpu}"

    @contextlib.contextmanager
    def held(self, create: Callable[[], str]) -> Iterator[str]:
        """Create the container that holds the GPU, by its name; gives the container's id.

        Raises
        ------
        DockerException
            Another run held it all the time, a container of somebody else has the name, what was
            left behind can't be removed, or this run was cancelled.
        """
        deadline = time.monotonic() + self.seconds
        with self._turn(deadline):
            yield self._take(create, deadline)

    @contextlib.contextmanager
    def _turn(self, deadline: float) -> Iterator[None]:
        """Wait for the other runs on this machine; without a folder for locks there is no queue."""
        if self.folder is None:
            yield
            return
        lock = FileLock(f"{queue_of(self.gpu, self.folder)}.lock")
        while not lock.is_locked:
            self._wait(deadline, 0)
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=_PAUSE)
        try:
            yield
        finally:
            lock.release()

    def _take(self, create: Callable[[], str], deadline: float) -> str:
        while True:
            try:
                return create()
            except APIError as error:
                if error.status_code != _TAKEN:
                    raise
            self._wait(deadline, 0 if self._clear() else _PAUSE)

    def _wait(self, deadline: float, seconds: float) -> None:
        if time.monotonic() > deadline:
            raise DockerException(f"another run has held this GPU for {self.seconds:g} s")
        self.session.cancelled.wait(seconds)
        self.session.refuse_if_cancelled()

    def _clear(self) -> bool:
        """Remove what has the name and should be gone; whether the name may be free now."""
        holder = self._holder()
        if holder is None:
            return True
        if SESSION not in holder.labels:
            raise DockerException(f"a container that samebits did not make is called {self.name}")
        if not self._is_left(holder):
            return False
        self._remove(holder)
        return True

    def _remove(self, holder: _Holder) -> None:
        try:
            within(
                _REMOVE_SECONDS,
                lambda: self.api.remove_container(holder.id, v=True, force=True),
                self.session.cancelled,
            )
        except NotFound:
            pass
        except requests.Timeout as error:
            raise hanging(self.api, error) from None

    def _holder(self) -> _Holder | None:
        rows = self.api.containers(all=True, filters={"name": self.name})
        named = (row for row in rows if f"/{self.name}" in row["Names"])
        found = (_Holder(row["Id"], row["State"], row["Labels"] or {}) for row in named)
        return next(found, None)

    def _is_left(self, holder: _Holder) -> bool:
        """Whether nobody waits for a container any more.

        One of another machine's runs is never ended, but what is past its deadline and does not run
        holds the GPU for nobody.
        """
        now = time.time()
        past = is_overdue(holder.labels, now) and holder.state != "running"
        return (
            self._is_lost(holder) or past or is_orphan(holder.labels, self.session.owner.host, now)
        )

    def _is_lost(self, holder: _Holder) -> bool:
        """Whether it is one that this run could not remove, or was never told of."""
        mine = holder.labels[SESSION] == self.session.owner.session
        never_told = mine and holder.id not in self.session.outstanding
        return never_told or holder.id in self.session.given_up


def queue_of(gpu: str, folder: Path) -> Path:
    """Where the runs that want a GPU wait, whichever their engines: its UUID is its own alone."""
    return folder / hashlib.sha256(gpu.encode()).hexdigest()[:32]


def lock_folder(
    runtime: str | None, shared: tuple[Path, ...] = (Path("/run/lock"), Path(tempfile.gettempdir()))
) -> Path | None:
    """Make the folder for locks of this user alone; None where there is no place for it.

    `runtime` is `XDG_RUNTIME_DIR`. What others can write to holds no file that could be theirs.
    """
    places = [Path(runtime) / "samebits"] if runtime else []
    for folder in (*places, *(place / f"samebits-{os.getuid()}" for place in shared)):
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except OSError:
            continue
        mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        if mine and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return folder
    return None
