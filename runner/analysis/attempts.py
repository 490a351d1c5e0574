"""What is known of one case at each release that was tried. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.comparison import CellResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.analysis.comparison import CaseResult, Comparison, MissingCell
    from runner.results.records import Status, TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One case in one cell that was tried, or could not be.

    `state` is the verdict on the case, or how far the cell got where there is none; `reason` says
    why there is no result. `result` is None where the case did not run. `keras` and `numpy` are
    those that were loaded, or empty.
    """

    state: Verdict | Status
    reason: str = ""
    result: CaseResult | None = None
    keras: str = ""
    numpy: str = ""

    @property
    def bits(self) -> str:
        """What stands for its bits; empty where it has no one result."""
        return self.result.bits if self.result else ""

    @property
    def group(self) -> str:
        """The letter of its bits; empty where it has no one result."""
        return self.result.group if self.result else ""


Tried = Mapping[str, Attempt]
"""Release → what is known of the case there."""


def find_attempts(
    comparison: Comparison, case: str, trials: Iterable[TrialRecord]
) -> dict[str, Attempt]:
    """Give for each cell what is known of a case; `trials` say what was loaded in it."""
    loaded = {one.cell: one.probe.fingerprint for one in trials if one.probe}
    found: dict[str, Attempt] = {}
    for context in comparison.contexts:
        for cell in (*context.cells, *context.missing):
            said = loaded.get(cell.cell)
            state, reason, result = _state(cell, case)
            found[cell.cell] = Attempt(
                state=state,
                reason=reason,
                result=result,
                keras=said.keras if said else "",
                numpy=said.numpy if said else "",
            )
    return found


def _state(
    cell: CellResult | MissingCell, case: str
) -> tuple[Verdict | Status, str, CaseResult | None]:
    if not isinstance(cell, CellResult):
        return cell.status, cell.reason, None
    result = next((one for one in cell.cases if one.case == case), None)
    if result is None:
        return Verdict.ERROR, "the probe ran no such case", None
    return result.verdict, result.reason, result
