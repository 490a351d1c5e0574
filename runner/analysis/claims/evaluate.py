"""The ledger held against a comparison: claim by claim, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.across import look_across
from runner.analysis.claims.lines import before
from runner.analysis.claims.outcome import CellOutcome, ClaimResult, Spot
from runner.analysis.claims.pace import look_slower
from runner.analysis.claims.pairs import look_at_pairs
from runner.analysis.claims.predicates import Different, DiffersAcross, Equal, SameAcross, Slower
from runner.analysis.claims.weighing import silent
from runner.analysis.claims.within import look

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.claims.model import Claim, Ledger
    from runner.analysis.claims.outcome import Finding
    from runner.analysis.claims.predicates import Test
    from runner.analysis.comparison import Comparison


def evaluate(comparison: Comparison, ledger: Ledger) -> tuple[ClaimResult, ...]:
    """Say of every claim what each cell with a result says of it, in the order of the ledger."""
    spots = tuple(
        Spot(context=context, cell=cell)
        for context in comparison.contexts
        for cell in context.cells
    )
    return tuple(
        ClaimResult(claim=claim, source=ledger.sources[claim.source], cells=_cells(claim, spots))
        for claim in ledger.claims
    )


def _cells(claim: Claim, spots: Sequence[Spot]) -> tuple[CellOutcome, ...]:
    inside = [claim.scope.covers(spot.cell.axes, spot.context.host_class) for spot in spots]
    covered = [spot for spot, meant in zip(spots, inside, strict=True) if meant]
    found = iter(_found(claim, covered))
    return tuple(
        CellOutcome(spot=spot, covered=meant, findings=next(found) if meant else ())
        for spot, meant in zip(spots, inside, strict=True)
    )


def _found(claim: Claim, covered: Sequence[Spot]) -> list[tuple[Finding, ...]]:
    """Give for each cell in scope what all tests find there."""
    if claim.undecided:
        return [(silent("", claim.undecided),)] * len(covered)
    by_test = [map(tuple, _tested(test, covered)) for test in claim.tests]
    return [tuple(one for found in cell for one in found) for cell in zip(*by_test, strict=True)]


def _tested(test: Test, covered: Sequence[Spot]) -> Iterable[Iterable[Finding]]:
    cells = [spot.cell for spot in covered]
    match test:
        case SameAcross() | DiffersAcross():
            earlier = before(covered, test.axis)
            return [look_across(test, *pair) for pair in zip(cells, earlier, strict=True)]
        case Slower():
            earlier = before(covered, "determinism")
            return [look_slower(test, *pair) for pair in zip(cells, earlier, strict=True)]
        case Equal() | Different():
            return [look_at_pairs(test, cell) for cell in cells]
        case _:
            return [look(test, cell) for cell in cells]
