"""The command `init`: the files that a folder begins with, never over one that is there."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from runner.cli.guard import guarded
from runner.cli.options import PROGRESS
from runner.cli.spelling import spelled
from runner.reports.starters import starters
from runner.results.durable import write_once
from runner.results.untrusted import one_line

_NEXT: Final = """\
next:
  python -m runner doctor    what this host can run
  python -m runner plan      what the matrix would build and run, and what it takes
  python -m runner run       build it, run it, print the table
Commit images/locks/, which the first run writes; leave results/ and .samebits/ out."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(guarded(PROGRESS)(init))


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Where; made if missing.")
    ] = Path(),
) -> int:
    """Write a commented matrix.yaml, a noxfile and a workflow to begin with.

    What is there is left alone.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name, text in starters(python, datetime.now(UTC).date()).items():
        path = folder / name
        if path.exists() or path.is_symlink():
            print(one_line(f"left alone, it was there: {path}"))
            continue
        write_once(path, text.encode())
        print(one_line(f"wrote {path}"))
    print(spelled(_NEXT))
    return 0
