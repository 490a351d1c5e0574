"""A question with a deadline: whatever becomes of it, there is an answer, and it is a value."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from runner.environments.connection import why
from runner.errors import SamebitsError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Why there is no answer, and what to do about it."""

    reason: str
    remedy: str = ""


class Question(Generic[T]):
    """Asks at once, in a thread of its own; an answer that comes too late is forgotten."""

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._answers: SimpleQueue[T | Unanswered] = SimpleQueue()
        # A daemon, so that a question that hangs does not keep the process.
        threading.Thread(target=self._ask, args=(ask,), daemon=True).start()

    def answer(self) -> T | Unanswered:
        """Wait for the answer, until the deadline at most; to be called once."""
        try:
            return self._answers.get(timeout=max(0, self._deadline - time.monotonic()))
        except Empty:
            return Unanswered(f"no answer within {self._seconds:g} s")

    def _ask(self, ask: Callable[[], T]) -> None:
        answer: T | Unanswered
        try:
            answer = ask()
        except SamebitsError as error:
            answer = Unanswered(error.message, error.hint)
        except OSError as error:
            answer = Unanswered(error.strerror or why(error))
        except Exception as error:  # noqa: BLE001 - a question that breaks is an answer too
            answer = Unanswered(f"{type(error).__name__}: {why(error)}")
        self._answers.put(answer)
