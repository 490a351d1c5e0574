r"""The stored bits of an output: `<digest>.npy`, checked byte by byte without running NumPy on it.

The header of a `.npy` file is Python source that NumPy evaluates, and a hostile one makes it raise
ValueError, MemoryError, EOFError or TokenError. The probe only ever writes one form of it, so only
that form is taken (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).

The digest is SHA-256 over ``"<dtype> <shape joined by x>\n"`` and the little-endian C-order bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from runner.results.untrusted import RefusedError, Rejected, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.results.probe_output import ProbeOutput

ARRAY_LIMIT = 2 * 2**20
"""Most bytes of data in one array."""
_HEADER_LIMIT = 4096
FILE_LIMIT = ARRAY_LIMIT + _HEADER_LIMIT
FOLDER_LIMIT = 512 * 2**20
"""Most bytes of data in the arrays of one trial."""

DESCRIPTIONS = {
    "bool": "|b1",
    "int8": "|i1",
    "uint8": "|u1",
    "int16": "<i2",
    "uint16": "<u2",
    "int32": "<i4",
    "uint32": "<u4",
    "int64": "<i8",
    "uint64": "<u8",
    "float16": "<f2",
    "float32": "<f4",
    "float64": "<f8",
    "complex64": "<c8",
    "complex128": "<c16",
}
# A type that NumPy does not own (bfloat16, float8) is kept as the unsigned integers of its bits.
_VIEWS = frozenset({"|u1", "<u2", "<u4", "<u8"})
_PREFIX = re.compile(rb"\x93NUMPY(?:\x01\x00(?P<short>..)|\x02\x00(?P<long>....))", re.DOTALL)
_HEADER = re.compile(
    rb"\{'descr': '(?P<descr>[<|][a-z][0-9]{1,2})', 'fortran_order': False, "
    rb"'shape': \((?P<shape>(?:[0-9]{1,13},|[0-9]{1,13}(?:, [0-9]{1,13})+)?)\), \} *\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What `result.json` says of an array.

    `shape` is in elements; it is None for a later repeat, whose shape only its digest vouches for.
    """

    dtype: str
    shape: tuple[int, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the data of a `.npy` file starts, its type as NumPy describes it, and its shape."""

    start: int
    description: str
    shape: tuple[int, ...]

    def data(self, file: bytes) -> bytes:
        """Cut the data out of the whole `file`.

        Raises
        ------
        RefusedError
            It is shorter or longer than the header says.
        """
        expected = prod(self.shape) * int(self.description[2:])
        if len(file) - self.start != expected:
            raise RefusedError(
                f"holds {len(file) - self.start:,} bytes of data, its header says {expected:,}"
            )
        return file[self.start :]


def digest_of(dtype: str, shape: tuple[int, ...], data: bytes) -> str:
    """SHA-256 over dtype, shape and little-endian C-order bytes."""
    head = f"{dtype} {'x'.join(map(str, shape))}\n"
    return hashlib.sha256(head.encode("ascii") + data).hexdigest()


def declared_arrays(output: ProbeOutput) -> dict[str, Declared]:
    """Digest → dtype and shape of every array that `result.json` names."""
    declared: dict[str, Declared] = {}
    for case in output.cases:
        for one in case.outputs:
            first, *later = one.digests
            declared[first] = Declared(dtype=one.dtype, shape=one.shape)
            for digest in later:
                declared.setdefault(digest, Declared(dtype=one.dtype, shape=None))
    return declared


def check_arrays(folder: Path, output: ProbeOutput) -> tuple[str, ...] | Rejected:
    """Check the arrays that `output` names; give the digests whose files are there, sorted.

    A named array without a file is no fault: its digest stands without it. A file that nothing
    names is never opened: a case that fails in a later repeat leaves such files.
    """
    try:
        return tuple(_checked(folder, declared_arrays(output)))
    except RefusedError as error:
        return Rejected.because(f"arrays: {error}")


def _checked(folder: Path, declared: Mapping[str, Declared]) -> Iterator[str]:
    if folder.is_symlink():
        raise RefusedError("a symbolic link, not a folder")
    total = 0
    for digest, expected in sorted(declared.items()):
        path = folder / f"{digest}.npy"
        if not os.path.lexists(path):
            continue
        total += len(read_array(path, expected))
        if total > FOLDER_LIMIT:
            raise RefusedError(f"more than {FOLDER_LIMIT:,} bytes in all")
        yield digest


def read_array(path: Path, declared: Declared) -> bytes:
    """Read the `.npy` file `path` whole, once its header, size and digest are as declared.

    Raises
    ------
    RefusedError
        The file is not the array that its name and `declared` promise.
    """
    try:
        file = read_regular(path, FILE_LIMIT)
        header = _agreed(file, declared)
        _refuse_other_bits(header.data(file), path.stem, declared.dtype, header.shape)
    except RefusedError as error:
        raise RefusedError(f"{path.name[:80]}: {error}") from None
    return file


def _refuse_other_bits(data: bytes, digest: str, dtype: str, shape: tuple[int, ...]) -> None:
    if len(data) > ARRAY_LIMIT:
        raise RefusedError(f"more than {ARRAY_LIMIT:,} bytes of data")
    if digest_of(dtype, shape, data) != digest:
        raise RefusedError("its bits are not those of its name")


def _agreed(file: bytes, declared: Declared) -> Header:
    """Give the header, once it agrees with `declared`."""
    header = parse_header(file)
    if not _fits(header.description, declared.dtype):
        raise RefusedError(f"holds {header.description}, declared is {declared.dtype}")
    if declared.shape not in {None, header.shape}:
        raise RefusedError(f"has shape {header.shape}, declared is {declared.shape}")
    return header


def parse_header(file: bytes) -> Header:
    """Read the header of a `.npy` file.

    Raises
    ------
    RefusedError
        It is not one that the probe writes.
    """
    prefix = _PREFIX.match(file)
    if prefix is None:
        raise RefusedError("not a .npy file of version 1 or 2")
    start = prefix.end() + int.from_bytes(prefix["short"] or prefix["long"], "little")
    header = _HEADER.fullmatch(file[prefix.end() : start])
    if header is None or start > min(len(file), _HEADER_LIMIT):
        raise RefusedError("its header is not one that the probe writes")
    shape = tuple(int(size) for size in re.findall(rb"[0-9]+", header["shape"]))
    return Header(start=start, description=header["descr"].decode("ascii"), shape=shape)


def _fits(description: str, dtype: str) -> bool:
    native = DESCRIPTIONS.get(dtype)
    return description == native if native else description in _VIEWS
