"""The store: a folder of immutable files that is only ever added to.

::

    trials/<cell id>/<time>-<hash>.json    one trial
    runs/<time>-<hash>.json                one run
    arrays/<digest>.npy                    the bits of an output, once however many cells share them

Merging two stores is copying files. A trial that ran twice is there twice: a difference would be
the finding.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.errors import StoreError
from runner.results.arrays import Declared, declared_arrays, read_array
from runner.results.durable import DISK, TEMPORARY_PREFIX, Disk, write_once
from runner.results.loaded import NOT_STORED, LoadedArray, load_array
from runner.results.record_file import Record, encode, read_record, record_name
from runner.results.records import RunRecord, TrialRecord
from runner.results.untrusted import RefusedError, Rejected, inert, reason_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Damaged:
    """A file that is no whole record of this samebits. `path` is relative to the store."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoredTrials:
    """All whole trial records, sorted by cell and time, and what else was there."""

    records: tuple[TrialRecord, ...]
    damaged: tuple[Damaged, ...]


@dataclass(frozen=True, slots=True)
class StoredRuns:
    """All whole run records, oldest first, and what else was there."""

    records: tuple[RunRecord, ...]
    damaged: tuple[Damaged, ...]


class Store:
    """The results in the folder `root`, which need not be there yet."""

    def __init__(self, root: Path, *, disk: Disk = DISK) -> None:
        self._root = root
        self._disk = disk

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    def add(self, record: TrialRecord, arrays: Path | None = None) -> Path:
        """Keep one trial, with those of its arrays that are in the folder `arrays`.

        Raises
        ------
        StoreError
            It could not be kept. What was stored before is untouched.
        """
        if arrays is not None and record.probe is not None:
            for digest, declared in sorted(declared_arrays(record.probe).items()):
                self._add_array(arrays / f"{digest}.npy", declared)
        return self._add(self._root / "trials" / _folder_name(record.cell), record)

    def add_run(self, record: RunRecord) -> Path:
        """Keep one run.

        Raises
        ------
        StoreError
            It could not be kept. What was stored before is untouched.
        """
        return self._add(self._root / "runs", record)

    def trials(self, cells: Collection[str] | None = None) -> StoredTrials:
        """Read the trials of `cells`, or all; the folders of other cells are not opened."""
        names = self.cells() if cells is None else sorted(set(cells))
        folder = self._root / "trials"
        found = [one for name in names for one in self._records(folder / name, TrialRecord)]
        return StoredTrials(
            records=tuple(one for one in found if isinstance(one, TrialRecord)),
            damaged=tuple(one for one in found if isinstance(one, Damaged)),
        )

    def cells(self) -> list[str]:
        """Name the cells of which there are trials, sorted.

        Raises
        ------
        StoreError
            The folder can't be read.
        """
        try:
            return sorted(entry.name for entry in (self._root / "trials").iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(
                f"{self._root / 'trials'}: could not be read: {reason_of(error)}",
                "Make the folder readable for this user.",
            ) from error

    def runs(self) -> StoredRuns:
        """Read every run."""
        found = list(self._records(self._root / "runs", RunRecord))
        return StoredRuns(
            records=tuple(one for one in found if isinstance(one, RunRecord)),
            damaged=tuple(one for one in found if isinstance(one, Damaged)),
        )

    def array(
        self, digest: str, dtype: str, shape: tuple[int, ...] | None = None
    ) -> bytes | Rejected:
        """Read the `.npy` file of an output as it was declared, its digest checked again."""
        path = self._root / "arrays" / f"{digest}.npy"
        try:
            return read_array(path, Declared(dtype=dtype, shape=shape))
        except RefusedError as error:
            return Rejected.because(error)

    def load(self, digest: str) -> LoadedArray | Rejected:
        """Load the array with a digest, which is checked again; else `NOT_STORED`, or what is wrong."""
        path = self._root / "arrays" / f"{digest}.npy"
        if not os.path.lexists(path):
            return NOT_STORED
        try:
            return load_array(path)
        except RefusedError as error:
            return Rejected.because(error)

    def _add_array(self, source: Path, declared: Declared) -> None:
        if not source.exists():
            return
        try:
            data = read_array(source, declared)
        except RefusedError as error:
            raise StoreError(
                f"{source}: not kept: {error}", "Check what a probe left before storing it."
            ) from None
        write_once(self._root / "arrays" / source.name, data, self._disk)

    def _add(self, folder: Path, record: TrialRecord | RunRecord) -> Path:
        data = encode(record)
        path = folder / record_name(record, data)
        write_once(path, data, self._disk)
        return path

    def _records(self, folder: Path, kind: type[Record]) -> Iterator[Record | Damaged]:
        try:
            names = names_in(folder)
        except RefusedError as error:
            yield self._damaged(folder, error)
            return
        for name in names:
            try:
                yield read_record(folder / name, kind)
            except RefusedError as error:
                yield self._damaged(folder / name, error)

    def _damaged(self, path: Path, error: RefusedError) -> Damaged:
        shown = inert(path.relative_to(self._root).as_posix())
        return Damaged(path=shown, reason=Rejected.because(error).reason)


def names_in(folder: Path) -> list[str]:
    """Sort the names of what is in a folder of a store, without what is still being written.

    Raises
    ------
    RefusedError
        It is a link, or can't be read.
    """
    if folder.is_symlink():
        raise RefusedError("a symbolic link")
    try:
        return sorted(
            entry.name for entry in folder.iterdir() if not entry.name.startswith(TEMPORARY_PREFIX)
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RefusedError(reason_of(error)) from None


def _folder_name(cell: str) -> str:
    if cell.startswith(".") or not cell or {"/", "\0"} & set(cell):
        raise StoreError(f"{cell!r} is no cell id", "This is a fault in samebits: report it.")
    return cell
