"""What is known of one case at each release that was tried. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.analysis.comparison import CaseResult, CellResult, Comparison
    from runner.results.probe_output import Fingerprint
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
        for missing in context.missing:
            found[missing.cell] = Attempt(state=missing.status, reason=missing.reason)
        for cell in context.cells:
            found[cell.cell] = _attempt(cell, case, loaded.get(cell.cell))
    return found


def _attempt(cell: CellResult, case: str, loaded: Fingerprint | None) -> Attempt:
    result = next((one for one in cell.cases if one.case == case), None)
    return Attempt(
        state=result.verdict if result else Verdict.ERROR,
        reason=result.reason if result else "the probe ran no such case",
        result=result,
        keras=loaded.keras if loaded else "",
        numpy=loaded.numpy if loaded else "",
    )
