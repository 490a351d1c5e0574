"""What became of the published claims, as JSON for programs. The models are its documentation.

`schema_version` changes when a reader of the older form would go wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from runner.analysis.claims.outcome import Outcome
from runner.reports.claims import leaving_out
from runner.reports.words import as_json
from runner.results.records import EngineName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.analysis.claims.outcome import CellOutcome, ClaimResult, Finding
    from runner.analysis.claims.predicates import Test

CLAIMS_SCHEMA: Literal[1] = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ReportedFinding(_Part):
    """What one case, or one pair of outputs, says of a claim in one cell."""

    subject: str
    outcome: Outcome
    why: str
    """The evidence, or what is missing."""
    processes: int
    repeats_seen: int


class ReportedCell(_Part):
    """What one cell says of a claim."""

    engine: EngineName
    host_class: str
    cell: str
    axes: dict[str, str]
    in_scope: bool
    """Whether the claim is about the cell; where not, there are no findings."""
    outcome: Outcome
    findings: tuple[ReportedFinding, ...]


class ReportedClaim(_Part):
    """One published statement and what became of it."""

    claim: str
    source: str
    title: str
    url: str
    text: str
    quoted: bool
    """Whether the text is the source's own words."""
    reading: bool
    """Whether it is what many take the source to say, or its strictest sense."""
    scope: str
    tests: tuple[str, ...]
    """What has to be seen, and in which cases."""
    undecided: str
    note: str
    outcome: Outcome
    """Of all cells in scope together."""
    holds: int
    contradicted: int
    not_seen: int
    not_exercised: int
    """Counts of cells in scope."""
    cells: tuple[ReportedCell, ...]


class ClaimsReport(_Part):
    """The whole ledger."""

    schema_version: Literal[1] = CLAIMS_SCHEMA
    claims: tuple[ReportedClaim, ...]


def render(results: Sequence[ClaimResult]) -> str:
    """Write the results as JSON: ASCII, keys sorted, control characters as U+FFFD."""
    return as_json(make_report(results).model_dump(mode="json"))


def schema() -> dict[str, object]:
    """Give the JSON Schema of the report."""
    return ClaimsReport.model_json_schema(mode="serialization")


def make_report(results: Sequence[ClaimResult]) -> ClaimsReport:
    """Bring the results into the documented form."""
    return ClaimsReport(claims=tuple(map(_claim, results)))


def _claim(result: ClaimResult) -> ReportedClaim:
    claim, counts = result.claim, result.counts
    return ReportedClaim(
        claim=claim.id,
        source=claim.source,
        title=result.source.title,
        url=result.source.url,
        text=claim.text,
        quoted=claim.quoted,
        reading=claim.reading,
        scope=claim.scope.words,
        tests=tuple(map(_test, claim.tests)),
        undecided=claim.undecided,
        note=claim.note,
        outcome=result.outcome,
        holds=counts[Outcome.HOLDS],
        contradicted=counts[Outcome.CONTRADICTED],
        not_seen=counts[Outcome.NOT_SEEN],
        not_exercised=counts[Outcome.NOT_EXERCISED],
        cells=tuple(map(_cell, result.cells)),
    )


def _test(test: Test) -> str:
    return f"{test.says}: {', '.join(test.subjects)}{leaving_out(test)}"


def _cell(cell: CellOutcome) -> ReportedCell:
    return ReportedCell(
        engine=cell.spot.context.engine,
        host_class=cell.spot.context.host_class,
        cell=cell.spot.cell.cell,
        axes=cell.spot.cell.axes,
        in_scope=cell.covered,
        outcome=cell.outcome,
        findings=tuple(map(_finding, cell.findings)),
    )


def _finding(finding: Finding) -> ReportedFinding:
    return ReportedFinding(
        subject=finding.subject,
        outcome=finding.outcome,
        why=finding.why,
        processes=finding.processes,
        repeats_seen=finding.seen,
    )
