"""How a command is called here: through nox in a checkout, as `samebits` where it is installed."""

from __future__ import annotations

import re
from typing import Final

from runner.environments.probe import checkout

_SPELLINGS: Final = (
    (re.compile(r"\bnox -s matrix(?: --)?"), "samebits run"),
    (re.compile(r"\bnox -s ([a-z]+)(?: --)?"), r"samebits \1"),
    (re.compile(r"\bpython -m runner\b"), "samebits"),
)


def spelled(text: str, *, in_checkout: bool | None = None) -> str:
    """Spell the commands of a sentence that is written for a checkout as they are called here."""
    if checkout() is not None if in_checkout is None else in_checkout:
        return text
    for pattern, command in _SPELLINGS:
        text = pattern.sub(command, text)
    return text
