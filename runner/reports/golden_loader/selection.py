"""Which cell of the selector an environment is, or why it is none."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from .active import active

if TYPE_CHECKING:
    from typing import Any

    Cell = dict[str, Any]
    Values = dict[str, tuple[str, ...]]

# Without these nothing tells whether a golden is the right one.
NEEDED = ("tensorflow", "host_class", "device", "determinism", "threads")
BESIDE = ("engine", "host_class")
SHOWN = 3


class NoGoldenError(LookupError):
    """There is no golden of this case for this environment; the message names the nearest."""


def choose(case: str, selector: dict[str, Any], environment: dict[str, object]) -> Cell:
    """Choose the cell whose golden of a case is the one for an environment."""
    cells = selector["cells"]
    refuse_unknown(case, cells)
    wanted = conditions(cells, environment)
    fitting = [one for one in cells if not misses(one, wanted)]
    answers = {answer(one, case): one for one in reversed(fitting)}
    if len(answers) > 1:
        raise NoGoldenError(ambiguous(case, fitting))
    if not answers:
        raise NoGoldenError(absent(case, wanted, cells))
    ((golden, why),) = answers
    found: Cell = answers[golden, why]
    if not golden:
        raise NoGoldenError(f"no golden of {case!r} in {found['cell']}: {why}")
    return found


def conditions(cells: list[Cell], environment: dict[str, object]) -> Values:
    """Give axis -> accepted values: what is active, or was named in its place."""
    axes = axes_of(cells)
    for axis in environment:
        if axis not in axes:
            raise TypeError(f"there is no axis {axis!r}; there are {', '.join(axes)}")
    found = {} if set(NEEDED) <= set(environment) else active()
    unknown = [axis for axis in NEEDED if axis not in found and axis not in environment]
    if unknown:
        named = ", ".join(f"{axis}=..." for axis in unknown)
        raise NoGoldenError(f"what is active can't be told here; name it: load(..., {named})")
    found.update({axis: (str(one),) for axis, one in environment.items()})
    return {axis: found[axis] for axis in found if environment.get(axis, axis) is not None}


def axes_of(cells: list[Cell]) -> list[str]:
    """List all that cells may differ in."""
    return sorted(set(BESIDE).union(*(cell["axes"] for cell in cells)))


def value(cell: Cell, axis: str) -> str | None:
    """Give the value of a cell on an axis; None where the axis does not apply to it."""
    found: str | None = cell[axis] if axis in BESIDE else cell["axes"].get(axis)
    return found


def misses(cell: Cell, wanted: Values) -> dict[str, str | None]:
    """Give the axes in which a cell is not what is wanted, with the value that it has."""
    return {
        axis: value(cell, axis)
        for axis, accepted in wanted.items()
        if not any(same(axis, value(cell, axis), one) for one in accepted)
    }


def same(axis: str, has: str | None, wanted: str) -> bool:
    """Say whether two values are one; a GPU may be named without its multiprocessors."""
    if axis != "host_class" or has is None or ", " not in wanted:
        return has == wanted
    gpu, _, processor = has.rpartition(", ")
    model, _, mine = wanted.rpartition(", ")
    return processor == mine and (gpu == model or gpu.startswith(f"{model} "))


def answer(cell: Cell, case: str) -> tuple[str, str]:
    """Give the golden of a case in a cell, or why it has none; the other is ''."""
    golden = cell["goldens"].get(case, "")
    return golden, "" if golden else cell["without"].get(case, "the case did not run there")


def refuse_unknown(case: str, cells: list[Cell]) -> None:
    """Refuse a case that is in no cell."""
    names = {name for cell in cells for kind in ("goldens", "without") for name in cell[kind]}
    if case not in names:
        near = difflib.get_close_matches(case, names, 1)
        meant = f", did you mean {near[0]!r}?" if near else ""
        raise NoGoldenError(f"there is no case {case!r} here{meant}")


def ambiguous(case: str, fitting: list[Cell]) -> str:
    """Say what has to be named where the cells that fit do not agree."""
    open_axes = [
        axis for axis in axes_of(fitting) if len({value(cell, axis) for cell in fitting}) > 1
    ]
    lines = [f"{cell['cell']}: {''.join(answer(cell, case))}" for cell in fitting[:SHOWN]]
    told = f"more than one golden of {case!r} fits; name {' or '.join(open_axes)}:"
    return "\n  ".join([told, *lines])


def absent(case: str, wanted: Values, cells: list[Cell]) -> str:
    """Say what there is no golden for, and which cells that have one are nearest."""
    here = ", ".join(f"{axis} {' or '.join(values)}" for axis, values in sorted(wanted.items()))
    having = [cell for cell in cells if case in cell["goldens"]]
    nearest = sorted(having, key=lambda cell: remoteness(cell, wanted))[:SHOWN]
    lines = [f"{cell['cell']}: {differences(cell, wanted)}" for cell in nearest]
    told = f"no golden of {case!r} for {here}"
    return "\n  ".join([told + ("; the nearest are of" if lines else ""), *lines])


def remoteness(cell: Cell, wanted: Values) -> tuple[int, float]:
    """Rank a cell by how many values differ, then by how little they look alike."""
    missed = misses(cell, wanted)
    alike = (
        difflib.SequenceMatcher(None, has or "", wanted[axis][0]).ratio()
        for axis, has in missed.items()
    )
    return len(missed), -sum(alike)


def differences(cell: Cell, wanted: Values) -> str:
    """Say in what a cell is not what is wanted."""
    return ", ".join(
        f"{axis} {'none' if has is None else has}" for axis, has in misses(cell, wanted).items()
    )
