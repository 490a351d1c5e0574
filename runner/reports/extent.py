"""How far outputs lie apart, in few words."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from runner.analysis.apart import Extent

_ROUNDED_FROM: Final = 1_000_000  # ULPs, from which two digits tell as much
_PERCENT: Final = 0.01


def mismatched(extent: Extent) -> str:
    """Such as ``4,112 (50 %)``; empty where nothing could be measured."""
    if not extent.elements:
        return ""
    share = extent.mismatched / extent.elements
    percent = f"{100 * share:.0f} %" if share >= _PERCENT else "< 1 %"
    return f"{extent.mismatched:,} ({percent})"


def ulps(extent: Extent, of_second: str = "") -> str:
    """Give the greatest distance and the median, such as ``42,461 (2)``; empty without one.

    `of_second` stands before the median.
    """
    if extent.ulps is None or extent.median is None:
        return ""
    return f"{_steps(extent.ulps)} ({of_second}{_steps(extent.median)})"


def relative(extent: Extent) -> str:
    """Give the greatest relative difference; empty without one."""
    return "" if extent.relative is None else figure(extent.relative)


def figure(value: float) -> str:
    """Such as ``3.9e-03``."""
    return "infinite" if isinf(value) else f"{value:.1e}"


def _steps(count: int) -> str:
    return f"{count:,}" if count < _ROUNDED_FROM else f"{count:.1e}"
