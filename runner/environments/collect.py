"""Takes what a probe wrote out of the tar stream of the engine's archive API.

Only plain files with the expected names are kept, up to a bound on each, on all and on their
number. Links, devices and pipes in the stream are passed over; their contents never exist here.
"""

from __future__ import annotations

import contextlib
import io
import re
import tarfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_WANTED: Final = re.compile(r"out/(?P<name>result\.json|arrays/[0-9a-f]{64}\.npy)")
_LARGEST_FILE: Final = 16 * 1024**2
_LARGEST_SUM: Final = 256 * 1024**2
_MOST_ENTRIES: Final = 10_000


class _Stream(io.RawIOBase):
    """Chunks as a readable file that ends, with an error, past the bound on their sum."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self._taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed: any buffer
        if not self._rest:
            self._rest = next(self._chunks, b"")
            self._taken += len(self._rest)
            if self._taken > _LARGEST_SUM:
                raise tarfile.ReadError(f"the probe wrote more than {_LARGEST_SUM} bytes")
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def collect(chunks: Iterable[bytes], out: Path) -> str:
    """Write the wanted files of a tar stream into `out`; returns why it stopped, or ''."""
    (out / "arrays").mkdir(exist_ok=True)
    source = io.BufferedReader(_Stream(iter(chunks)))
    try:
        with tarfile.open(fileobj=source, mode="r|") as archive:
            for number, member in enumerate(archive):
                if number > _MOST_ENTRIES:
                    return f"the probe wrote more than {_MOST_ENTRIES} files"
                if member.size > _LARGEST_SUM:  # or tarfile would look for its end for hours
                    return f"the probe wrote more than {_LARGEST_SUM} bytes"
                _keep(archive, member, out)
    except (tarfile.TarError, ValueError) as error:  # tarfile lets int() fail on a header's text
        return str(error) or "an empty archive"
    return ""


def first_file(chunks: Iterable[bytes]) -> bytes:
    """The first file of a tar stream, up to a bound; nothing where it holds none or is none."""
    source = io.BufferedReader(_Stream(iter(chunks)))
    with (
        contextlib.suppress(tarfile.TarError, ValueError),
        tarfile.open(fileobj=source, mode="r|") as archive,
    ):
        for member in archive:
            if member.isreg() and (content := archive.extractfile(member)):
                return content.read(_LARGEST_FILE)
    return b""


def _keep(archive: tarfile.TarFile, member: tarfile.TarInfo, out: Path) -> None:
    wanted = _WANTED.fullmatch(member.name)
    if not wanted or not member.isreg():
        return
    if member.size > _LARGEST_FILE:  # as large, but empty: whoever reads it says that it is large
        with (out / wanted["name"]).open("wb") as file:
            file.truncate(member.size)
    elif content := archive.extractfile(member):
        (out / wanted["name"]).write_bytes(content.read(_LARGEST_FILE))
