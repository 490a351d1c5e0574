"""Where a report goes: standard output, or a file that is whole or not there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from runner.errors import InputError, StoreError
from runner.results.durable import write_over
from runner.results.untrusted import reason_of

STDOUT: Final = Path("-")


def deliver(text: str, output: Path) -> None:
    """Print a text, or write it in place of what is in a file.

    A link is followed. What is no regular file, such as a pipe or `/dev/stdout`, is written to.

    Raises
    ------
    InputError
        It is a folder.
    StoreError
        It could not be written.
    """
    if output == STDOUT:
        sys.stdout.write(text)
        return
    if output.is_dir():
        raise InputError(f"--output {output}: a folder", "name a file in it, or - for the terminal")
    data = text.encode()
    if output.exists() and not output.is_file():
        _append(output, data)
    else:
        write_over(output.resolve(), data)


def add_to(path: Path, text: str) -> None:
    """Add a text at the end of a file.

    Raises
    ------
    StoreError
        It could not be written.
    """
    _append(path, text.encode())


def _append(path: Path, data: bytes) -> None:
    try:
        with path.open("ab", buffering=0) as file:
            file.write(data)
    except OSError as error:
        raise StoreError(f"{path}: could not be written: {reason_of(error)}") from error
