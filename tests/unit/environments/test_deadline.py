"""A call that may hang: its answer, its error, or no answer within the deadline."""

from __future__ import annotations

import threading
import time

import pytest
import requests
from docker.errors import DockerException, NotFound

from runner.environments.connection import why
from runner.environments.deadline import within

NEVER = threading.Event()


def hang() -> str:
    NEVER.wait(10)
    return "late"


def test_an_answer() -> None:
    assert within(10, lambda: "yes", threading.Event()) == "yes"


def test_an_error_is_raised_as_it_was() -> None:
    def fail() -> None:
        raise NotFound("no such container")

    with pytest.raises(NotFound, match="no such container"):
        within(10, fail)


@pytest.mark.parametrize("cancelled", [None, threading.Event()], ids=["for good", "cancellable"])
def test_no_answer_within_the_deadline(cancelled: threading.Event | None) -> None:
    with pytest.raises(requests.Timeout) as caught:
        within(0.05, hang, cancelled)
    assert why(caught.value) == "no answer within the deadline"


def test_a_run_that_ends_meanwhile_does_not_wait() -> None:
    cancelled = threading.Event()
    threading.Timer(0.1, cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(DockerException, match="cancelled"):
        within(30, hang, cancelled)
    assert time.monotonic() - begun < 5


def test_an_answer_counts_though_the_run_has_ended() -> None:
    """What is asked for after the end, to clean up, is not cancellable."""
    assert within(10, lambda: "removed") == "removed"
