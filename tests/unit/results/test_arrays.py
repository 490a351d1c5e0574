"""An array is taken when header, size and digest are what `result.json` says."""

from __future__ import annotations

import hashlib
import io
import os
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import digest, probe

from runner.results.arrays import ARRAY_LIMIT, Declared, check_arrays, digest_of, read_array
from runner.results.probe_output import CaseOutput, Output
from runner.results.untrusted import RefusedError, Rejected

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from runner.results.probe_output import ProbeOutput

NATIVE = [np.dtype(code).name for code in "?bBhHiIlLefdFD"]
VIEWED = {"bfloat16": "uint16", "float8_e4m3fn": "uint8"}


def npy(array: NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def stored(folder: Path, array: NDArray[np.generic], dtype: str = "") -> tuple[Path, Declared]:
    """Store an array as the probe does, under the digest of its bits."""
    declared = Declared(dtype=dtype or array.dtype.name, shape=array.shape)
    path = folder / f"{digest_of(declared.dtype, array.shape, array.tobytes())}.npy"
    path.write_bytes(npy(array))
    return path, declared


def naming(path: Path, declared: Declared, *later: str, status: str = "ok") -> ProbeOutput:
    """A probe output with one array, and the digests of later repeats."""
    output = Output(
        name="out",
        dtype=declared.dtype,
        shape=declared.shape or (),
        digests=(path.stem, *later),
        stored=True,
    )
    assert status == "ok"
    return probe(CaseOutput(name="a", family="a", status="ok", outputs=(output,)))


def test_the_digest_is_over_dtype_shape_and_bytes() -> None:
    data = np.array([[1, 2, 3]], dtype="<f4").tobytes()
    expected = hashlib.sha256(b"float32 1x3\n" + data).hexdigest()
    assert digest_of("float32", (1, 3), data) == expected


def test_a_scalar_has_an_empty_shape() -> None:
    assert digest_of("int8", (), b"\1") == hashlib.sha256(b"int8 \n\1").hexdigest()


@pytest.mark.parametrize("dtype", NATIVE)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (1, 1), (2, 3, 4), (1,) * 16])
def test_what_numpy_saves_is_taken(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    path, declared = stored(tmp_path, np.ones(shape, dtype))
    assert read_array(path, declared) == path.read_bytes()


@pytest.mark.parametrize(("dtype", "view"), VIEWED.items())
def test_a_type_that_numpy_does_not_own_is_a_view_of_its_bits(
    tmp_path: Path, dtype: str, view: str
) -> None:
    path, declared = stored(tmp_path, np.arange(5, dtype=view), dtype)
    assert read_array(path, declared) == path.read_bytes()


def test_a_later_repeat_may_have_another_shape(tmp_path: Path) -> None:
    first, declared = stored(tmp_path, np.arange(4))
    later, _ = stored(tmp_path, np.arange(5))
    output = naming(first, declared, later.stem)
    assert check_arrays(tmp_path, output) == tuple(sorted((first.stem, later.stem)))


def test_a_named_array_need_not_be_there(tmp_path: Path) -> None:
    path, declared = stored(tmp_path, np.arange(4))
    path.unlink()
    assert check_arrays(tmp_path, naming(path, declared)) == ()
    assert check_arrays(tmp_path / "nowhere", naming(path, declared)) == ()


def test_a_file_that_nothing_names_is_not_opened(tmp_path: Path) -> None:
    path, declared = stored(tmp_path, np.arange(4))
    os.mkfifo(tmp_path / f"{digest(1)}.npy")
    (tmp_path / "evil.npy").write_bytes(b"\x93NUMPY")
    assert check_arrays(tmp_path, naming(path, declared)) == (path.stem,)


def header(text: str, data: bytes = b"", version: bytes = b"\1\0") -> bytes:
    width = 2 if version == b"\1\0" else 4
    return b"\x93NUMPY" + version + len(text).to_bytes(width, "little") + text.encode() + data


def described(descr: str = "'<f4'", order: str = "False", shape: str = "(2,)") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


EIGHT = bytes(8)
LIES = {
    "empty": (b"", "not a .npy file of version 1 or 2"),
    "a zip": (b"PK\3\4" + bytes(100), "not a .npy file of version 1 or 2"),
    "magic only": (b"\x93NUMPY", "not a .npy file of version 1 or 2"),
    "version 3": (header(described(), EIGHT, b"\3\0"), "not a .npy file of version 1 or 2"),
    "header cut": (header(described())[:40], "its header is not one that the probe writes"),
    "header of 4 GB": (
        b"\x93NUMPY\2\0\xff\xff\xff\xff" + described().encode(),
        "its header is not one that the probe writes",
    ),
    "object pickle": (
        header(described("'|O'"), EIGHT),
        "its header is not one that the probe writes",
    ),
    "a record": (
        header(described("[('a', '<f4')]"), EIGHT),
        "its header is not one that the probe writes",
    ),
    "Fortran order": (
        header(described(order="True"), EIGHT),
        "its header is not one that the probe writes",
    ),
    "big endian": (
        header(described("'>f4'"), EIGHT),
        "its header is not one that the probe writes",
    ),
    "text": (header(described("'<U2'"), EIGHT), "its header is not one that the probe writes"),
    "a call": (
        header("__import__('os').abort()\n"),
        "its header is not one that the probe writes",
    ),
    "10,000 brackets": (
        header("(" * 3000 + "\n"),
        "its header is not one that the probe writes",
    ),
    "unfinished string (TokenError)": (
        header("{'descr': '''\n"),
        "its header is not one that the probe writes",
    ),
    "negative shape": (
        header(described(shape="(-2,)"), EIGHT),
        "its header is not one that the probe writes",
    ),
    "another dtype": (
        header(described("'<i4'"), EIGHT),
        "holds <i4, declared is float32",
    ),
    "a view where none is due": (
        header(described("'<u4'"), EIGHT),
        "holds <u4, declared is float32",
    ),
    "another shape": (
        header(described(shape="(2, 1)"), EIGHT),
        "has shape (2, 1), declared is (2,)",
    ),
    "a shape of 10^12": (
        header(described(shape="(1000000000000,)"), EIGHT),
        "has shape (1000000000000,), declared is (2,)",
    ),
    "a byte short": (
        header(described(), EIGHT[:-1]),
        "holds 7 bytes of data, its header says 8",
    ),
    "a byte more": (
        header(described(), EIGHT + b"\0"),
        "holds 9 bytes of data, its header says 8",
    ),
    "other bits": (header(described(), b"\1" * 8), "its bits are not those of its name"),
}


@pytest.mark.parametrize(
    ("file", "reason"), [pytest.param(*lie, id=name) for name, lie in LIES.items()]
)
def test_an_array_that_lies_is_refused(tmp_path: Path, file: bytes, reason: str) -> None:
    declared = Declared(dtype="float32", shape=(2,))
    path = tmp_path / f"{digest_of('float32', (2,), EIGHT)}.npy"
    path.write_bytes(file)
    with pytest.raises(RefusedError) as caught:
        read_array(path, declared)
    assert str(caught.value) == f"{path.name}: {reason}"
    assert check_arrays(tmp_path, naming(path, declared)) == Rejected(
        f"arrays: {path.name}: {reason}"
    )


def test_a_lying_shape_is_refused_before_memory_is_asked_for(tmp_path: Path) -> None:
    shape = (10**12,)
    path = tmp_path / f"{digest(1)}.npy"
    path.write_bytes(header(described(shape="(1000000000000,)"), EIGHT))
    tracemalloc.start()
    with pytest.raises(RefusedError, match="its header says 4,000,000,000,000"):
        read_array(path, Declared(dtype="float32", shape=shape))
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_too_large_an_array_is_refused(tmp_path: Path) -> None:
    path, declared = stored(tmp_path, np.zeros(ARRAY_LIMIT, "uint8"))
    assert read_array(path, declared)
    path, declared = stored(tmp_path, np.zeros(ARRAY_LIMIT + 1, "uint8"))
    with pytest.raises(RefusedError, match="more than 2,097,152 bytes of data"):
        read_array(path, declared)
    path.write_bytes(bytes(ARRAY_LIMIT + 5000))
    with pytest.raises(RefusedError, match="larger than 2,101,248 bytes"):
        read_array(path, declared)


def test_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target, declared = stored(elsewhere, np.arange(4))
    output = naming(target, declared)
    inside = tmp_path / "arrays"
    inside.symlink_to(elsewhere)
    assert check_arrays(inside, output) == Rejected("arrays: a symbolic link, not a folder")
    inside.unlink()
    inside.mkdir()
    (inside / target.name).symlink_to(target)
    assert check_arrays(inside, output) == Rejected(f"arrays: {target.name}: a symbolic link")


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 159), byte=st.integers(0, 255))
def test_a_changed_byte_is_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    path, declared = stored(tmp_path_factory.mktemp("arrays"), np.arange(8, dtype="float32"))
    data = bytearray(path.read_bytes())
    changed = data[place] != byte
    data[place] = byte
    path.write_bytes(data)
    if changed:
        with pytest.raises(RefusedError):
            read_array(path, declared)
