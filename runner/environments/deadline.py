"""A call that may hang, as the engine's do for a container whose GPU hangs."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Final, TypeVar

import requests
from docker.errors import DockerException

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_GLANCE: Final = 0.1


def within(seconds: float, call: Callable[[], T], cancelled: threading.Event | None = None) -> T:
    """Return what a call returns, or raise what it raises; it has so many seconds.

    A call that is given up goes on in a thread of its own, which keeps no process from ending. The
    engine does what it was asked for, should it come to that.

    Raises
    ------
    requests.Timeout
        There is no answer in time.
    DockerException
        The run was cancelled meanwhile.
    """
    answer: Future[T] = Future()
    threading.Thread(target=_fulfil, args=(answer, call), daemon=True).start()
    deadline = time.monotonic() + seconds
    while not answer.done():
        left = deadline - time.monotonic()
        if cancelled and cancelled.is_set():
            raise DockerException("cancelled")
        if left <= 0:
            raise requests.Timeout(f"timed out after {seconds:g} s")
        wait([answer], timeout=min(left, _GLANCE) if cancelled else left)
    return answer.result()


def _fulfil(answer: Future[T], call: Callable[[], T]) -> None:
    try:
        answer.set_result(call())
    except Exception as error:  # noqa: BLE001 - whoever waits for the answer gets it
        answer.set_exception(error)
