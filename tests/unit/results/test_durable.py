"""A file is whole or not there, whatever the system does, and written over only where asked."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import pytest

from runner.errors import StoreError
from runner.results.durable import DISK, write_once, write_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATA = b"0123456789" * 1000


def failing(number: int) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


def test_what_is_written_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_once(path, DATA)
    assert path.read_bytes() == DATA
    assert os.listdir(path.parent) == ["file"]  # noqa: PTH208 - names only


def test_the_same_again_is_fine(tmp_path: Path) -> None:
    write_once(tmp_path / "file", DATA)
    before = (tmp_path / "file").stat()
    write_once(tmp_path / "file", DATA)
    after = (tmp_path / "file").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_other_bytes_under_that_name_are_left_and_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"damaged")
    with pytest.raises(StoreError) as caught:
        write_once(path, DATA)
    assert caught.value.message == f"{path}: damaged: its bytes are not those of its name"
    assert path.read_bytes() == b"damaged"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file"]


def test_a_link_under_that_name_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(DATA)
    (tmp_path / "file").symlink_to("target")
    with pytest.raises(StoreError, match="damaged"):
        write_once(tmp_path / "file", DATA)


SPACE = "Free some space and run again: what is stored is untouched, only the rest will run."
RIGHT = "Make the folder writable for this user, or choose another one."


@pytest.mark.parametrize(
    ("number", "words", "hint"),
    [
        pytest.param(errno.ENOSPC, "no space left on device", SPACE, id="disk full"),
        pytest.param(errno.EDQUOT, "disk quota exceeded", SPACE, id="quota"),
        pytest.param(errno.EACCES, "permission denied", RIGHT, id="no right"),
        pytest.param(errno.EROFS, "read-only file system", RIGHT, id="read-only"),
        pytest.param(
            errno.ENOTSUP,
            "operation not supported",
            "The folder must be on a file system with hard links; choose another one.",
            id="no hard links",
        ),
        pytest.param(
            errno.EIO,
            "input/output error",
            "The disk may be failing: copy the store elsewhere before the next run.",
            id="disk failing",
        ),
        pytest.param(
            errno.EBUSY,
            "device or resource busy",
            "Put this right and run again: what is stored is untouched.",
            id="anything else",
        ),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
def test_a_failing_call_leaves_nothing_behind(
    tmp_path: Path, call: str, number: int, words: str, hint: str
) -> None:
    (tmp_path / "earlier").write_bytes(b"kept")
    path = tmp_path / "file"
    with pytest.raises(StoreError) as caught:
        write_once(path, DATA, replace(DISK, **{call: failing(number)}))
    assert caught.value.message == f"{path}: could not be written: {words}"
    assert caught.value.hint == hint
    assert caught.value.exit_code == 5
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["earlier"]
    assert (tmp_path / "earlier").read_bytes() == b"kept"


def test_a_disk_that_fills_up_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def write(handle: int, data: memoryview) -> int:
        if os.fstat(handle).st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(handle, data[:100])

    with pytest.raises(StoreError, match="no space left on device"):
        write_once(tmp_path / "file", DATA, replace(DISK, write=write))
    assert list(tmp_path.iterdir()) == []


def test_short_writes_are_continued(tmp_path: Path) -> None:
    def write(handle: int, data: memoryview) -> int:
        return os.write(handle, data[:7])

    write_once(tmp_path / "file", DATA, replace(DISK, write=write))
    assert (tmp_path / "file").read_bytes() == DATA


def test_a_temporary_file_that_cannot_be_removed_is_told_and_the_file_is_whole(
    tmp_path: Path,
) -> None:
    with pytest.raises(StoreError, match="input/output error"):
        write_once(tmp_path / "file", DATA, replace(DISK, unlink=failing(errno.EIO)))
    assert (tmp_path / "file").read_bytes() == DATA


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    calls = []

    def fsync(handle: int) -> None:
        calls.append("fsync folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "fsync file")  # noqa: PTH112 - a descriptor
        os.fsync(handle)

    def link(source: Path, target: Path) -> None:
        calls.append("link")
        os.link(source, target)

    write_once(tmp_path / "file", DATA, replace(DISK, fsync=fsync, link=link))
    assert calls == ["fsync file", "link", "fsync folder"]


def test_the_real_system_refuses_a_file_that_is_too_large(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from runner.results.durable import write_once\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: write_once(Path(sys.argv[1]), bytes(10_000))\n"
        "except Exception as error: print(type(error).__name__, error.message)"
    )
    path = tmp_path / "file"
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"StoreError {path}: could not be written: file too large\n"
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_is_killed_leaves_at_most_a_temporary_file(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from dataclasses import replace; from pathlib import Path\n"
        "from runner.results.durable import DISK, write_once\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "disk = replace(DISK, **{sys.argv[2]: die})\n"
        "write_once(Path(sys.argv[1]), bytes(10_000), disk)"
    )
    for call in ("write", "fsync", "link", "unlink"):
        path = tmp_path / call
        done = subprocess.run([sys.executable, "-c", program, path, call], check=False)
        assert done.returncode == -signal.SIGKILL
        left = {entry.name for entry in tmp_path.iterdir() if not entry.name.startswith(".tmp-")}
        assert left <= {"unlink"}
    assert (tmp_path / "unlink").read_bytes() == bytes(10_000)


def test_sixty_writers_leave_one_file(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    with ThreadPoolExecutor(60) as pool:
        assert list(pool.map(lambda _: write_once(path, DATA), range(60))) == [None] * 60
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
    assert path.read_bytes() == DATA
    assert path.stat().st_nlink == 1


def test_the_file_is_readable_by_those_whom_the_umask_lets(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_once(tmp_path / "file", DATA)
    finally:
        os.umask(old)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


# over another


def test_a_file_is_written_over_another_whole(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    write_over(path, b"before")
    write_over(path, DATA)
    assert path.read_bytes() == DATA
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_what_was_there_stays_where_it_can_not_be_written_over(tmp_path: Path, call: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(StoreError) as caught:
        write_over(path, DATA, replace(DISK, **{call: failing(errno.ENOSPC)}))
    assert caught.value.message == f"{path}: could not be written: no space left on device"
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
