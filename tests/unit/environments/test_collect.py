"""What a container wrote is foreign: only small plain files of known names come through."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.environments.collect import collect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1024**2
CHUNK = 256 * 1024
DIGEST = "0" * 64
ARRAY = f"out/arrays/{DIGEST}.npy"
RESULT = "out/result.json"


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, **more: object) -> bytes:
    """One entry of an archive: its header, then `data` filled up to whole blocks."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.type = kind
    for field, value in more.items():
        setattr(info, field, value)
    padding = b"\0" * (-len(data) % tarfile.BLOCKSIZE)
    return info.tobuf(tarfile.PAX_FORMAT) + data + padding


END = b"\0" * 1024


def files(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if not path.is_dir()
    }


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 100, 512, 10_240, 10**6])
def test_what_is_wanted_is_kept_however_it_arrives(tmp_path: Path, size: int) -> None:
    archive = (
        member("out/", kind=tarfile.DIRTYPE)
        + member(RESULT, b"{}" * 400)
        + member("out/arrays/", kind=tarfile.DIRTYPE)
        + member(ARRAY, b"x" * 512)
        + END
    )
    assert collect(chunks(archive, size), tmp_path) == ""
    assert files(tmp_path) == {"result.json": b"{}" * 400, f"arrays/{DIGEST}.npy": b"x" * 512}


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(member("out/other.json", b"x"), id="another name"),
        pytest.param(member("result.json", b"x"), id="outside the folder"),
        pytest.param(member("out/x/result.json", b"x"), id="deeper"),
        pytest.param(member("out/RESULT.JSON", b"x"), id="capitals"),
        pytest.param(member("out/result.json\n", b"x"), id="line break"),
        pytest.param(member("out/arrays/short.npy", b"x"), id="no digest"),
        pytest.param(member(f"out/arrays/{'A' * 64}.npy", b"x"), id="digest in capitals"),
        pytest.param(member(f"out/arrays/../{DIGEST}.npy", b"x"), id="up"),
        pytest.param(member("out/../result.json", b"x"), id="up and out"),
        pytest.param(member("../out/result.json", b"x"), id="from above"),
        pytest.param(member("/out/result.json", b"x"), id="absolute"),
        pytest.param(member("./out/result.json", b"x"), id="here"),
        pytest.param(member(RESULT, kind=tarfile.SYMTYPE, linkname="/etc/passwd"), id="symlink"),
        pytest.param(member(RESULT, kind=tarfile.LNKTYPE, linkname="/etc/passwd"), id="hard link"),
        pytest.param(member(RESULT, kind=tarfile.FIFOTYPE), id="pipe"),
        pytest.param(member(RESULT, kind=tarfile.CHRTYPE, devmajor=1, devminor=5), id="device"),
        pytest.param(member(RESULT, kind=tarfile.BLKTYPE), id="block device"),
        pytest.param(member(RESULT, kind=tarfile.DIRTYPE), id="folder"),
    ],
)
def test_anything_else_is_passed_over(tmp_path: Path, entry: bytes) -> None:
    out = tmp_path / "out"
    out.mkdir()
    kept = member(ARRAY, b"x")
    assert collect(chunks(entry + kept + END, CHUNK), out) == ""
    assert files(out) == {f"arrays/{DIGEST}.npy": b"x"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    """A link and then a file of its name: the link never existed, so the file is a file."""
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    out = tmp_path / "out"
    out.mkdir()
    link = member(RESULT, kind=tarfile.SYMTYPE, linkname=str(victim))
    folder = member("out/arrays", kind=tarfile.SYMTYPE, linkname=str(tmp_path))
    assert collect([link, folder, member(RESULT, b"{}"), member(ARRAY, b"x"), END], out) == ""
    assert files(out) == {"result.json": b"{}", f"arrays/{DIGEST}.npy": b"x"}
    assert victim.read_text() == "untouched"


def test_the_largest_file_that_is_kept(tmp_path: Path) -> None:
    assert collect(chunks(member(RESULT, b"\0" * (16 * MIB)) + END, CHUNK), tmp_path) == ""
    assert (tmp_path / "result.json").stat().st_size == 16 * MIB


@pytest.mark.parametrize("name", [RESULT, ARRAY])
def test_a_larger_file_is_there_for_its_size_but_holds_nothing(tmp_path: Path, name: str) -> None:
    entries = member(name, b"x" * (16 * MIB + 1)) + END
    assert collect(chunks(entries, CHUNK), tmp_path) == ""
    facts = (tmp_path / name.removeprefix("out/")).stat()
    assert (facts.st_size, facts.st_blocks) == (16 * MIB + 1, 0)


# streams that are not what they should be


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "empty file", id="nothing"),
        pytest.param(b"no archive at all" * 100, "invalid header", id="garbage"),
        pytest.param(member(RESULT, b"x" * 600)[:100], "truncated header", id="cut in a header"),
        pytest.param(
            member(RESULT, b"x" * 600)[:700], "unexpected end of data", id="cut in a file"
        ),
    ],
)
def test_why_it_stopped(tmp_path: Path, data: bytes, said: str) -> None:
    assert collect([data], tmp_path) == said
    assert files(tmp_path) == {}


def test_what_came_before_the_cut_is_kept(tmp_path: Path) -> None:
    data = member(RESULT, b"{}") + member(ARRAY, b"x" * 600)[:700]
    assert collect([data], tmp_path) == "unexpected end of data"
    assert files(tmp_path) == {"result.json": b"{}"}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        pytest.param({"GNU.sparse.map": "x"}, "invalid literal for int()", id="sparse map"),
        pytest.param(
            {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}, "not enough values", id="sparse"
        ),
        pytest.param({"size": "9" * 20}, "the probe wrote more than 268435456 bytes", id="endless"),
    ],
)
def test_a_header_that_lies(tmp_path: Path, header: dict[str, str], said: str) -> None:
    assert said in collect([member(RESULT, b"x" * 600, pax_headers=header), END], tmp_path)
    assert files(tmp_path) == {}


def test_too_many_files(tmp_path: Path) -> None:
    entry = member("out/x")
    stopped = collect((entry for _ in range(10_100)), tmp_path)
    assert stopped == "the probe wrote more than 10000 files"


def test_as_many_files_as_there_may_be(tmp_path: Path) -> None:
    entries = [member("out/x")] * 9_999
    assert collect([*entries, member(RESULT, b"{}"), END], tmp_path) == ""
    assert files(tmp_path) == {"result.json": b"{}"}


def test_too_many_bytes_in_all(tmp_path: Path) -> None:
    entry = member("out/x", b"\0" * (CHUNK - 512))
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield entry

    assert collect(endless(), tmp_path) == "the probe wrote more than 268435456 bytes"
    assert taken == 1025


ARCHIVE = member(RESULT, b"{}" * 300, pax_headers={"comment": "ü"}) + member(ARRAY, b"x") + END


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # overwritten, never read back
)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), min_size=1, max_size=5
    )
)
def test_no_damage_is_more_than_a_reason(tmp_path: Path, edits: list[tuple[int, int]]) -> None:
    data = bytearray(ARCHIVE)
    for place, byte in edits:
        data[place] = byte
    for start in range(0, len(data), tarfile.BLOCKSIZE):  # a wrong sum would end it too soon
        block = data[start : start + tarfile.BLOCKSIZE]
        if block[257:262] == b"ustar":
            block[148:156] = b" " * 8
            data[start + 148 : start + 156] = b"%06o\0 " % sum(block)
    assert isinstance(collect([bytes(data)], tmp_path), str)
    assert set(files(tmp_path)) <= {"result.json", f"arrays/{DIGEST}.npy"}
