"""Copying one store into another: each file checked, then whole or not at all.

Names are hashes of content, so that nothing of the target is ever in the way: a file that is there
already is the same file. What is damaged in a source stays out and is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from runner.errors import InputError
from runner.results.arrays import declared_arrays, read_array
from runner.results.durable import DISK, Disk, write_once
from runner.results.record_file import read_both
from runner.results.records import RunRecord, TrialRecord
from runner.results.store import Damaged, names_in
from runner.results.untrusted import RefusedError, Rejected, inert, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.results.arrays import Declared
    from runner.results.record_file import Record

ROOMS: Final = ("trials", "runs", "arrays")
_DEEPEST: Final = 3


@dataclass(slots=True)
class Merged:
    """What one source had: files by kind that were copied, files that were there, and damage.

    `runs` are its whole records of runs, `seen` the digests of arrays that were looked at. Paths
    of damaged files are relative to the source.
    """

    source: Path
    copied: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROOMS, 0))
    present: int = 0
    runs: list[RunRecord] = field(default_factory=list)
    damaged: list[Damaged] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def find_stores(folder: Path) -> tuple[Path, ...]:
    """Find the stores in a folder: itself, or the folders of unpacked artifacts in it, sorted.

    Raises
    ------
    InputError
        There is none.
    """
    hint = "Name the folder that holds trials/ and runs/, or one that holds such folders."
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder", hint)
    try:
        found = tuple(_stores(folder, _DEEPEST))
    except OSError as error:
        raise InputError(f"{folder}: can't be read: {reason_of(error)}", hint) from None
    if not found:
        raise InputError(f"{folder}: no results in it", hint)
    return found


def _stores(folder: Path, depth: int) -> Iterator[Path]:
    if any((folder / room).is_dir() for room in ROOMS):
        yield folder
    elif depth:
        inner = (one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
        for one in sorted(inner):
            yield from _stores(one, depth - 1)


def merge(source: Path, target: Path, disk: Disk = DISK) -> Merged:
    """Copy what is whole in the store `source` into the store `target`, arrays before records.

    So a reader, or a merge that is killed, never leaves a record whose arrays are still to come.

    Raises
    ------
    InputError
        They are the same folder.
    StoreError
        The target can't be written. What was stored before is untouched.
    """
    if source.resolve() == target.resolve():
        raise InputError(f"{source}: is the target itself", "Name other folders to merge into it.")
    merged = Merged(source)
    for path, record, data in _records(merged, _trials(merged), TrialRecord):
        for digest, declared in sorted(declared_arrays(record.probe).items() if record.probe else ()):
            _take_array(merged, digest, declared, target, disk)
        _take(merged, "trials", data, target / path.relative_to(source), disk)
    for path, run, data in _records(merged, _files(merged, source / "runs"), RunRecord):
        merged.runs.append(run)
        _take(merged, "runs", data, target / path.relative_to(source), disk)
    return merged


def _trials(merged: Merged) -> Iterator[Path]:
    for folder in _files(merged, merged.source / "trials"):
        yield from _files(merged, folder)


def _files(merged: Merged, folder: Path) -> Iterator[Path]:
    try:
        yield from (folder / name for name in names_in(folder))
    except RefusedError as error:
        _keep_out(merged, folder, error)


def _records(
    merged: Merged, paths: Iterator[Path], kind: type[Record]
) -> Iterator[tuple[Path, Record, bytes]]:
    for path in paths:
        try:
            record, data = read_both(path, kind)
        except RefusedError as error:
            _keep_out(merged, path, error)
        else:
            yield path, record, data


def _take_array(
    merged: Merged, digest: str, declared: Declared, target: Path, disk: Disk
) -> None:
    path = merged.source / "arrays" / f"{digest}.npy"
    if digest in merged.seen or not path.exists():
        return
    merged.seen.add(digest)
    try:
        data = read_array(path, declared)
    except RefusedError as error:
        _keep_out(merged, path, error)
        return
    _take(merged, "arrays", data, target / "arrays" / path.name, disk)


def _take(merged: Merged, room: str, data: bytes, path: Path, disk: Disk) -> None:
    there = path.exists()
    write_once(path, data, disk)
    merged.present += there
    merged.copied[room] += not there


def _keep_out(merged: Merged, path: Path, error: RefusedError) -> None:
    shown = inert(path.relative_to(merged.source).as_posix())
    found = Damaged(path=shown, reason=Rejected.because(error).reason)
    if found not in merged.damaged:
        merged.damaged.append(found)
