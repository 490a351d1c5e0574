"""Dying with the parent: when standard input closes, the process ends."""

from __future__ import annotations

import os
import threading

EXIT_ORPHANED = 99
STDIN = 0


def hold() -> None:
    """Watch standard input from a daemon thread; at its end, exit at once with code 99."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(STDIN, 4096):
        pass
    os._exit(EXIT_ORPHANED)
