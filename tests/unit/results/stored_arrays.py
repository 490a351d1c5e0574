"""A store of trials whose arrays are there, from arrays given by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from unit.results.synthetic import key, trial

from runner.results.arrays import digest_of
from runner.results.loaded import LoadedArray
from runner.results.probe_output import CaseOutput, Output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runner.matrix.cells import Cell
    from runner.results.records import TrialKey
    from runner.results.store import Store

    Array = NDArray[Any] | LoadedArray
    Repeat = Mapping[str, Array]
    """The outputs of one repeat, by name."""


def loaded(array: Array) -> LoadedArray:
    """The array with the name of its type, which for bfloat16 is given and its bits are integers."""
    return array if isinstance(array, LoadedArray) else LoadedArray(array.dtype.name, array)


def digest(array: Array) -> str:
    """The digest of an array."""
    one = loaded(array)
    return digest_of(one.dtype, one.values.shape, one.values.tobytes())


def case(name: str, *repeats: Repeat, family: str = "own") -> CaseOutput:
    """A case with the arrays of each repeat."""
    outputs = tuple(
        Output(
            name=output,
            dtype=loaded(first).dtype,
            shape=loaded(first).values.shape,
            digests=tuple(digest(one[output]) for one in repeats),
            stored=True,
        )
        for output, first in repeats[0].items()
    )
    return CaseOutput(
        name=name,
        family=family,
        status="ok",
        outputs=outputs,
        seconds=(0.01,) * len(repeats),
    )


def add(
    store: Store,
    of: Cell,
    cases: Mapping[str, Sequence[Repeat]],
    *,
    count: int = 3,
    trial_key: TrialKey | None = None,
) -> None:
    """Keep `count` trials of a cell that agree, with their arrays."""
    outputs = [case(name, *repeats) for name, repeats in cases.items()]
    repeats = max(map(len, cases.values()))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for same in cases.values():
            for repeat in same:
                for array in repeat.values():
                    np.save(folder / f"{digest(array)}.npy", loaded(array).values)
        for number in range(count):
            last = number == count - 1 and count > 1
            record = trial(
                of,
                *(outputs[::-1] if last else outputs),
                at=number,
                order="reversed" if last else "forward",
                trial_key=trial_key or key(of, repeats=repeats),
            )
            store.add(record, folder)
