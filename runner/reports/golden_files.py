"""Goldens as files: a selector, a loader that needs NumPy alone, and the arrays of each group.

::

    __init__.py, …                 the loader
    goldens.json                   the selector: which cell has which golden
    arrays/<case>/<golden>.npz     the outputs, once however many cells share them

The same goldens always give the same bytes, whatever the version of NumPy.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.reports.words import as_json
from runner.results.arrays import DESCRIPTIONS
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.analysis.goldens import Golden, GoldenCell, Goldens, Load
    from runner.results.loaded import LoadedArray

GOLDENS_SCHEMA: Final = 1
SELECTOR: Final = "goldens.json"
ARRAYS: Final = "arrays"
LOADER: Final = Path(__file__).with_name("golden_loader")
# The earliest that a zip archive can tell: the time of writing would change the bytes.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_FILE_MODE: Final = 0o644 << 16
_ALIGNMENT: Final = 64


def golden_files(found: Goldens, load: Load) -> Iterator[tuple[str, bytes]]:
    """Give the path and the bytes of every file; the selector, which names the others, is last."""
    arrays: dict[str, dict[str, object]] = {}
    for golden in found.goldens:
        loaded = {name: _loaded(load(digest)) for name, digest in golden.outputs.items()}
        arrays.setdefault(golden.case, {})[golden.name] = _described(golden, loaded)
        yield array_path(golden.case, golden.name), npz(loaded)
    for source in sorted(LOADER.glob("*.py")):
        yield source.name, source.read_bytes()
    document = {
        "schema_version": GOLDENS_SCHEMA,
        "arrays": arrays,
        "cells": [_cell(cell) for cell in found.cells],
    }
    yield SELECTOR, as_json(document).encode("ascii")


def array_path(case: str, name: str) -> str:
    """Where the arrays of a golden lie."""
    return f"{ARRAYS}/{case}/{name}.npz"


def _loaded(found: LoadedArray | Rejected) -> LoadedArray:
    if isinstance(found, Rejected):
        raise TypeError(f"an array of a golden is gone: {found.reason}")
    return found


def _described(golden: Golden, loaded: Mapping[str, LoadedArray]) -> dict[str, object]:
    return {
        name: {"digest": golden.outputs[name], "dtype": one.dtype, "shape": one.values.shape}
        for name, one in loaded.items()
    }


def _cell(cell: GoldenCell) -> dict[str, object]:
    return {
        "cell": cell.cell,
        "axes": cell.axes,
        "engine": cell.engine,
        "host_class": cell.host_class,
        "seed": cell.seed,
        "processes": cell.processes,
        "repeats": cell.repeats,
        "goldens": cell.goldens,
        "without": cell.without,
    }


def npz(arrays: Mapping[str, LoadedArray]) -> bytes:
    """Write arrays as a `.npz` archive, uncompressed: what compresses differs between machines."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for name, one in sorted(arrays.items()):
            member = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            member.create_system, member.external_attr = _UNIX, _FILE_MODE
            file.writestr(member, npy(one))
    return archive.getvalue()


def npy(array: LoadedArray) -> bytes:
    """Write an array as a `.npy` file; its header is padded as the format asks.

    https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
    """
    values = array.values
    description = DESCRIPTIONS.get(array.dtype, values.dtype.str)
    said = f"{{'descr': {description!r}, 'fortran_order': False, 'shape': {values.shape!r}, }}"
    padding = -(10 + len(said) + 1) % _ALIGNMENT
    header = (said + " " * padding + "\n").encode("ascii")
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + values.tobytes()
