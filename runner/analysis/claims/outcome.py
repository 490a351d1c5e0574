"""What became of a claim: in a case, in a cell, in all cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.analysis.claims.model import Claim, Source
    from runner.analysis.comparison import CellResult, Context


class Outcome(StrEnum):
    """What the results say of a claim."""

    HOLDS = "holds"
    CONTRADICTED = "contradicted"
    NOT_EXERCISED = "not exercised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one case, or one pair of outputs, says of a claim in one cell.

    `why` is the evidence in words, or what is missing. It rests on `seen` repeats in `processes`.
    """

    subject: str
    outcome: Outcome
    why: str
    processes: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A cell with a result, and the context in which its bits may be compared."""

    context: Context
    cell: CellResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOutcome:
    """What one cell says of a claim; a cell that is not `covered` by its scope has no findings."""

    spot: Spot
    covered: bool
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """One contradiction contradicts; else one finding that holds is enough."""
        found = {finding.outcome for finding in self.findings}
        for outcome in (Outcome.CONTRADICTED, Outcome.HOLDS):
            if outcome in found:
                return outcome
        return Outcome.NOT_EXERCISED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimResult:
    """A claim and what every cell with a result says of it."""

    claim: Claim
    source: Source
    cells: tuple[CellOutcome, ...]

    @property
    def covered(self) -> tuple[CellOutcome, ...]:
        """The cells that the claim is about."""
        return tuple(cell for cell in self.cells if cell.covered)

    @property
    def counts(self) -> Counter[Outcome]:
        """Outcome → the cells in scope that have it."""
        return Counter(cell.outcome for cell in self.covered)
