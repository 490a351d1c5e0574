"""Which container belongs to whom, written on it as labels, so that orphans can be swept.

A container is an orphan when the process that made it is gone (process id *and* start time, since
ids are used again) or its deadline has passed. Another host's containers are never touched.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SESSION: Final = "samebits.session"
_HOST: Final = "samebits.host"
_PROCESS: Final = "samebits.pid"
_STARTED: Final = "samebits.pidstart"
_DEADLINE: Final = "samebits.deadline"
# Long enough for create, start and collect around the trial itself.
_GRACE_SECONDS: Final = 300


def start_of(process: int) -> str:
    """When a process started: the boot, and the clock ticks since, which no change of clock moves.

    Field 22 of /proc/PID/stat (proc_pid_stat(5)). Raises FileNotFoundError where no
    process has that id, ValueError where none can.
    """
    if process <= 0:
        raise ValueError(f"{process} is no process")
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    return f"{boot}:{fields[19]}"


def _own_host() -> str:
    """The host's name and its process namespace: in another, the same id is another process."""
    return f"{platform.node()}/{Path('/proc/self/ns/pid').readlink()}"


def _own_start() -> str:
    return start_of(os.getpid())


@dataclass(frozen=True, slots=True)
class Owner:
    """This process, as the labels of its containers name it."""

    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    host: str = field(default_factory=_own_host)
    process: int = field(default_factory=os.getpid)
    started: str = field(default_factory=_own_start)

    def labels(self, timeout: int) -> dict[str, str]:
        """Labels for a container that should be gone `timeout` seconds from now."""
        return {
            SESSION: self.session,
            _HOST: self.host,
            _PROCESS: str(self.process),
            _STARTED: self.started,
            _DEADLINE: f"{time.time() + timeout + _GRACE_SECONDS:.0f}",
        }


def is_overdue(labels: Mapping[str, str], now: float) -> bool:
    """Tell whether a container should be gone by now; `now` in epoch seconds."""
    try:
        return float(labels.get(_DEADLINE, "inf")) < now
    except ValueError:
        return False


def is_orphan(labels: Mapping[str, str], host: str, now: float) -> bool:
    """Tell whether the owner named by a container's labels is gone; `now` in epoch seconds."""
    if labels.get(_HOST) != host:
        return False
    if is_overdue(labels, now):
        return True
    try:
        return start_of(int(labels[_PROCESS])) != labels[_STARTED]
    except (FileNotFoundError, ProcessLookupError):
        return True
    except (KeyError, ValueError, PermissionError):
        return False
