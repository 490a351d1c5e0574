"""Golden outputs that samebits exported, and the one for the environment that is active.

    from goldens import load

    golden = load("my.scores")
    golden.check({"logits": logits, "scores": scores})

These files need Python 3.8 and NumPy, TensorFlow to see what is active, and not samebits, which
wrote them and writes them anew: https://numpy.org/doc/stable/reference/generated/numpy.load.html
reads the arrays as well.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .selection import NoGoldenError, choose

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["DamagedGoldenError", "Golden", "NoGoldenError", "cases", "load"]

SCHEMA = 1
FOLDER = Path(__file__).resolve().parent
BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


class DamagedGoldenError(RuntimeError):
    """A file beside this one is missing, or other than it was written."""


class Golden:
    """The outputs of one case: `arrays` by name, and the `dtypes` that they stand for.

    An array of a type that NumPy lacks (bfloat16) holds its bits as unsigned integers. `cell` is a
    cell of the matrix that gave these bits, and `seed` what it was seeded with.
    """

    def __init__(
        self, case: str, cell: dict[str, Any], arrays: dict[str, Array], dtypes: dict[str, str]
    ) -> None:
        self.case = case
        self.cell = cell["cell"]
        self.seed = cell["seed"]
        self.arrays = arrays
        self.dtypes = dtypes

    def check(self, outputs: object) -> None:
        """Raise AssertionError unless all outputs, by name, have these bits.

        Without a name will do where the case has one output.
        """
        if not isinstance(outputs, dict):
            outputs = {"".join(list(self.arrays)[:1]): outputs}
        if set(outputs) != set(self.arrays):
            has, given = (", ".join(sorted(names)) for names in (self.arrays, outputs))
            raise AssertionError(f"{self.case} has the outputs {has}, not {given}")
        wrong = {
            name: difference(outputs[name], golden, self.dtypes[name])
            for name, golden in self.arrays.items()
        }
        lines = [f"{name}: {said}" for name, said in wrong.items() if said]
        if lines:
            told = [f"{self.case}: other bits than those of {self.cell}", *lines]
            raise AssertionError("\n  ".join(told))


def load(case: str, **environment: object) -> Golden:
    """Return the golden of a case for the environment that is active.

    Name an axis to take its value in place of the active one: `tensorflow="2.20.0"`. An axis that
    is named None may have any value, as long as the golden is the same for all of them.

    Raises
    ------
    NoGoldenError
        There is no golden for this environment, or it takes more axes to tell which.
    DamagedGoldenError
        A file is missing or changed.
    """
    selector = read_selector()
    cell = choose(case, selector, environment)
    name = cell["goldens"][case]
    declared = selector["arrays"][case][name]
    arrays = read_arrays(FOLDER / "arrays" / case / f"{name}.npz", declared)
    return Golden(case, cell, arrays, {output: one["dtype"] for output, one in declared.items()})


def cases() -> list[str]:
    """Return the names of all cases that have a golden in some environment."""
    return sorted(read_selector()["arrays"])


def read_selector() -> dict[str, Any]:
    """Read `goldens.json`."""
    path = FOLDER / "goldens.json"
    try:
        selector = json.loads(path.read_text(encoding="utf-8"))
        schema = selector["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedGoldenError(f"{path}: can't be read: {error}") from None
    if schema != SCHEMA:
        raise DamagedGoldenError(f"{path}: of schema {schema}, not {SCHEMA}; export it anew")
    return dict(selector)


def read_arrays(path: Path, declared: dict[str, Any]) -> dict[str, Array]:
    """Read the arrays of a golden, each checked against its digest."""
    arrays = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in declared:
                with archive.open(f"{name}.npy") as member:
                    arrays[name] = np.lib.format.read_array(member, allow_pickle=False)
    except BROKEN as error:
        raise DamagedGoldenError(f"{path}: can't be read: {error}") from None
    for name, one in declared.items():
        if digest(one["dtype"], arrays[name]) != one["digest"]:
            raise DamagedGoldenError(f"{path}: {name} has other bits than when it was written")
    return arrays


def digest(dtype: str, array: Array) -> str:
    """Return the SHA-256 over dtype, shape and little-endian C-order bytes."""
    head = f"{dtype} {'x'.join(map(str, array.shape))}\n"
    return hashlib.sha256(head.encode("ascii") + array.tobytes()).hexdigest()


def difference(found: object, golden: Array, dtype: str) -> str:
    """Say in one line how an output differs from its golden; '' where it has the same bits."""
    array = np.asarray(found)
    if (array.dtype.name, array.shape) != (dtype, golden.shape):
        return f"it is {array.dtype.name} {array.shape}, not {dtype} {golden.shape}"
    differ = np.any(rows(array) != rows(golden), axis=1)
    if not differ.any():
        return ""
    index = np.unravel_index(int(np.argmax(differ)), array.shape or (1,))
    first = ", ".join(str(int(place)) for place in index)
    said = f"{differ.sum()} of {differ.size} elements differ, the first at ({first})"
    if dtype not in ("float16", "float32", "float64"):
        return said
    with np.errstate(all="ignore"):
        apart = np.abs(array.astype("f8") - golden.astype("f8"))
    greatest = np.max(apart[np.isfinite(apart)], initial=0.0)
    return f"{said}; greatest absolute difference {greatest:.3g}"


def rows(array: Array) -> Array:
    """Return the bytes of each element as a row."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(np.uint8).reshape(flat.size, flat.dtype.itemsize)
