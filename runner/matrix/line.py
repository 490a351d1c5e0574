"""Cells on a line: one cell, with other values on one of its axes that no matrix need name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from runner.errors import InputError
from runner.matrix.problems import closest, listed, shown
from runner.matrix.versions import Cuda, Cudnn, Keras, Numpy, Python, TensorFlow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.matrix.cells import Cell

AXES: Final = ("tensorflow", "keras", "numpy")
"""The axes along which there are releases to go through."""

_VALUES: Final[Mapping[str, TypeAdapter[str]]] = {
    "python": TypeAdapter(Python),
    "tensorflow": TypeAdapter(TensorFlow),
    "keras": TypeAdapter(Keras),
    "numpy": TypeAdapter(Numpy),
    "cuda": TypeAdapter(Cuda),
    "cudnn": TypeAdapter(Cudnn),
}


def read_values(pairs: Iterable[str]) -> dict[str, str]:
    """Read ``axis=value`` pairs, each a value as a matrix file takes it.

    Raises
    ------
    InputError
        One is not of that form, or no such value.
    """
    return dict(map(_value, pairs))


def _value(pair: str) -> tuple[str, str]:
    axis, separator, value = pair.partition("=")
    if not separator:
        raise InputError(f"--with {shown(pair)}: not of the form AXIS=VALUE")
    if axis not in _VALUES:
        near = closest(axis, tuple(_VALUES))
        meant = f", did you mean {shown(near)}?" if near else ""
        hint = f"It takes {listed(tuple(_VALUES))}."
        raise InputError(f"--with {shown(pair)}: not such an axis{meant}", hint)
    try:
        return axis, _VALUES[axis].validate_python(value)
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["msg"]
        raise InputError(f"--with {axis}: {said}") from None


def check_axis(axis: str) -> None:
    """Refuse an axis that has no releases to go through.

    Raises
    ------
    InputError
        It is none of `AXES`.
    """
    if axis not in AXES:
        near = closest(axis, AXES)
        meant = f", did you mean {shown(near)}?" if near else ""
        raise InputError(f"--axis {shown(axis)}: it goes along {listed(AXES, 'or')}{meant}")


def choose_cell(cells: Sequence[Cell], axis: str, values: Mapping[str, str]) -> Cell:
    """Choose the cell that a line goes through, its value on the axis apart.

    `cells` are those that are left to choose from, at least one, and `values` take the place of
    theirs. Where there are several, it is the first on the CPU with determinism off, as TensorFlow
    runs where nothing is asked of it, or else the first of all.

    Raises
    ------
    InputError
        `values` has one on the axis itself, or it is not the axis of TensorFlow and there are
        several releases of TensorFlow to choose from.
    """
    if axis in values:
        raise InputError(
            f"--with {axis}={values[axis]}: the axis of the search; use --from and --to"
        )
    chosen = [_replaced(cell, values) for cell in cells]
    releases = tuple(dict.fromkeys(cell.environment.tensorflow for cell in chosen))
    if axis != "tensorflow" and len(releases) > 1:
        raise InputError(
            f"--axis {axis}: with which TensorFlow? The cells have {listed(releases)}",
            f"Name it, such as --with tensorflow={releases[-1]}.",
        )
    usual = (one for one in chosen if one.setting.device == "cpu")
    return next((one for one in usual if one.setting.determinism == "off"), chosen[0])


def line(cell: Cell, axis: str, releases: Iterable[str]) -> dict[str, Cell]:
    """Give release → the cell with that value on the axis."""
    return {release: _replaced(cell, {axis: release}) for release in releases}


def beside(cell: Cell, axis: str) -> dict[str, str]:
    """Give the other axes of a cell."""
    return {name: value for name, value in cell.axes.items() if name != axis}


def _replaced(cell: Cell, values: Mapping[str, str]) -> Cell:
    return replace(cell, environment=replace(cell.environment, **values))
