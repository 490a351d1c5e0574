"""What is kept of a case in one cell, to hold later results against, and the steps from there."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Verdict
from runner.results.baseline import SHORT

if TYPE_CHECKING:
    from runner.analysis.comparison import CaseResult, Context


class Kind(StrEnum):
    """What became of a case in a cell; the words of ``--fail-on``."""

    CHANGED = "changed"
    FAILED = "failed"
    MISSING = "missing"
    VARIES = "varies"
    STEADY = "steady"
    WORKS = "works"
    NEW = "new"


DEFAULT: Final = (Kind.CHANGED, Kind.FAILED, Kind.MISSING)
"""What fails unless it is said otherwise. What begins to vary does not: that a few repeats agreed
before is weak evidence that they had to."""


def standing(case: CaseResult) -> str:
    """What a baseline keeps of a case."""
    return case.bits[:SHORT] if case.verdict is Verdict.IDENTICAL else case.verdict.value


def standings(context: Context) -> dict[str, dict[str, str]]:
    """Give cell → case → its standing."""
    return {cell.cell: {one.case: standing(one) for one in cell.cases} for cell in context.cells}


def kind_of(old: str, new: str) -> Kind:
    """Name the step from one standing to another; empty is none."""
    if not old or not new:
        return Kind.MISSING if old else Kind.NEW
    if new in {Verdict.UNSUPPORTED, Verdict.ERROR}:
        return Kind.FAILED
    if old in {Verdict.UNSUPPORTED, Verdict.ERROR}:
        return Kind.WORKS
    if new == Verdict.VARIES:
        return Kind.VARIES
    return Kind.STEADY if old == Verdict.VARIES else Kind.CHANGED
