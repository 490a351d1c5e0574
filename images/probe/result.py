"""What the probe writes: `result.json` and `arrays/<digest>.npy`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from probe.digest import bits

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from probe.host.fingerprint import Fingerprint

SCHEMA_VERSION = 2
STORED_BYTES = 2**20


@dataclass(frozen=True)
class Output:
    """One named array of a case; `digests` has one entry per repeat."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    digests: tuple[str, ...]
    stored: bool


@dataclass(frozen=True)
class CaseOutput:
    """One case in one trial; `status` is `ok`, `unsupported` or `error`.

    The outputs of a `staged` case are stages, in order.
    """

    name: str
    family: str
    status: str
    reason: str = ""
    outputs: tuple[Output, ...] = ()
    seconds: tuple[float, ...] = ()
    staged: bool = False


@dataclass(frozen=True)
class Result:
    """The whole of `result.json`."""

    order: str
    seed: int
    repeats: int
    recipe: tuple[str, ...]
    fingerprint: Fingerprint
    import_seconds: float
    cases: tuple[CaseOutput, ...]
    schema_version: int = field(default=SCHEMA_VERSION)


class ArrayFolder:
    """The folder `arrays/`: one file per digest, however many outputs share it."""

    def __init__(self, folder: Path, limit: int = STORED_BYTES) -> None:
        self._folder = folder
        self._limit = limit

    def keep(self, digest: str, array: NDArray[Any]) -> bool:
        """Store `array` unless it is too large; return whether it is stored.

        bfloat16 and its like are stored as the unsigned integers of their bits.
        """
        if array.nbytes > self._limit:
            return False
        path = self._folder / f"{digest}.npy"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".tmp")
            with temporary.open("wb") as file:
                np.save(file, bits(array), allow_pickle=False)
            temporary.replace(path)
        return True


def write(result: Result, out: Path) -> None:
    """Write `result.json` under `out`: whole and on disk, or not there."""
    text = json.dumps(asdict(result), allow_nan=False, indent=1)
    temporary = out / "result.json.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(out / "result.json")
