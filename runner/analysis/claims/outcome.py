"""What became of a claim: in a case, in a cell, in all cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.analysis.claims.model import Claim, Source
    from runner.analysis.comparison import CellResult, Context


class Outcome(StrEnum):
    """What the results say of a claim.

    NOT_SEEN: the difference that it tells of was looked for, and not seeing it does not contradict.
    """

    HOLDS = "holds"
    CONTRADICTED = "contradicted"
    NOT_SEEN = "not seen"
    NOT_EXERCISED = "not exercised"


_WEIGHTS = (Outcome.CONTRADICTED, Outcome.HOLDS, Outcome.NOT_SEEN)


def weightiest(outcomes: Iterable[Outcome]) -> Outcome:
    """Give the outcome that decides; where there is none, nothing was exercised."""
    found = set(outcomes)
    return next((outcome for outcome in _WEIGHTS if outcome in found), Outcome.NOT_EXERCISED)


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
        return weightiest(finding.outcome for finding in self.findings)


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
    def outcome(self) -> Outcome:
        """What all cells say together: weighed as the findings of one cell are."""
        return weightiest(cell.outcome for cell in self.covered)

    @property
    def counts(self) -> Counter[Outcome]:
        """Outcome → the cells in scope that have it."""
        return Counter(cell.outcome for cell in self.covered)
