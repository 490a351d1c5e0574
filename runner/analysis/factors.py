"""Observed factors: what the trials of a cell say of themselves beside its axes. Pure.

Which there are, and why each can change bits, is data: `factors.yaml`. Every value comes out of a
record, so it is made inert and bounded here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from runner.analysis.natural import rank
from runner.environments.cpu import Cpu
from runner.matrix import document
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runner.results.probe_output import Fingerprint

ABSENT: Final = "none"
"""The value of a package that is not installed."""
_LONGEST: Final = 100
_SHOWN: Final = 3  # different values of one cell that are written out


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FromField(_Row):
    """A field of the fingerprint."""

    field: Literal["python", "keras", "numpy", "driver", "cpu_model"]


class FromPackage(_Row):
    """The version of an installed distribution."""

    package: str


class FromLibrary(_Row):
    """What a CUDA library told of itself."""

    library: str


class FromHost(_Row):
    """What several fields say together."""

    host: Literal["gpu", "instruction set", "oneDNN isa"]


class Factor(_Row):
    """One observed factor: where it is read, the axes that bring it, why bits can depend on it."""

    read: FromField | FromPackage | FromLibrary | FromHost
    part_of: tuple[str, ...] = ()
    because: str


class _Table(_Row):
    factors: Annotated[dict[str, Factor], Field(min_length=1)]


@cache
def known() -> dict[str, Factor]:
    """Return name → factor, as `factors.yaml` lists them."""
    return _Table.model_validate(document.shipped(Path(__file__).with_name("factors.yaml"))).factors


def part_of(name: str, axes: Iterable[str]) -> bool:
    """Whether a factor comes with one of these axes, or is named as one of them."""
    factor = known().get(name)
    return any(axis == name or (factor and axis in factor.part_of) for axis in axes)


def observe(fingerprints: Iterable[Fingerprint]) -> dict[str, str]:
    """Read the factors of one cell from the fingerprints of its trials; their order is no matter.

    Where trials disagree, as on two hosts with two drivers, the value names both. What none of
    them tells is left out: a library that was never loaded is unknown, and not another one.
    """
    seen = list(fingerprints)
    found = {
        name: _together({value for one in seen for value in _read(factor, one)})
        for name, factor in known().items()
    }
    return {name: value for name, value in found.items() if value}


def _together(values: set[str]) -> str:
    lines = {one_line(value)[:_LONGEST] for value in values} - {""}
    ordered = sorted(lines, key=rank)
    more = [f"{len(ordered) - _SHOWN} more"] if len(ordered) > _SHOWN else []
    return " and ".join([*ordered[:_SHOWN], *more])


def _read(factor: Factor, seen: Fingerprint) -> tuple[str, ...]:
    match factor.read:
        case FromField(field=field):
            return (str(getattr(seen, field)),)
        case FromPackage(package=package):
            return (seen.packages.get(package, ABSENT),)
        case FromLibrary(library=library):
            return tuple(
                one.version for one in seen.loaded if library in {one.name, _whole(one.name)}
            )
        case FromHost(host=host):
            return _OF_HOST[host](seen)


def _whole(name: str) -> str:
    """Name the library of which a file is a part: `cudnn_graph` is part of cuDNN."""
    return name.partition("_")[0]


def _gpu(seen: Fingerprint) -> tuple[str, ...]:
    return tuple(f"{gpu.name} {gpu.compute_capability}".strip() for gpu in seen.gpus)


def _instruction_set(seen: Fingerprint) -> tuple[str, ...]:
    return (Cpu(seen.cpu_model, seen.cpu_flags).host_class.removeprefix("cpu "),)


def _onednn_isa(seen: Fingerprint) -> tuple[str, ...]:
    return (seen.onednn.isa,) if seen.onednn else ()


_OF_HOST: Final[dict[str, Callable[[Fingerprint], tuple[str, ...]]]] = {
    "gpu": _gpu,
    "instruction set": _instruction_set,
    "oneDNN isa": _onednn_isa,
}
