"""The values on each axis of a group of environments."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from runner.matrix.cells import AXES, ENVIRONMENT_AXES, SETTING_AXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.matrix.cells import Device
    from runner.matrix.model import Axes, Exclusion, MatrixFile, Settings

Values = dict[str, tuple[str, ...]]


def devices(axes: Axes) -> tuple[Device, ...]:
    """Where the cells of a group run: on the GPU where CUDA is named and nothing else is said."""
    return axes.device or (("gpu",) if axes.cuda else ("cpu",))


def named(rule: Axes | Exclusion) -> Values:
    """Return the axes that a rule names, with their values."""
    return {axis: wanted for axis in AXES if (wanted := getattr(rule, axis, ()))}


def merged(group: Axes, rule: Axes) -> Axes:
    """Return the axes of a group with those that a rule names in their place."""
    return group.model_copy(update=named(rule))


def texts(axes: Axes, settings: Settings) -> Values:
    """Return the values of every axis as text; an axis that has none does not apply."""
    values: Values = {axis: getattr(axes, axis) for axis in ENVIRONMENT_AXES}
    for axis in SETTING_AXES:
        values[axis] = tuple(str(value) for value in getattr(settings, axis, ()))
    return values | {"device": devices(axes)}


def size(file: MatrixFile) -> int:
    """Count the cells of all groups, before anything is excluded and without making them."""
    return sum(
        prod(len(values) for values in texts(axes, file.settings).values() if values)
        for axes in _products(file)
    )


def _products(file: MatrixFile) -> Iterator[Axes]:
    for group in file.environments.values():
        yield group
        yield from (merged(group, rule) for rule in group.include)
