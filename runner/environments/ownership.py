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
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping

SESSION: Final = "samebits.session"
_HOST: Final = "samebits.host"
_PROCESS: Final = "samebits.pid"
_STARTED: Final = "samebits.pidstart"
_DEADLINE: Final = "samebits.deadline"
# Long enough for create, start and collect around the trial itself.
_GRACE_SECONDS: Final = 300


def _own_start() -> str:
    return f"{psutil.Process().create_time():.2f}"


@dataclass(frozen=True, slots=True)
class Owner:
    """This process, as the labels of its containers name it."""

    session: str = field(default_factory=lambda: uuid.uuid4().hex)
    host: str = field(default_factory=platform.node)
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


def is_orphan(labels: Mapping[str, str], host: str, now: float) -> bool:
    """Tell whether the owner named by a container's labels is gone; `now` in epoch seconds."""
    if labels.get(_HOST) != host:
        return False
    try:
        if float(labels.get(_DEADLINE, "inf")) < now:
            return True
        process = psutil.Process(int(labels[_PROCESS]))
        return f"{process.create_time():.2f}" != labels[_STARTED]
    except psutil.NoSuchProcess:
        return True
    except (KeyError, ValueError, psutil.AccessDenied):
        return False
