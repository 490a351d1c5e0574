"""Questions with a deadline: whatever happens, there is an answer."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NoReturn

import pytest

from runner.environments.question import Question, Unanswered
from runner.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable


def raiser(error: Exception) -> Callable[[], NoReturn]:
    def ask() -> NoReturn:
        raise error

    return ask


def test_an_answer() -> None:
    assert Question(lambda: 42, 5).answer() == 42


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        pytest.param(
            EngineUnavailable("no engine", "start it"),
            Unanswered("no engine", "start it"),
            id="a reason with its remedy",
        ),
        pytest.param(
            PermissionError(13, "Permission denied"),
            Unanswered("Permission denied"),
            id="the system's reason",
        ),
        pytest.param(KeyError("Runtimes"), Unanswered("KeyError: 'Runtimes'"), id="a surprise"),
    ],
)
def test_what_breaks_is_an_answer(error: Exception, answer: Unanswered) -> None:
    assert Question(raiser(error), 5).answer() == answer


def test_no_answer_in_time() -> None:
    never = threading.Event()
    start = time.monotonic()
    assert Question(never.wait, 0.2).answer() == Unanswered("no answer within 0.2 s")
    assert time.monotonic() - start < 2
    never.set()


def test_the_time_runs_from_when_it_was_asked() -> None:
    never = threading.Event()
    questions = [Question(never.wait, 0.3) for _ in range(5)]
    start = time.monotonic()
    assert {question.answer() for question in questions} == {Unanswered("no answer within 0.3 s")}
    assert time.monotonic() - start < 1
    never.set()
