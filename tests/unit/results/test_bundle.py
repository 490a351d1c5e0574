"""A folder of files for others: written where it is asked for, and nothing else in it touched."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import pytest

from runner.errors import StoreError
from runner.results.durable import DISK
from runner.results.bundle import Differences, compare_folder, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {"arrays/a/1.npz": b"one", "list.json": b"first"}
OURS = "arrays/*/*.npz"
ALL_MISSING = Differences(missing=tuple(FILES), other=(), obsolete=(), foreign=(), begun=False)


def made(**changed: bytes | None) -> Iterator[tuple[str, bytes]]:
    files = {**FILES, **changed}
    return ((name, data) for name, data in files.items() if data is not None)


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "goldens"
    found = compare_folder(folder, made, OURS)
    assert found == ALL_MISSING
    publish(folder, made, found)
    assert held(folder) == FILES
    assert compare_folder(folder, made, OURS).none


def test_what_is_as_it_should_be_is_not_written_again(tmp_path: Path) -> None:
    publish(tmp_path, made, ALL_MISSING)
    before = {path: path.stat() for path in tmp_path.rglob("*")}
    publish(tmp_path, made, compare_folder(tmp_path, made, OURS))
    assert {path: path.stat() for path in tmp_path.rglob("*")} == before


def test_what_changes_is_changed_and_what_is_no_longer_named_removed(tmp_path: Path) -> None:
    publish(tmp_path, made, ALL_MISSING)
    (tmp_path / "test_mine.py").touch()
    (tmp_path / "arrays" / "notes.txt").touch()
    (tmp_path / ".tmp-1-2").touch()
    later = partial(
        made, **{"arrays/a/1.npz": None, "arrays/b/2.npz": b"two", "list.json": b"second"}
    )

    def in_order() -> Iterator[tuple[str, bytes]]:
        return iter(sorted(later()))

    found = compare_folder(tmp_path, in_order, OURS)
    assert found == Differences(
        missing=("arrays/b/2.npz",),
        other=("list.json",),
        obsolete=("arrays/a/1.npz",),
        foreign=("arrays/notes.txt", "test_mine.py"),
        begun=True,
    )
    publish(tmp_path, in_order, found)
    assert held(tmp_path) == {
        "arrays/b/2.npz": b"two",
        "list.json": b"second",
        "arrays/notes.txt": b"",
        "test_mine.py": b"",
        ".tmp-1-2": b"",
    }


def test_the_file_that_names_the_others_is_written_last(tmp_path: Path) -> None:
    written = []

    def note(temporary: Path, path: Path) -> None:
        written.append(path.name)
        os.replace(temporary, path)  # noqa: PTH105 - what the disk does

    publish(tmp_path, made, ALL_MISSING, replace(DISK, replace=note))
    assert written == ["1.npz", "list.json"]


@pytest.mark.parametrize("kind", ["symlink", "folder"])
def test_a_file_that_is_none_is_another(tmp_path: Path, kind: str) -> None:
    publish(tmp_path, made, ALL_MISSING)
    (tmp_path / "list.json").unlink()
    if kind == "symlink":
        (tmp_path / "elsewhere").write_bytes(FILES["list.json"])
        (tmp_path / "list.json").symlink_to("elsewhere")
    else:
        (tmp_path / "list.json").mkdir()
    assert compare_folder(tmp_path, made, OURS).other == ("list.json",)


def failing(*_: object) -> NoReturn:
    raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def test_a_system_that_refuses(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"1\.npz: could not be written: permission denied"):
        publish(tmp_path, made, ALL_MISSING, replace(DISK, replace=failing))
    gone = replace(ALL_MISSING, missing=(), obsolete=("arrays/a/1.npz",))
    with pytest.raises(StoreError, match=r"1\.npz: could not be removed: permission denied"):
        publish(tmp_path, made, gone, replace(DISK, unlink=failing))


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as caught:
        compare_folder(tmp_path / "file", made, OURS)
    assert caught.value.message == f"{tmp_path}/file: can't be read: not a directory"
