"""What a cell with determinism on says of its price, beside the same cell with it off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.outcome import Finding, Outcome
from runner.analysis.claims.predicates import Strength
from runner.analysis.claims.weighing import failure, made, named, silent
from runner.analysis.cost import Cost, cost_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.claims.outcome import Spot
    from runner.analysis.claims.predicates import Slower
    from runner.analysis.comparison import CaseResult, CellResult


def look_slower(test: Slower, cell: CellResult, earlier: Sequence[Spot]) -> Iterator[Finding]:
    """Give for each case whether it is slower than in the cell before, with determinism off.

    By chance alone one case may seem faster (see `cost`), so all that were timed have to be faster
    to contradict.
    """
    without = earlier[0].cell if earlier else None
    cases = list(named(cell, test.cases))
    costs = [_cost(one, cell, without) for one in cases]
    timed = [cost for cost in costs if cost]
    faster = test.strength is not Strength.MAY and all(cost.high < 1 for cost in timed)
    for case, cost in zip(cases, costs, strict=True):
        if isinstance(case, Finding):
            yield case
        elif cost is None:
            yield failure(case) or silent(case.case, _untimed(cell, without), case.evidence)
        else:
            yield _judged(case, cost, contradicts=faster)


def _cost(case: CaseResult | Finding, on: CellResult, off: CellResult | None) -> Cost | None:
    return None if off is None or isinstance(case, Finding) else cost_of(off, on, case.case)


def _untimed(on: CellResult, off: CellResult | None) -> str:
    if on.axes.get("determinism") == "off":
        return "determinism is off here; the cell with it on is timed against this one"
    if off is None:
        return "no cell with determinism off that differs in nothing else"
    return "too brief to time, or without later repeats on both sides"


def _judged(case: CaseResult, cost: Cost, *, contradicts: bool) -> Finding:
    what = f"{cost.ratio:.2f} times as long (between {cost.low:.2f} and {cost.high:.2f})"
    if cost.low > 1:
        return made(case.case, Outcome.HOLDS, what, case.evidence)
    if contradicts:
        return made(case.case, Outcome.CONTRADICTED, what, case.evidence)
    return silent(case.case, what, case.evidence)
