"""Digests: bits, not `==`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from probe.digest import bits, digest

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

# A type that NumPy does not own is told by its name: bfloat16 is ml_dtypes', not installed here.
VOID16 = np.dtype("V2")


def reference(header: str, content: str) -> str:
    return hashlib.sha256(header.encode("ascii") + bytes.fromhex(content)).hexdigest()


@pytest.mark.parametrize(
    ("array", "header", "content"),
    [
        pytest.param(np.float32(1.0), "float32 \n", "0000803f", id="scalar"),
        pytest.param(np.zeros((2, 0), np.float32), "float32 2x0\n", "", id="empty"),
        pytest.param(np.array([[1, 2, 3]], np.int16), "int16 1x3\n", "010002000300", id="matrix"),
        pytest.param(np.array([True, False]), "bool 2\n", "0100", id="bool"),
        pytest.param(np.array([1.0, -2.0], np.float16), "float16 2\n", "003c00c0", id="float16"),
        pytest.param(np.array([1.0]), "float64 1\n", "000000000000f03f", id="float64"),
        pytest.param(
            np.array([1 + 2j], np.complex64), "complex64 1\n", "0000803f00000040", id="complex"
        ),
        pytest.param(np.array([258], ">u4"), "uint32 1\n", "02010000", id="big-endian"),
        pytest.param(
            np.array([1 + 2j], ">c8"), "complex64 1\n", "0000803f00000040", id="big-endian complex"
        ),
        pytest.param(
            np.arange(6, dtype=np.uint8).reshape(2, 3).T, "uint8 3x2\n", "000301040205", id="T"
        ),
        pytest.param(np.arange(6, dtype=np.uint8)[::-2], "uint8 3\n", "050301", id="strided"),
    ],
)
def test_a_digest_is_over_type_shape_and_little_endian_bytes(
    array: NDArray[Any], header: str, content: str
) -> None:
    assert digest(np.asarray(array)) == reference(header, content)


def test_a_digest_stays_what_it_is() -> None:
    array = np.array([[0.1, -0.0], [np.inf, np.nan]], np.float32)
    assert digest(array) == "ece0f14ab71533802daba8339797d130860176724eb83f915a8a1aa6b0d62e94"


def test_zeros_of_both_signs_differ() -> None:
    assert digest(np.array([0.0])) != digest(np.array([-0.0]))


def test_nans_with_different_payloads_differ() -> None:
    quiet = np.array([0x7FC00000], np.uint32).view(np.float32)
    marked = np.array([0x7FC00001], np.uint32).view(np.float32)
    assert digest(quiet) != digest(marked)


def test_a_signalling_nan_survives_a_change_of_byte_order() -> None:
    signalling = np.array([0x7F800001], np.uint32)
    swapped = signalling.astype(">u4").view(">f4")
    assert digest(swapped) == digest(signalling.view(np.float32))


def test_the_same_bytes_in_another_shape_or_type_differ() -> None:
    ones = np.ones(4, np.int32)
    assert len({digest(ones), digest(ones.reshape(2, 2)), digest(ones.view(np.uint32))}) == 3


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_a_foreign_type_keeps_its_name_and_its_bytes(shape: tuple[int, ...]) -> None:
    content = bytes(range(2 * int(np.prod(shape, dtype=int))))
    array = np.frombuffer(content, VOID16).reshape(shape)
    header = f"{VOID16.name} {'x'.join(map(str, shape))}\n"
    assert digest(array) == reference(header, content.hex())


def test_a_foreign_type_is_stored_as_unsigned_integers() -> None:
    array = np.frombuffer(bytes.fromhex("803fc0bf"), VOID16)
    assert bits(array).dtype == np.uint16
    assert bits(array).tolist() == [0x3F80, 0xBFC0]


def test_a_transposed_foreign_type_is_laid_out_in_c_order() -> None:
    array = np.frombuffer(bytes(range(12)), VOID16).reshape(2, 3).T
    assert bits(array).tobytes().hex() == "000106070203080904050a0b"


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.array([object()]), "an array of object has no digest"),
        (np.array(["a"]), "an array of str32 has no digest"),
        (np.array(["2026-01-01"], "M8[D]"), r"an array of datetime64\[D\] has no digest"),
        (np.zeros(1, [("a", "i4")]), "an array of void32 has no digest"),
        (np.zeros(1, "V3"), "an array of void24 has no digest: 3 bytes wide"),
    ],
)
def test_what_has_no_fixed_bits_is_refused(array: NDArray[Any], sentence: str) -> None:
    with pytest.raises(TypeError, match=f"^{sentence}$"):
        digest(array)
