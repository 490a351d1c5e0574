"""What a report says of how far the groups of a case lie apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runner.analysis.apart import Extent
from runner.reports.extent import figure, mismatched, relative, ulps
from runner.reports.notes import Note
from runner.reports.words import brief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.analysis.apart import GroupDistance
    from runner.analysis.comparison import Context
    from runner.analysis.elements import Number

_DOUBLE: Final = frozenset({"float64", "complex128"})
_TITLE: Final = "How far the groups of a case lie apart"


def distance_notes(context: Context) -> tuple[Note, ...]:
    """Give the note on distances, a line for each pair of letters; none where there are none."""
    lines = [
        f"{one.case} {' to '.join(one.groups)}: {'; '.join(_told(one))}"
        for one in context.distances
    ]
    return (Note.of(_TITLE, lines),) if lines else ()


def _told(one: GroupDistance) -> Iterator[str]:
    extent = Extent.of(one.outputs)
    if extent.elements:
        yield f"{mismatched(extent)} mismatched"
    if said := ulps(extent, "median "):
        yield f"ULPs {said}"
    if said := relative(extent):
        yield f"relative {said}"
    if worst := _worst(one):
        yield worst
    reasons = dict.fromkeys(output.reason for output in one.outputs if output.distance is None)
    if reasons:
        yield f"not measured: {', '.join(map(brief, reasons))}"


def _worst(one: GroupDistance) -> str:
    """Name the place of the greatest absolute difference of all outputs."""
    found = [
        (output.distance.absolute, output.output, output.distance.dtype)
        for output in one.outputs
        if output.distance and output.distance.absolute
    ]
    if not found:
        return ""
    far, name, dtype = max(found, key=lambda each: each[0].value)
    place = f"[{', '.join(map(str, far.index))}]" if far.index else ""
    left, right = (_number(value, dtype) for value in (far.left, far.right))
    value = far.value if isinstance(far.value, int) else figure(far.value)
    return f"greatest difference {value} at {name}{place}, {left} and {right}"


def _number(value: Number, dtype: str) -> str:
    """Write as many digits as tell a number of its type from the next one."""
    if isinstance(value, complex):
        real, imaginary = (_number(part, dtype) for part in (value.real, value.imag))
        return f"{real}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    if not isinstance(value, float):
        return str(value)
    return repr(value) if dtype in _DOUBLE else f"{value:.9g}"
