"""An array is loaded by its digest, which says what it is; nothing else in the file is trusted."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest

from runner.results.arrays import digest_of
from runner.results.loaded import NOT_STORED, LoadedArray, load_array
from runner.results.store import Store
from runner.results.untrusted import RefusedError, Rejected

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def npy(array: NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def keep(folder: Path, array: NDArray[np.generic], dtype: str) -> Path:
    path = folder / f"{digest_of(dtype, array.shape, array.tobytes())}.npy"
    path.write_bytes(npy(array))
    return path


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        pytest.param(np.array([[1.5, -0.0], [np.nan, np.inf]], "<f4"), "float32", id="float32"),
        pytest.param(np.array(2.5, "<f8"), "float64", id="scalar"),
        pytest.param(np.zeros((0, 3), "<f2"), "float16", id="empty"),
        pytest.param(np.array([True, False]), "bool", id="bool"),
        pytest.param(np.array([1, 2], "<u2"), "uint16", id="uint16"),
        pytest.param(np.array([0x3F80], "<u2"), "bfloat16", id="bfloat16"),
        pytest.param(np.array([1, 2], "<c8"), "complex64", id="complex64"),
    ],
)
def test_bits_and_type_come_back(tmp_path: Path, array: NDArray[np.generic], dtype: str) -> None:
    loaded = load_array(keep(tmp_path, array, dtype))
    assert loaded.dtype == dtype
    assert loaded.values.dtype == array.dtype
    assert loaded.values.shape == array.shape
    assert loaded.values.tobytes() == array.tobytes()


def test_a_loaded_array_cannot_be_changed(tmp_path: Path) -> None:
    loaded = load_array(keep(tmp_path, np.zeros(3, "<f4"), "float32"))
    assert not loaded.values.flags.writeable


def test_other_bits_than_the_name_promises_are_refused(tmp_path: Path) -> None:
    path = keep(tmp_path, np.zeros(3, "<f4"), "float32")
    path.write_bytes(npy(np.ones(3, "<f4")))
    with pytest.raises(
        RefusedError, match=r"^[0-9a-f]{64}\.npy: its bits are not those of its name$"
    ):
        load_array(path)


def header(shape: str, description: str = "<f4") -> bytes:
    text = f"{{'descr': '{description}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ("(0, 9999999999999, 9999999999999)", (0, 9999999999999, 9999999999999)),
        (f"({', '.join(['1'] * 70)})", (1,) * 70),
    ],
)
def test_a_shape_that_numpy_cannot_have_is_refused(
    tmp_path: Path, shape: str, sizes: tuple[int, ...]
) -> None:
    data = b"" if 0 in sizes else bytes(4)
    path = tmp_path / f"{digest_of('float32', sizes, data)}.npy"
    path.write_bytes(header(shape) + data)
    with pytest.raises(RefusedError, match=r"^[0-9a-f]{64}\.npy: has shape \("):
        load_array(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a .npy file of version 1 or 2"),
        (
            header("(__import__('os').system('true'),)"),
            "its header is not one that the probe writes",
        ),
        (header("(3,)", "|O8"), "its header is not one that the probe writes"),
        (header("(3,)"), "holds 0 bytes of data, its header says 12"),
    ],
    ids=["empty", "code", "objects", "short"],
)
def test_a_hostile_file_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "arrays" / f"{'0' * 64}.npy"
    path.parent.mkdir()
    path.write_bytes(content)
    assert Store(tmp_path).load("0" * 64) == Rejected(f"{path.name}: {reason}")


def test_a_missing_array_is_a_reason(tmp_path: Path) -> None:
    assert Store(tmp_path).load("0" * 64) == NOT_STORED


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "arrays").mkdir()
    target = keep(tmp_path, np.zeros(3, "<f4"), "float32")
    (tmp_path / "arrays" / target.name).symlink_to(target)
    assert Store(tmp_path).load(target.stem) == Rejected(f"{target.name}: a symbolic link")


def test_the_store_loads_what_it_keeps(tmp_path: Path) -> None:
    (tmp_path / "arrays").mkdir()
    path = keep(tmp_path / "arrays", np.array([0x3F80], "<u2"), "bfloat16")
    loaded = Store(tmp_path).load(path.stem)
    assert isinstance(loaded, LoadedArray)
    assert loaded.dtype == "bfloat16"
