"""Turns what ends a command into one clear message and an exit code."""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Final, ParamSpec

import typer
from rich.markup import escape

from runner.cli.spelling import spelled
from runner.errors import SamebitsError
from runner.results.untrusted import inert

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from rich.console import Console

INTERRUPTED: Final = 130
_OUR_FAULT: Final = 70
_DEBUG: Final = "SAMEBITS_DEBUG"
P = ParamSpec("P")


def guarded(console: Console) -> Callable[[Callable[P, int]], Callable[P, None]]:
    """Wrap a command that returns its exit code; errors are printed to `console`."""

    def decorate(command: Callable[P, int]) -> Callable[P, None]:
        @functools.wraps(command)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
            signal.signal(signal.SIGTERM, _as_interrupt)
            raise typer.Exit(_code(functools.partial(command, *args, **kwargs), console))

        return wrapped

    return decorate


def _code(command: Callable[[], int], console: Console) -> int:
    try:
        return command()
    except SamebitsError as error:
        show_error(error.message, error.hint, console)
        return error.exit_code
    except KeyboardInterrupt:
        console.print("interrupted", style="yellow")
        if threading.active_count() > 1:  # interrupted again while workers were being ended
            sys.stdout.flush()
            os._exit(INTERRUPTED)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - a traceback shown to a user is a bug
        if os.environ.get(_DEBUG):
            traceback.print_exc()
        kind = type(error).__name__
        hint = f"This is a bug in samebits. Run again with {_DEBUG}=1 and report what it prints."
        show_error(f"internal error: {kind}: {error}", hint, console)
        return _OUR_FAULT


def show_error(message: str, hint: str, console: Console) -> None:
    """Print the fact, then what to do."""
    text = escape("\n".join(inert(line) for line in message.splitlines()))
    console.print(f"[bold red]error:[/] {text}", soft_wrap=True, highlight=False)
    if hint:
        console.print(f"  → {escape(inert(spelled(hint)))}", soft_wrap=True, highlight=False)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
