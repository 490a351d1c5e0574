"""A small process that outlives the runner and removes what it left: ``python -m`` this module.

It reads its standard input, a pipe from the runner. When the pipe ends without the line that says
nothing is left, the runner has died: it kills the builds that were named on the pipe (``+PID`` and
``-PID`` lines), removes the folders that were (``/FOLDER`` lines) and the containers that carry the
runner's session label.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests
from docker.errors import DockerException

from runner.environments.connection import open_engine
from runner.environments.ownership import SESSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docker import APIClient

_CALL_SECONDS: Final = 15
_CLOSE_SECONDS: Final = 5
# A create that the runner asked for just before it died may show up a moment later.
_ROUNDS: Final = 4
_PAUSE: Final = 0.4
_NOTHING_LEFT: Final = "done\n"


class Reaper:
    """The runner's end of the pipe; the process starts with the first thing that needs it."""

    def __init__(self, address: str, session: str) -> None:
        self._command = [sys.executable, "-m", __name__, address, session]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the process unless it runs; it ignores the terminal's interrupt.

        It keeps no output open, since whoever reads the runner's would wait for it.
        """
        with self._lock:
            if self._process is None:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    bufsize=0,
                )

    def watch(self, pid: int) -> None:
        """Kill this process too, should the runner die."""
        self._say(f"+{pid}\n")

    def watch_folder(self, folder: Path) -> None:
        """Remove this folder, which may hold secrets, should the runner die."""
        self._say(f"{folder}\n")

    def release(self, pid: int) -> None:
        """The process ended by itself."""
        self._say(f"-{pid}\n")

    def close(self, *, nothing_left: bool, seconds: float = _CLOSE_SECONDS) -> None:
        """End the pipe; unless nothing is left, the process cleans up.

        It is waited for so many seconds, and then goes on alone.
        """
        if self._process is None:
            return
        if nothing_left:
            self._say(_NOTHING_LEFT)
        with self._lock:
            if self._process.stdin:
                self._process.stdin.close()
            try:
                self._process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                threading.Thread(target=self._process.wait, daemon=True).start()
            self._process = None

    def _say(self, line: str) -> None:
        self.start()
        with self._lock, contextlib.suppress(OSError):
            if self._process and self._process.stdin:
                self._process.stdin.write(line.encode())


def remove_session(address: str, session: str, seconds: float = _CALL_SECONDS) -> None:
    """Remove all containers of a session with their volumes, all at once.

    One that gives no answer in time is left to the engine, which removes it once it can.
    """
    deadline = time.monotonic() + seconds
    api = open_engine(address, _CALL_SECONDS)
    with contextlib.closing(api):
        rows = api.containers(all=True, filters={"label": f"{SESSION}={session}"})
        calls = [
            threading.Thread(target=_remove, args=(api, row["Id"]), daemon=True) for row in rows
        ]
        for call in calls:
            call.start()
        for call in calls:
            call.join(max(0, deadline - time.monotonic()))


def _remove(api: APIClient, container: str) -> None:
    with contextlib.suppress(DockerException, requests.RequestException):
        api.remove_container(container, v=True, force=True)


def _watched(lines: Iterable[str]) -> tuple[set[int], set[Path]] | None:
    """The processes and folders to end at the end of the pipe; None where nothing is left."""
    pids: set[int] = set()
    folders: set[Path] = set()
    for line in lines:
        if line == _NOTHING_LEFT:
            return None
        if line.startswith("+"):
            pids.add(int(line[1:]))
        elif line.startswith("-"):
            pids.discard(int(line[1:]))
        elif line.startswith("/"):
            folders.add(Path(line.rstrip("\n")))
    return pids, folders


def main() -> None:
    """Wait for the end of the pipe, then clean up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    address, session = sys.argv[1:]
    left = _watched(sys.stdin)
    if left is None:
        return
    pids, folders = left
    for pid in pids:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    for _ in range(_ROUNDS):
        with contextlib.suppress(DockerException, requests.RequestException):
            remove_session(address, session)
        time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
