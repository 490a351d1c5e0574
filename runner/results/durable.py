"""Writing a file whole or not at all: once, never over another; or over another where asked.

The bytes go to a temporary name in the same folder, are synced to the disk and linked into place.
A link fails when the name is taken, so the first writer wins; a process that is killed leaves at
most a temporary file, which readers pass over.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.errors import StoreError
from runner.results.untrusted import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEMPORARY_PREFIX = ".tmp-"

_NO_SPACE = "Free some space and run again: what is stored is untouched, only the rest will run."
_NO_RIGHT = "Make the folder writable for this user, or choose another one."
_NO_LINKS = "The folder must be on a file system with hard links; choose another one."
_HINTS = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EFBIG: "Raise the limit on file sizes (ulimit -f) and run again.",
    errno.EACCES: _NO_RIGHT,
    errno.EROFS: _NO_RIGHT,
    errno.EPERM: f"{_NO_RIGHT} {_NO_LINKS}",
    errno.ENOTSUP: _NO_LINKS,
    errno.ENOSYS: _NO_LINKS,
    errno.EMFILE: "Raise the limit on open files (ulimit -n) and run again.",
    errno.EIO: "The disk may be failing: copy the store elsewhere before the next run.",
}
_OTHER = "Put this right and run again: what is stored is untouched."


@dataclass(frozen=True, slots=True)
class Disk:
    """The system calls that can fail; a test passes its own."""

    open: Callable[[Path, int, int], int] = os.open
    write: Callable[[int, memoryview], int] = os.write
    fsync: Callable[[int], None] = os.fsync
    link: Callable[[Path, Path], None] = os.link
    replace: Callable[[Path, Path], None] = os.replace
    unlink: Callable[[Path], None] = os.unlink


DISK = Disk()


def write_once(path: Path, data: bytes, disk: Disk = DISK) -> None:
    """Put `data` at `path`, or leave the same bytes that are there.

    Raises
    ------
    StoreError
        The system refused, or other bytes have that name. Nothing that was there has changed.
    """

    def place(temporary: Path) -> None:
        try:
            disk.link(temporary, path)
        except FileExistsError:
            _must_hold(path, data)

    _written(path, data, place, disk)


def write_over(path: Path, data: bytes, disk: Disk = DISK) -> None:
    """Put `data` at `path`, in place of what is there: a reader sees the one or the other.

    Raises
    ------
    StoreError
        The system refused. What was there has not changed.
    """
    _written(path, data, lambda temporary: disk.replace(temporary, path), disk)


def _written(path: Path, data: bytes, place: Callable[[Path], None], disk: Disk) -> None:
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(8)}")
    try:
        _make_folder(path.parent, disk)
        try:
            _write(temporary, data, disk)
            place(temporary)
        finally:
            with suppress(FileNotFoundError):
                disk.unlink(temporary)
        _sync_folder(path.parent, disk)
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, _OTHER)
        raise StoreError(f"{path}: could not be written: {reason_of(error)}", hint) from error


def _make_folder(folder: Path, disk: Disk) -> None:
    # A new folder is on the disk only once its parent is.
    if not folder.is_dir():
        _make_folder(folder.parent, disk)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent, disk)


def _write(path: Path, data: bytes, disk: Disk) -> None:
    handle = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[disk.write(handle, rest) :]
        disk.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path, disk: Disk) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        disk.fsync(handle)
    finally:
        os.close(handle)


def _must_hold(path: Path, data: bytes) -> None:
    if path.is_symlink() or path.read_bytes() != data:
        raise StoreError(
            f"{path}: damaged: its bytes are not those of its name",
            "Move it out of the store (keep it: the disk may be failing) and run again.",
        )
