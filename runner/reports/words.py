"""Small wording that all reports share. Text out of records is untrusted and made inert here."""

from __future__ import annotations

from runner.results.untrusted import one_line

_LONGEST = 200


def number(count: int, noun: str) -> str:
    """Such as ``1 cell`` or ``44 cells``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def brief(text: str) -> str:
    """One inert line; an ellipsis shows where a long one is cut."""
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()} …"
