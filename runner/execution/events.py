"""What happens during a run, told as it happens to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from runner.results.records import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A build or a trial began or ended.

    `subject` is the environment's id for a build, the cell's id for a trial; `number` counts a
    cell's trials from 1. `seconds` is the time it took, once it has ended.
    """

    kind: Literal["build", "trial"]
    subject: str
    ended: bool = False
    status: Status | None = None
    reason: str = ""
    log: str = ""
    number: int = 0
    seconds: float = 0.0


Listener = Callable[[Event], None]
