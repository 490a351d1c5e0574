"""Cells in a line: those that differ in one axis alone, in the order of that axis.

Bits are compared within one context. Only a claim about the device itself crosses it: a GPU cell
has a context of its own, and lies in a line with the CPU cell of the same engine, probe, seed and
processor. CUDA and cuDNN come with the GPU there and are no further difference.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from runner.analysis.natural import rank

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from runner.analysis.claims.outcome import Spot
    from runner.analysis.claims.predicates import Axis
    from runner.analysis.comparison import Context

_WITH_DEVICE = frozenset({"device", "cuda", "cudnn"})


def before(spots: Iterable[Spot], axis: Axis) -> list[Sequence[Spot]]:
    """Give for each cell those that come before it in its line, the nearest first."""
    spots = tuple(spots)
    lines: dict[Hashable, list[int]] = defaultdict(list)
    for place, spot in enumerate(spots):
        lines[_line(spot, axis)].append(place)
    earlier: list[Sequence[Spot]] = [()] * len(spots)
    for line in lines.values():
        for place in line:
            value = rank(spots[place].cell.axes.get(axis, ""))
            ranked = [(rank(spots[other].cell.axes.get(axis, "")), other) for other in line]
            nearest = sorted((one for one in ranked if one[0] < value), reverse=True)
            earlier[place] = tuple(spots[other] for _, other in nearest)
    return earlier


def _line(spot: Spot, axis: Axis) -> Hashable:
    if axis == "device":
        return _machine(spot.context), _others(spot.cell.axes, _WITH_DEVICE)
    return id(spot.context), _others(spot.cell.axes, {axis})


def _others(axes: Mapping[str, str], left_out: Iterable[str]) -> Hashable:
    return frozenset((name, value) for name, value in axes.items() if name not in left_out)


def _machine(context: Context) -> Hashable:
    # The class of a GPU cell is that of its GPU, a comma, and that of its processor.
    processor = context.host_class.rpartition(", ")[2]
    return context.engine, context.probe, context.seed, context.machines, processor
