"""Running cases: re-seed, time, digest; every failure of a case is data."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from probe.digest import digest
from probe.registry import UnsupportedError
from probe.result import CaseOutput, Output
from probe.wording import bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from probe.registry import Case, Lab
    from probe.result import ArrayFolder

REASON_LIMIT = 1000
NO_KERNEL = "Cannot assign a device for operation"  # a state on a GPU, a kernel for CPUs only
OUTPUTS_LIMIT = 200
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")


@dataclass
class Harness:
    """Runs cases one after another, each `repeats` times, re-seeded before each repeat."""

    lab: Lab
    repeats: int
    reseed: Callable[[], None]
    folder: ArrayFolder
    clock: Callable[[], float] = field(default=time.perf_counter)

    def run(self, cases: Iterable[Case]) -> tuple[CaseOutput, ...]:
        """Run every case and return what came out, in the same order."""
        return tuple(self.run_case(case) for case in cases)

    def run_case(self, case: Case) -> CaseOutput:
        """Run one case; an exception ends it as `unsupported` or `error`, with the reason.

        TensorFlow raises `UnimplementedError` where an operation has no deterministic kernel,
        which its documentation announces: that is `unsupported`. So is a case that is younger
        than this TensorFlow; it is not run.
        """
        seconds: list[float] = []
        tallies: dict[str, _Tally] = {}
        try:
            _refuse_younger(case, str(self.lab.tf.__version__))
            for _ in range(self.repeats):
                started = self.clock()
                arrays = self._repeat(case)
                elapsed = self.clock() - started
                self._count(arrays, tallies)
                seconds.append(elapsed)
            outputs = tuple(tally.output(name) for name, tally in tallies.items())
            return CaseOutput(
                case.name, case.family, "ok", "", outputs, tuple(seconds), case.staged
            )
        except Exception as error:  # noqa: BLE001 - foreign code may raise anything: it is a result
            place = f"repeat {len(seconds) + 1} of {self.repeats}: " if seconds else ""
            return CaseOutput(case.name, case.family, _status(error), place + _reason(error))

    def _repeat(self, case: Case) -> dict[str, NDArray[Any]]:
        self.reseed()
        return _arrays(case.body(self.lab))

    def _count(self, arrays: Mapping[str, NDArray[Any]], tallies: dict[str, _Tally]) -> None:
        if tallies and list(arrays) != list(tallies):
            raise ValueError(f"outputs {list(arrays)} where {list(tallies)} came before")
        for name, array in arrays.items():
            tally = tallies.setdefault(name, _Tally(array.dtype.name, array.shape))
            tally.add(array, self.folder)


@dataclass
class _Tally:
    dtype: str
    shape: tuple[int, ...]
    digests: list[str] = field(default_factory=list)
    stored: bool = True

    def add(self, array: NDArray[Any], folder: ArrayFolder) -> None:
        found = digest(array)
        if found not in self.digests:
            self.stored = folder.keep(found, array) and self.stored
        self.digests.append(found)

    def output(self, name: str) -> Output:
        return Output(name, self.dtype, self.shape, tuple(self.digests), self.stored)


def _refuse_younger(case: Case, version: str) -> None:
    if _numbers(version) < _numbers(case.since):
        raise UnsupportedError(
            f"TensorFlow {version} is older than {case.since}, which first has it"
        )


def _numbers(version: str) -> tuple[int, ...]:
    """Return the release of a version, `(2, 10, 0)` for `2.10.0rc1`."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def _arrays(produced: object) -> dict[str, NDArray[Any]]:
    """Bring tensors to the host, which also waits for a GPU to finish."""
    named = produced if isinstance(produced, dict) else {"out": produced}
    if not named:
        raise ValueError("the case has no outputs")
    if len(named) > OUTPUTS_LIMIT:
        raise ValueError(f"the case has {len(named)} outputs, more than {OUTPUTS_LIMIT}")
    for name in named:
        if not (isinstance(name, str) and NAME.fullmatch(name)):
            raise ValueError(f"{name!r} is no name of an output: use letters, digits and ._+-")
    return {name: _host(value) for name, value in named.items()}


def _host(value: Any) -> NDArray[Any]:  # noqa: ANN401 - an array or any kind of tensor
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)


def _status(error: Exception) -> str:
    names = {kind.__name__ for kind in type(error).__mro__}
    documented = isinstance(error, UnsupportedError) or "UnimplementedError" in names
    homeless = "InvalidArgumentError" in names and NO_KERNEL in str(error)
    return "unsupported" if documented or homeless else "error"


def _reason(error: Exception) -> str:
    text = str(error) if isinstance(error, UnsupportedError) else f"{type(error).__name__}: {error}"
    return bounded(text, REASON_LIMIT)
