"""A folder of files that a command makes for others: brought up to date, and only where asked.

The last file is the one that names the others, so it is written last: a reader who comes in between
finds what the old one names. Files of others in the folder are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.errors import StoreError
from runner.results.durable import DISK, TEMPORARY_PREFIX, Disk, write_over
from runner.results.untrusted import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Files = Callable[[], Iterator[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Paths in a folder against what is to be there: not there, with other bytes, no longer named.

    `foreign` are no files of ours, `begun` says whether the folder has the file that names the
    others.
    """

    missing: tuple[str, ...]
    other: tuple[str, ...]
    obsolete: tuple[str, ...]
    foreign: tuple[str, ...]
    begun: bool

    @property
    def none(self) -> bool:
        """Whether the folder is as it is to be."""
        return not (self.missing or self.other or self.obsolete)


def compare_folder(folder: Path, files: Files, obsolete: str) -> Differences:
    """Hold a folder against `files`, path → bytes; `obsolete` is a glob of files that are ours.

    Raises
    ------
    StoreError
        It can't be read.
    """
    missing, other, names = [], [], []
    try:
        for name, data in files():
            names.append(name)
            path = folder / name
            if not path.exists():
                missing.append(name)
            elif path.is_symlink() or not path.is_file() or path.read_bytes() != data:
                other.append(name)
        present = _files(folder)
        ours = {path.relative_to(folder).as_posix() for path in folder.glob(obsolete)}
    except OSError as error:
        raise StoreError(
            f"{folder}: can't be read: {reason_of(error)}", "Name another folder."
        ) from error
    beside = sorted(present - set(names))
    return Differences(
        missing=tuple(missing),
        other=tuple(other),
        obsolete=tuple(one for one in beside if one in ours),
        foreign=tuple(one for one in beside if one not in ours),
        begun=names[-1] in present,
    )


def _files(folder: Path) -> set[str]:
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(20, "Not a directory")
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and not path.name.startswith(TEMPORARY_PREFIX)
    }


def publish(folder: Path, files: Files, found: Differences, disk: Disk = DISK) -> None:
    """Write what differs, each file whole or not at all, then remove what is no longer named.

    Raises
    ------
    StoreError
        The system refused. Each file is as it was or as it is to be.
    """
    wanted = {*found.missing, *found.other}
    for name, data in files():
        if name in wanted:
            write_over(folder / name, data, disk)
    for name in found.obsolete:
        try:
            disk.unlink(folder / name)
        except OSError as error:
            raise StoreError(
                f"{folder / name}: could not be removed: {reason_of(error)}",
                "Remove it by hand: nothing names it any more.",
            ) from error
