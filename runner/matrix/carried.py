"""Packages that a release moves by itself, as the locks have it, where no axis holds them. Pure.

TensorFlow leaves keras and numpy open. Where one of its releases moves them, no result can tell the
two apart, unless a cell holds one of them as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from runner.matrix.catalog import impossible
from runner.matrix.cells import AXES, ENVIRONMENT_AXES, Environment
from runner.matrix.lines import lines, varying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.matrix.cells import Cell
    from runner.matrix.lines import Axes

    Packages = Mapping[Environment, Mapping[str, str]]

_OPEN: Final = ("keras", "numpy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A package that moves from `was` to `becomes` where an axis moves from `before` to `after`.

    `hold` are the axes of an environment that would tell the two apart; empty where none can.
    """

    axis: str
    before: str
    after: str
    package: str
    was: str
    becomes: str
    hold: Axes


def carried(cells: Sequence[Cell], packages: Packages) -> tuple[Carried, ...]:
    """Find what moves between environments that differ in one axis, each move once.

    `packages` has what the lock of an environment pins, as far as there is one. What some cell of
    the matrix holds as it was is left out.
    """
    every = dict.fromkeys(cell.environment for cell in cells)
    there = [_axes(one) for one in every]
    known = [one for one in every if one in packages]
    axes = [_axes(one) for one in known]
    found: dict[tuple[str, ...], Carried] = {}
    for axis in varying(axes):
        for line in lines(axes, (axis,)):
            for one, other in pairwise(line):
                for move in _moved(known[one], known[other], axis, packages):
                    step = (move.axis, move.before, move.after, move.package, move.was)
                    found.setdefault((*step, move.becomes), move)
    return tuple(one for one in found.values() if one.hold not in there)


def _moved(
    before: Environment, after: Environment, axis: str, packages: Packages
) -> Iterator[Carried]:
    for package in _OPEN:
        was, becomes = (packages[one].get(package, "") for one in (before, after))
        if package != axis and was and becomes and was != becomes:
            crossed = (_axes(after) | {package: was}, _axes(before) | {package: becomes})
            yield Carried(
                axis=axis,
                before=getattr(before, axis) or "",
                after=getattr(after, axis) or "",
                package=package,
                was=was,
                becomes=becomes,
                hold=next((ordered(one) for one in crossed if not impossible_axes(one)), {}),
            )


def _axes(environment: Environment) -> dict[str, str]:
    values = {axis: getattr(environment, axis) for axis in ENVIRONMENT_AXES}
    return {axis: value for axis, value in values.items() if value is not None}


def ordered(axes: Axes) -> dict[str, str]:
    """Give axes in their order."""
    return {axis: axes[axis] for axis in AXES if axis in axes}


def impossible_axes(axes: Axes) -> str | None:
    """Say why there is no use in proposing a cell with these axes, or None."""
    told = {axis: axes.get(axis) for axis in ENVIRONMENT_AXES}
    if axes.get("device") == "gpu" and not (told["cuda"] and (told["cudnn"] or told["base"])):
        return "a GPU without CUDA and cuDNN"
    return impossible(Environment(**told))  # type: ignore[arg-type] # python and tensorflow are there
