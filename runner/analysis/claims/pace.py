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

    By chance alone one case of several may seem slower or faster (see `cost`), the more so where
    trials ran beside each other. So what is likely holds where more than half of those timed are
    slower, and is contradicted where all are faster.
    """
    without = earlier[0].cell if earlier else None
    cases = list(named(cell, test))
    costs = [_cost(one, cell, without) for one in cases]
    verdict = _verdict(test, [cost for cost in costs if cost])
    for case, cost in zip(cases, costs, strict=True):
        if isinstance(case, Finding):
            yield case
        elif cost is None:
            yield failure(case) or silent(case.case, _untimed(cell, without), case.evidence)
        else:
            yield _judged(test, case, cost, verdict)


def _verdict(test: Slower, costs: Sequence[Cost]) -> Outcome:
    slower = sum(_slower(test, cost) for cost in costs)
    if test.strength is Strength.MAY:
        return Outcome.HOLDS if slower else Outcome.NOT_SEEN
    if costs and all(cost.high < 1 for cost in costs):
        return Outcome.CONTRADICTED
    return Outcome.HOLDS if 2 * slower > len(costs) else Outcome.NOT_SEEN


def _slower(test: Slower, cost: Cost) -> bool:
    return cost.low > test.times


def _cost(case: CaseResult | Finding, on: CellResult, off: CellResult | None) -> Cost | None:
    return None if off is None or isinstance(case, Finding) else cost_of(off, on, case.case)


def _untimed(on: CellResult, off: CellResult | None) -> str:
    if on.axes.get("determinism") == "off":
        return "determinism is off here; the cell with it on is timed against this one"
    if off is None:
        return "no cell with determinism off that differs in nothing else"
    return "too brief to time, or without later repeats on both sides"


def _judged(test: Slower, case: CaseResult, cost: Cost, verdict: Outcome) -> Finding:
    """Let a case that does not show what the verdict says stand beside those that do."""
    what = f"{cost.ratio:.2f} times as long (between {cost.low:.2f} and {cost.high:.2f})"
    shows = verdict is not Outcome.HOLDS or _slower(test, cost)
    return made(case.case, verdict if shows else Outcome.NOT_SEEN, what, case.evidence)
