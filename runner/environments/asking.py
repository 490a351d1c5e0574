"""Asking another program a short question."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS: Final = 30


def ask(command: Sequence[str]) -> str:
    """What a program prints, on one line; '' where it is missing, fails or takes too long."""
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return " ".join(ended.stdout.split()) if ended.returncode == 0 else ""
