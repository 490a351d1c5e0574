"""Small wording that all reports share. Text out of records is untrusted and made inert here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from runner.results.untrusted import inert, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.results.records import EngineName

_LONGEST = 200


def number(count: int, noun: str) -> str:
    """Such as ``1 cell`` or ``44 cells``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """Bytes as ``1.6 GB``."""
    return f"{count / 1e9:,.1f} GB"


def span(seconds: float) -> str:
    """A time to wait, to two figures: ``45 s``, ``12 min`` or ``3 h 20 min``."""
    minutes = round(seconds / 60)
    if seconds < 90:  # noqa: PLR2004 - where minutes begin to say enough
        return f"{seconds:.0f} s"
    if minutes < 90:  # noqa: PLR2004 - and hours
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02} min"


def place_name(engine: EngineName, host_class: str) -> str:
    """Name an engine and a host class in one inert line."""
    return f"{_ENGINES[engine]}, {brief(host_class)}"


_ENGINES: Final = {"docker": "Docker", "venv": "venv, not Docker"}


def brief(text: str) -> str:
    """One inert line; an ellipsis shows where a long one is cut."""
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()} …"


def first_of(names: Sequence[str], most: int) -> str:
    """Name the first of many, each an inert line, and count the others: ``a, b and 3 more``."""
    more = len(names) - most
    return ", ".join(map(brief, names[:most])) + (f" and {more} more" if more > 0 else "")


def as_json(document: object) -> str:
    """Write a document as JSON: ASCII, keys sorted, control characters as U+FFFD."""
    return json.dumps(_inert(document), indent=2, sort_keys=True) + "\n"


def _inert(value: object) -> object:
    if isinstance(value, dict):
        return {inert(str(key)): _inert(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_inert(entry) for entry in value]
    return inert(value) if isinstance(value, str) else value


def packed_json(document: object) -> str:
    """Write a document as JSON to lie in a page: one line of ASCII, with no character of markup."""
    text = json.dumps(_inert(document), separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
