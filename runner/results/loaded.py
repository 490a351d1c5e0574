"""An array of the store as values, found by its digest alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from runner.results.arrays import DESCRIPTIONS, FILE_LIMIT, Header, digest_of, parse_header
from runner.results.untrusted import RefusedError, Rejected, read_regular

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Those of NumPy's own types first, which are nearly all.
_TYPES = (*DESCRIPTIONS, "bfloat16", "float8_e4m3fn", "float8_e5m2")

NOT_STORED: Final = Rejected("not stored")
"""There is no such array: a probe keeps only those that are small enough."""


@dataclass(frozen=True, slots=True)
class LoadedArray:
    """An array and the name of its type; read-only.

    `values` of a type that NumPy does not own (bfloat16) are its bits as unsigned integers.
    """

    dtype: str
    values: NDArray[np.generic]


def load_array(path: Path) -> LoadedArray:
    """Load the array whose digest is the name of `path`: it vouches for the type and the shape.

    Raises
    ------
    RefusedError
        The file is not the array that its name promises, or of a type that is not known here.
    """
    try:
        file = read_regular(path, FILE_LIMIT)
        header = parse_header(file)
        data = header.data(file)
        return LoadedArray(_dtype(path.stem, header, data), _values(header, data))
    except RefusedError as error:
        raise RefusedError(f"{path.name[:80]}: {error}") from None


def _dtype(digest: str, header: Header, data: bytes) -> str:
    for dtype in _TYPES:
        if DESCRIPTIONS.get(dtype, header.description) != header.description:
            continue
        if digest_of(dtype, header.shape, data) == digest:
            return dtype
    raise RefusedError("its bits are not those of its name")


def _values(header: Header, data: bytes) -> NDArray[np.generic]:
    try:
        return np.ndarray(header.shape, dtype=header.description, buffer=data)
    except ValueError:  # more dimensions than NumPy takes, or huge ones beside an empty one
        raise RefusedError(f"has shape {header.shape}") from None
