"""What a process prints, read as it comes: only its end is kept, however much it is."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

_CHUNK: Final = 64 * 1024
_PATIENCE: Final = 2.0


class Printed:
    """A pipe to print into; a thread reads it, so that no printing process ever waits or fails.

    `limit` is in bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._end = b""
        self._read, self._write = os.pipe()
        self._reader = threading.Thread(target=self._drain, name="printed", daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def fileno(self) -> int:
        """The end to print into."""
        return self._write

    def text(self) -> str:
        """The end of what was printed; call it once the process has ended.

        A process that outlives it in a session of its own may hold the pipe: it is not waited for.
        """
        self._close()
        self._reader.join(_PATIENCE)
        return self._end.decode(errors="replace")

    def _close(self) -> None:
        if self._write >= 0:
            os.close(self._write)
            self._write = -1

    def _drain(self) -> None:
        with contextlib.closing(os.fdopen(self._read, "rb", buffering=0)) as pipe:
            while chunk := pipe.read(_CHUNK):
                self._end = (self._end + chunk)[-self._limit :]
