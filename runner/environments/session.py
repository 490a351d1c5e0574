"""What all builds and containers of one run share: their owner, their end, and the reaper."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from docker.errors import DockerException

from runner.environments.ownership import Owner
from runner.environments.reaper import Reaper


@dataclass
class Session:
    """One run's share of an engine.

    `outstanding` names the containers and builds that have begun and are not known to be gone, with
    a name of its own for a container that was asked for and not answered for. `given_up` names the
    containers among them that could not be removed in time.
    """

    address: str
    owner: Owner = field(default_factory=Owner)
    cancelled: threading.Event = field(default_factory=threading.Event)
    outstanding: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    reaper: Reaper = field(init=False)

    def __post_init__(self) -> None:
        self.reaper = Reaper(self.address, self.owner.session)

    def refuse_if_cancelled(self) -> None:
        """Raise DockerException once the run has been cancelled."""
        if self.cancelled.is_set():
            raise DockerException("cancelled")

    def close(self) -> None:
        """End the reaper; what is outstanding it removes first.

        Nobody waits for that where the engine was asked before and gave no answer.
        """
        if self.outstanding and self.outstanding <= self.given_up:
            self.reaper.close(nothing_left=False, seconds=0)
        else:
            self.reaper.close(nothing_left=not self.outstanding)
