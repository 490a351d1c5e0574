"""A comparison as a badge: the JSON that shields.io reads from an address (its endpoint badge).

https://shields.io/badges/endpoint-badge
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Verdict
from runner.reports.against import counted
from runner.reports.words import as_json, number

if TYPE_CHECKING:
    from runner.analysis.comparison import CaseResult, Comparison
    from runner.analysis.gate import Gate

LABEL: Final = "bit-identical"
_BASELINE: Final = "bits"
_ALL, _SOME, _DOUBT, _NONE, _FAILED = "brightgreen", "blue", "yellow", "lightgrey", "red"


def render(comparison: Comparison, gate: Gate | None = None) -> str:
    """Write what a badge can honestly say.

    That is how many cases have one result in every cell, or against a baseline whether all is as
    it was. A cell without a result is never left out of the number of cells.
    """
    label, message, color = _against(gate) if gate else _alone(comparison)
    badge: dict[str, object] = {"schemaVersion": 1, "label": label}
    badge |= {"message": message, "color": color}
    if color == _FAILED:
        badge["isError"] = True
    return as_json(badge)


def _alone(comparison: Comparison) -> tuple[str, str, str]:
    same, cases = same_everywhere(comparison)
    spoken = {cell.cell for one in comparison.contexts for cell in one.cells}
    every = spoken | {cell.cell for one in comparison.contexts for cell in one.missing}
    if not cases:
        return LABEL, "no results", _NONE
    cells = number(len(every), "cell")
    if spoken != every:
        return LABEL, f"{same} of {cases} cases in {len(spoken)} of {cells}", _DOUBT
    return LABEL, f"{same} of {cases} cases in {cells}", _ALL if same == cases else _SOME


def same_everywhere(comparison: Comparison) -> tuple[int, int]:
    """Count the cases with one proven result in every cell with a result, and all cases.

    Bits of two contexts are not compared: a case has to have one result in each of them.
    """
    seen: dict[str, list[bool]] = {}
    for context in comparison.contexts:
        found: dict[str, list[CaseResult]] = defaultdict(list)
        for one in (one for cell in context.cells for one in cell.cases):
            found[one.case].append(one)
        for case, results in found.items():
            agreed = len({one.bits for one in results}) == 1 and len(results) == len(context.cells)
            whole = all(one.verdict is Verdict.IDENTICAL and one.proven for one in results)
            seen.setdefault(case, []).append(agreed and whole)
    return sum(map(all, seen.values())), len(seen)


def _against(gate: Gate) -> tuple[str, str, str]:
    if gate.idle:
        return _BASELINE, "not comparable with the baseline", _NONE
    if gate.failed:
        return _BASELINE, counted(gate), _FAILED
    kept = f"{gate.against.same:,} of {number(gate.against.compared, 'result')} as in the baseline"
    return _BASELINE, kept, _ALL if gate.against.same == gate.against.compared else _DOUBT
