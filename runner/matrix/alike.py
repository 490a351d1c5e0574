"""Cells that are the same in effect: they differ in values that change no computation. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from runner.matrix import document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.matrix.cells import Cell

_SAME_VARIABLES = "these names of env set the same variables"


class Row(BaseModel):
    """Values of one axis that are the same in effect, as `alike.yaml` explains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    axis: str
    where: dict[str, str] = {}
    values: tuple[str, ...] = ()
    because: str
    source: str

    def applies(self, axes: dict[str, str]) -> bool:
        """Whether a cell has a value that is the same as others."""
        value = axes.get(self.axis)
        return (
            value is not None
            and (not self.values or value in self.values)
            and all(axes.get(axis) == wanted for axis, wanted in self.where.items())
        )


class _Table(BaseModel):
    alike: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Cells that are the same in effect, by their ids, and why."""

    cells: tuple[str, ...]
    because: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    """Return the table that is shipped beside this module."""
    return _Table.model_validate(document.shipped(Path(__file__).with_name("alike.yaml"))).alike


def alike(cells: Iterable[Cell]) -> tuple[Alike, ...]:
    """Find the cells that are the same in effect, in the order of the first of each."""
    same: dict[object, list[Cell]] = defaultdict(list)
    for cell in cells:
        same[_effect(cell)].append(cell)
    return tuple(
        Alike(cells=tuple(cell.id for cell in found), because=_reasons(found))
        for found in same.values()
        if len(found) > 1
    )


def _effect(cell: Cell) -> object:
    """Give what a cell computes: its axes with one value for all that are the same."""
    axes = cell.axes
    for row in rows():
        if row.applies(cell.axes):
            axes[row.axis] = " ".join(row.values)
    del axes["env"]
    return frozenset(axes.items()), cell.setting.variables


def _reasons(found: Iterable[Cell]) -> tuple[str, ...]:
    cells = [cell.axes for cell in found]
    moving = {axis for axis in cells[0] if len({axes.get(axis) for axes in cells}) > 1}
    reasons = [
        row.because
        for row in rows()
        if row.axis in moving and any(row.applies(axes) for axes in cells)
    ]
    return (*dict.fromkeys(reasons), *([_SAME_VARIABLES] if "env" in moving else []))
