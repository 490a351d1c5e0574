"""Saying many cells in few words: products of axis values instead of a row for each cell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Generic, TypeVar

from runner.analysis.natural import rank
from runner.matrix.cells import AXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Content = TypeVar("Content")
Positions = tuple[int, ...]
"""Which values of an axis, by their place on its scale, in order."""

NOT_APPLICABLE = "none"
_RANGE = 3  # from so many values on, a run of neighbours is written as its ends


@dataclass(frozen=True, slots=True)
class Scales:
    """Every axis with all its values in natural order, and which axes tell cells apart.

    The value of an axis that does not apply to a cell is empty. The other axes have one value;
    where all have, `tensorflow` stands for the cell.
    """

    values: dict[str, tuple[str, ...]]
    varying: tuple[str, ...]

    @classmethod
    def of(
        cls, cells: Sequence[Mapping[str, str]], also: Sequence[Mapping[str, str]] = ()
    ) -> Scales:
        """Take the axes that vary among `cells`; `also` are cells whose values lie between."""
        known = {axis for cell in cells for axis in cell}
        axes = [*(axis for axis in AXES if axis in known), *sorted(known - set(AXES))]
        own = {axis: {cell.get(axis, "") for cell in cells} for axis in axes}
        varying = tuple(axis for axis in axes if len(own[axis]) > 1)
        varying = varying or tuple(axis for axis in axes if axis == "tensorflow")
        for axis in varying:
            own[axis] |= {cell.get(axis, "") for cell in also}
        values = {axis: tuple(sorted(found, key=rank)) for axis, found in own.items()}
        return cls(values, varying)

    @property
    def constant(self) -> dict[str, str]:
        """The axes with one value."""
        return {axis: self.values[axis][0] for axis in self.values if axis not in self.varying}

    def spell(self, axis: str, positions: Positions) -> str:
        """Write values of an axis: ``2.15.1, 2.16.2``, or ``2.15.1 to 2.18.1`` for neighbours."""
        words = [value or NOT_APPLICABLE for value in self.values[axis]]
        parts = []
        for _, run in groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0]):
            names = [words[position] for _, position in run]
            parts += names if len(names) < _RANGE else [f"{names[0]} to {names[-1]}"]
        return ", ".join(parts)

    def positions(self, cell: Mapping[str, str]) -> tuple[Positions, ...]:
        """Give the place of a cell on the scale of each varying axis."""
        return tuple((self.values[axis].index(cell.get(axis, "")),) for axis in self.varying)


@dataclass(frozen=True, slots=True)
class Fold(Generic[Content]):
    """Cells with the same content: all combinations of `positions`, one entry per varying axis."""

    positions: tuple[Positions, ...]
    content: Content


def fold(
    scales: Scales, cells: Sequence[tuple[Mapping[str, str], Content]], *, gaps: bool = False
) -> list[Fold[Content]]:
    """Merge cells with equal content, the last axis first, so that each fold is a product.

    The folds come in the order of their first cells. Unless `gaps` are allowed, only neighbours on
    a scale are merged, so that reading down a table is walking along its axes.
    """
    folds = [Fold(scales.positions(axes), content) for axes, content in cells]
    for axis in reversed(range(len(scales.varying))):
        folds = _merge(folds, axis, gaps=gaps)
    return folds


def _merge(folds: Sequence[Fold[Content]], axis: int, *, gaps: bool) -> list[Fold[Content]]:
    alike: dict[object, list[Fold[Content]]] = defaultdict(list)
    first: dict[object, int] = {}
    for place, one in enumerate(folds):
        rest = one.positions[:axis] + one.positions[axis + 1 :]
        alike[rest, one.content].append(one)
        first[one.positions, one.content] = place
    merged = []
    for same in alike.values():
        for run in _runs(same, axis, gaps=gaps):
            positions = list(run[0].positions)
            positions[axis] = tuple(sorted({place for one in run for place in one.positions[axis]}))
            place = min(first[one.positions, one.content] for one in run)
            merged.append((place, Fold(tuple(positions), run[0].content)))
    return [one for _, one in sorted(merged, key=lambda pair: pair[0])]


def _runs(folds: Iterable[Fold[Content]], axis: int, *, gaps: bool) -> list[list[Fold[Content]]]:
    runs: list[list[Fold[Content]]] = []
    for one in sorted(folds, key=lambda one: one.positions[axis]):
        if runs and (gaps or one.positions[axis][0] - runs[-1][-1].positions[axis][-1] <= 1):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
