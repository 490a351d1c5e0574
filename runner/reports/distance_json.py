"""A distance as JSON. A figure that is not finite is the text ``inf`` or ``-inf``."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from runner.analysis.apart import OutputDistance
    from runner.analysis.distance import Distance, Greatest, Sides
    from runner.analysis.elements import Number
    from runner.analysis.ulps import Ulps

Part = float | str
Figure = bool | int | Part | tuple[Part, Part]
"""A complex number is its two parts."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ReportedSides(_Part):
    """Elements that are something in the left array alone, in the right alone, in both."""

    left: int
    right: int
    both: int


class ReportedGreatest(_Part):
    """A greatest difference, the first place where it is, and what the two arrays hold there."""

    value: Figure
    index: tuple[int, ...]
    left: Figure
    right: Figure


class ReportedBucket(_Part):
    """How many numbers are so many ULPs apart, both ends included."""

    least: int
    most: int
    numbers: int


class ReportedUlps(_Part):
    """Distances of mismatched numbers, in steps from one number of the type to the next."""

    greatest: int
    median: int
    """The lower one of two."""
    histogram: tuple[ReportedBucket, ...]
    """0 (a zero and a minus zero), 1, 2, 3 to 4 and so on in powers of two; not the empty ones."""


class ReportedDistance(_Part):
    """What differs between two arrays of one type and shape."""

    dtype: str
    elements: int
    mismatched: int
    """Elements with other bits."""
    nans: ReportedSides
    """Mismatched elements that are no number; they count for nothing below."""
    infinities: ReportedSides
    sign_changes: int
    """Numbers below zero on one side and above it on the other."""
    zeros: int
    """A zero on one side and a minus zero on the other."""
    absolute: ReportedGreatest | None
    relative: ReportedGreatest | None
    """Divided by the larger of the two magnitudes, so at most 2."""
    ulps: ReportedUlps | None
    """Null for types without a point."""


class ReportedOutput(_Part):
    """One output whose bits differ; without a distance there is a reason."""

    output: str
    reason: str
    distance: ReportedDistance | None


def reported(one: OutputDistance) -> ReportedOutput:
    """Bring an output into the documented form."""
    distance = _distance(one.distance) if one.distance else None
    return ReportedOutput(output=one.output, reason=one.reason, distance=distance)


def finite(value: Number | None) -> Figure | None:
    """Give a figure that JSON can hold."""
    if isinstance(value, complex):
        return _text(value.real), _text(value.imag)
    return _text(value) if isinstance(value, float) else value


def _text(value: float) -> Part:
    return value if isfinite(value) else str(value)


def _distance(far: Distance) -> ReportedDistance:
    return ReportedDistance(
        dtype=far.dtype,
        elements=far.elements,
        mismatched=far.mismatched,
        nans=_sides(far.nans),
        infinities=_sides(far.infinities),
        sign_changes=far.signs,
        zeros=far.zeros,
        absolute=_greatest(far.absolute) if far.absolute else None,
        relative=_greatest(far.relative) if far.relative else None,
        ulps=_ulps(far.ulps) if far.ulps else None,
    )


def _sides(sides: Sides) -> ReportedSides:
    return ReportedSides(left=sides.left, right=sides.right, both=sides.both)


def _greatest(one: Greatest) -> ReportedGreatest:
    return ReportedGreatest.model_validate(
        {
            "value": finite(one.value),
            "index": one.index,
            "left": finite(one.left),
            "right": finite(one.right),
        }
    )


def _ulps(ulps: Ulps) -> ReportedUlps:
    histogram = tuple(
        ReportedBucket(least=one.least, most=one.most, numbers=one.numbers)
        for one in ulps.histogram
    )
    return ReportedUlps(greatest=ulps.greatest, median=ulps.median, histogram=histogram)
