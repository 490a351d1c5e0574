"""What a cell says beside the one before it in a line.

Each change along an axis is told once, in the cell where it shows; the first cell of a line has
nothing to say. A cell without bits to compare is stepped over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.outcome import Finding, Outcome
from runner.analysis.claims.predicates import DiffersAcross, SameAcross
from runner.analysis.claims.weighing import (
    ENOUGH,
    absence,
    failure,
    made,
    named,
    of_outputs,
    selected,
    silent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.claims.outcome import Spot
    from runner.analysis.comparison import CaseResult, CellResult

Bits = tuple[tuple[str, str], ...]
"""Output → its digest."""


def look_across(
    test: SameAcross | DiffersAcross, cell: CellResult, earlier: Sequence[Spot]
) -> Iterator[Finding]:
    """Give what the cases of a cell say of a test; `earlier` are nearest first."""
    for case in named(cell, test):
        if isinstance(case, Finding):
            yield case
        else:
            yield of_outputs(_change(test, case, earlier), test.outputs)


def same_case(spot: Spot, case: CaseResult) -> CaseResult | None:
    """Give the result of a case in another cell, if it ran there."""
    return next((one for one in spot.cell.cases if one.case == case.case), None)


def _change(test: SameAcross | DiffersAcross, case: CaseResult, earlier: Sequence[Spot]) -> Finding:
    if early := failure(case):
        return early
    bits = _bits(case, test.outputs)
    if bits is None:
        why = "varies, or was seen only once, so it is neither equal to another nor different"
        return silent(case.case, why, case.evidence)
    for spot in earlier:
        other = same_case(spot, case)
        found = _bits(other, test.outputs) if other else None
        if found is not None:
            value = spot.cell.axes.get(test.axis, "none")
            return _judged(test, case, value, same=found == bits)
    return silent(case.case, f"no cell before it that differs in {test.axis} alone", case.evidence)


def _judged(
    test: SameAcross | DiffersAcross, case: CaseResult, before: str, *, same: bool
) -> Finding:
    # A change is told with the value that it is from; what stays reads the same in all cells.
    kept, changed = f"the {test.axis} before it", f"{test.axis} {before}"
    what = f"the same bits as with {kept}" if same else f"other bits than with {changed}"
    if isinstance(test, DiffersAcross) and same:
        return absence(case.case, test.strength, what, case.evidence)
    holds = same is isinstance(test, SameAcross)
    outcome = Outcome.HOLDS if holds else Outcome.CONTRADICTED
    return made(case.case, outcome, what, case.evidence)


def _bits(case: CaseResult, names: Sequence[str]) -> Bits | None:
    outputs = selected(case, names)
    if not outputs or case.evidence.seen < ENOUGH or not all(one.stable for one in outputs):
        return None
    return tuple((one.name, one.digests[0]) for one in outputs)
