"""Reading files that somebody else wrote: a probe, another machine, a newer version.

Text from such a file is made *inert* before it goes anywhere: each control character (C0 except
tab and newline, DEL, C1), bidirectional control, invisible format character and surrogate becomes
U+FFFD, one for one. The replacement keeps a message readable where refusing the file would lose a
whole trial over a coloured log line, and keeps its length, so that limits still hold.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import ValidationError

_ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # bidi, invisible
    "\ufeff\ufff9-\ufffb"  # the same
    "\ud800-\udfff\U000e0000-\U000e0fff]"  # surrogates, tags
)
_COMMAND = re.compile(r"(?<!\S):(?=:)|##(?=\[)")
_LONGEST_REASON = 500
_SHOWN_PROBLEMS = 3


class RefusedError(ValueError):
    """A file is not what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a file was not taken: one inert line of bounded length."""

    reason: str

    @classmethod
    def because(cls, reason: object) -> Rejected:
        """Make `reason` one inert line."""
        return cls(one_line(str(reason))[:_LONGEST_REASON])


def inert(text: str) -> str:
    """Replace every character that could steer a terminal or reorder a line."""
    return _ACTIVE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """Inert text with each run of white space as one space.

    A word that a CI service would take for a command is broken up, since wrapping may put it first
    on a line (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
    """
    return _COMMAND.sub(r"\g<0> ", " ".join(inert(text).split()))


def read_regular(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes without following a link or waiting.

    Raises
    ------
    RefusedError
        It is missing, unreadable, too large, or no regular file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        link = error.errno == errno.ELOOP
        raise RefusedError("a symbolic link" if link else reason_of(error)) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise RefusedError("not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise RefusedError(reason_of(error)) from None
    finally:
        os.close(handle)
    if len(data) > limit:
        raise RefusedError(f"larger than {limit:,} bytes")
    return data


def reason_of(error: OSError) -> str:
    """Say in the system's words, in lower case, what went wrong."""
    return (error.strerror or type(error).__name__).lower()


def parse_json(data: bytes) -> object:
    """Parse one strict JSON document: UTF-8, no repeated keys, finite numbers, inert strings.

    Raises
    ------
    RefusedError
        It is none, or nests too deep, or holds a number too long to read.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(f"not UTF-8 at byte {error.start}") from None
    try:
        return _inert_strings(
            json.loads(
                text,
                object_pairs_hook=_object,
                parse_constant=_no_number,
                parse_float=_finite,
            )
        )
    except RefusedError:
        raise
    except RecursionError:
        raise RefusedError("nested too deep") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise RefusedError(f"not JSON: {error.msg} at {place}") from None
    except ValueError:  # int() refuses more than 4300 digits
        raise RefusedError("a number is too long") from None


def _inert_strings(value: object) -> object:
    # Objects are done already, each by its hook.
    if isinstance(value, list):
        return [_inert_strings(item) for item in value]
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise RefusedError("a lone surrogate in a string")
        return inert(value)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries: dict[str, object] = {}
    for key, value in pairs:
        name = str(_inert_strings(key))
        if name in entries:
            raise RefusedError(f"the key {name[:100]!r} is there twice")
        entries[name] = _inert_strings(value)
    return entries


def _no_number(word: str) -> NoReturn:
    raise RefusedError(f"{word} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise RefusedError(f"{digits[:20]} is too large a number")
    return number


def problems(error: ValidationError) -> str:
    """Say where the first few problems are and what they are."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [
        f"{'.'.join(str(step)[:100] for step in problem['loc'])}: {problem['msg']}".lstrip(": ")
        for problem in found[:_SHOWN_PROBLEMS]
    ]
    more = len(found) - _SHOWN_PROBLEMS
    return "; ".join(lines) + (f"; and {more} more" if more > 0 else "")
