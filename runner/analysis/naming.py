"""Naming stored cells on a command line: by id, by a pattern on ids, or by conditions. Pure.

Conditions are joined by commas, such as ``tensorflow=2.15.1,determinism=on``, and all have to hold;
a value may be a pattern too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from runner.analysis.natural import rank
from runner.errors import InputError, NothingSelected
from runner.matrix.cells import AXES
from runner.matrix.problems import closest, listed, shown
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from runner.analysis.comparison import CellResult, MissingCell

    AnyCell = CellResult | MissingCell

SEE: Final = "`python -m runner report --all` shows what is stored."
_MOST: Final = 20  # values that an error lists


@dataclass(frozen=True, slots=True)
class Name:
    """What was written, as a pattern on ids or as conditions on axes."""

    text: str
    pattern: str = "*"
    conditions: tuple[tuple[str, str], ...] = ()

    def means(self, cell: AnyCell) -> bool:
        """Whether it names a cell."""
        return fnmatchcase(cell.cell, self.pattern) and all(
            axis in cell.axes and fnmatchcase(cell.axes[axis], value)
            for axis, value in self.conditions
        )

    def narrows(self, cell: AnyCell, about: Collection[str]) -> bool:
        """Whether it asks for other cells than this one also in axes that it is not about."""
        single = not {*"*?["} & {*self.pattern}
        return single or any(
            axis not in about and not fnmatchcase(cell.axes.get(axis, ""), value)
            for axis, value in self.conditions
        )


def read_name(text: str, cells: Sequence[AnyCell]) -> Name:
    """Read a name of some of these cells, of which there is one at least.

    Raises
    ------
    InputError
        It is no id and no conditions, or names an axis there is not.
    NothingSelected
        It means none of the cells.
    """
    if "=" not in text:
        name = Name(text, pattern=text)
        if not any(map(name.means, cells)):
            raise NothingSelected(
                f"no stored cell is called {shown(text)}{_meant(text, cells)}", SEE
            )
        return name
    name = Name(text, conditions=tuple(_condition(text, part, cells) for part in text.split(",")))
    if not any(map(name.means, cells)):
        raise NothingSelected(f"{shown(text)}: no stored cell has all of these", SEE)
    return name


def _condition(text: str, part: str, cells: Sequence[AnyCell]) -> tuple[str, str]:
    axis, equals, value = (word.strip() for word in part.partition("="))
    if not (axis and equals and value):
        raise InputError(
            f"{shown(text)}: {shown(part)} is not of the form AXIS=VALUE",
            "Name one value for each axis, such as tensorflow=2.15.1,determinism=on.",
        )
    there = {cell.axes[axis] for cell in cells if axis in cell.axes}
    if not there and axis not in AXES:
        near = closest(axis, AXES)
        raise InputError(
            f"{shown(text)}: there is no axis {shown(axis)}"
            + (f", did you mean {shown(near)}?" if near else ""),
            f"The axes are {listed(AXES)}.",
        )
    if not any(fnmatchcase(known, value) for known in there):
        raise NothingSelected(
            f"{shown(text)}: no stored cell has {axis} {shown(value)}{_values(there)}", SEE
        )
    return axis, value


def _values(there: set[str]) -> str:
    if not there:
        return "; none has this axis"
    ordered = [one_line(value) for value in sorted(there, key=rank)]
    more = f" and {len(ordered) - _MOST} more" if len(ordered) > _MOST else ""
    return f"; the values there are: {', '.join(ordered[:_MOST])}{more}"


def _meant(text: str, cells: Sequence[AnyCell]) -> str:
    """Suggest the condition whose value was written, or else the nearest id."""
    axes = dict.fromkeys(
        axis for cell in cells for axis, value in cell.axes.items() if value == text
    )
    near = f"{next(iter(axes))}={text}" if axes else closest(text, [cell.cell for cell in cells])
    return f", did you mean {shown(near)}?" if near else ""
