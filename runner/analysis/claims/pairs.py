"""What two outputs of one cell say beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.outcome import Finding, Outcome
from runner.analysis.claims.predicates import Different, Equal
from runner.analysis.claims.weighing import (
    ABSENT,
    ENOUGH,
    absence,
    basis,
    failure,
    made,
    selected,
    silent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.analysis.comparison import CellResult, Evidence

_VARIES = "varies, so it is neither equal to another nor different"


def look_at_pairs(test: Equal | Different, cell: CellResult) -> Iterator[Finding]:
    """Give what each pair of a test says in a cell."""
    for left, right in test.pairs:
        subject = f"{left} and {right}"
        mine, theirs = _side(cell, left), _side(cell, right)
        if isinstance(mine, str):
            yield silent(subject, f"{left}: {mine}")
        elif isinstance(theirs, str):
            yield silent(subject, f"{right}: {theirs}")
        else:
            digests, evidence = mine
            yield _judged(test, subject, evidence, same=digests == theirs[0])


def _judged(test: Equal | Different, subject: str, evidence: Evidence, *, same: bool) -> Finding:
    what = f"{'the same' if same else 'other'} bits in {basis(evidence)}"
    if evidence.seen < ENOUGH:
        return silent(subject, "seen only once", evidence)
    if isinstance(test, Different) and same:
        return absence(subject, test.strength, what, evidence)
    holds = same is isinstance(test, Equal)
    outcome = Outcome.HOLDS if holds else Outcome.CONTRADICTED
    return made(subject, outcome, what, evidence)


def _side(cell: CellResult, place: str) -> tuple[tuple[str, ...], Evidence] | str:
    """Give the digests of a case or of one of its outputs, or say why there are none to compare."""
    name, _, output = place.partition("/")
    case = next((one for one in cell.cases if one.case == name), None)
    if case is None:
        return ABSENT
    if failed := failure(case):
        return failed.why
    outputs = selected(case, (output,) if output else ())
    if not outputs:
        return "no such output"
    if not all(one.stable for one in outputs):
        return _VARIES
    return tuple(one.digests[0] for one in outputs), case.evidence
