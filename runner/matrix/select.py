"""Which of the cells to run: by axis and value, by id, by a pattern on ids."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from runner.errors import InputError, NothingSelected
from runner.matrix.cells import AXES
from runner.matrix.problems import closest, listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.matrix.cells import Cell

LIST = "`python -m runner list` prints every cell."


def select(
    cells: Sequence[Cell], only: Sequence[str] = (), patterns: Sequence[str] = ()
) -> tuple[Cell, ...]:
    """Return the cells that are asked for, in their order.

    Each of `only` is ``axis=value[,value…]`` or, like each of `patterns`, an id or a pattern on
    ids such as ``py3.11-tf2.20*``. Values may be patterns too. Every axis has to match, and one of
    the ids.

    Raises InputError for an axis there is not, NothingSelected where no cell is left.
    """
    ids = [*(wanted for wanted in only if "=" not in wanted), *patterns]
    chosen = _with_ids(cells, ids) if ids else tuple(cells)
    for condition in only:
        if "=" in condition:
            axis, _, values = condition.partition("=")
            wanted = _wanted(cells, axis.strip(), values, condition)
            chosen = tuple(cell for cell in chosen if _has(cell, axis.strip(), wanted))
    if not chosen:
        asked = " ".join(f"--only {wanted}" for wanted in [*only, *patterns])
        message = f"{asked}: no cell has all of these" if asked else "the matrix has no cells"
        raise NothingSelected(message, LIST)
    return chosen


def _with_ids(cells: Sequence[Cell], ids: Iterable[str]) -> tuple[Cell, ...]:
    patterns = tuple(ids)
    for pattern in patterns:
        if not any(fnmatchcase(cell.id, pattern) for cell in cells):
            near = closest(pattern, [cell.id for cell in cells])
            meant = f", did you mean {shown(near)}?" if near else ""
            raise NothingSelected(f"no cell is called {shown(pattern)}{meant}", LIST)
    return tuple(
        cell for cell in cells if any(fnmatchcase(cell.id, pattern) for pattern in patterns)
    )


def _wanted(cells: Sequence[Cell], axis: str, values: str, condition: str) -> tuple[str, ...]:
    """The values asked for, each one found on the axis."""
    if axis not in AXES:
        near = closest(axis, AXES)
        meant = f", did you mean {shown(near)}?" if near else ""
        raise InputError(
            f"--only {condition}: there is no axis {shown(axis)}{meant}",
            f"The axes are {listed(AXES)}.",
        )
    wanted = tuple(value.strip() for value in values.split(","))
    there = tuple(dict.fromkeys(cell.axes[axis] for cell in cells if axis in cell.axes))
    for value in wanted:
        if not any(fnmatchcase(known, value) for known in there):
            known = (
                f"the values there are: {', '.join(there)}" if there else "no cell has this axis"
            )
            raise NothingSelected(
                f"--only {condition}: no cell has {axis} {shown(value)}; {known}", LIST
            )
    return wanted


def _has(cell: Cell, axis: str, wanted: tuple[str, ...]) -> bool:
    value = cell.axes.get(axis)
    return value is not None and any(fnmatchcase(value, pattern) for pattern in wanted)
