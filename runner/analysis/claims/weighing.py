"""Weighing what a case showed: the sentences and outcomes that all tests share."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from runner.analysis.claims.outcome import Finding, Outcome
from runner.analysis.claims.predicates import Strength
from runner.analysis.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.claims.predicates import OfCases
    from runner.analysis.comparison import CaseResult, CellResult, Evidence, OutputResult

ENOUGH = 2
"""Results that a difference, or the lack of one, needs."""
ABSENT = "no such case in the results"
_RATES = {Strength.ALWAYS: 1.0, Strength.LIKELY: 0.5, Strength.PLAIN: 0.05}
"""Strength → the share of repeats that would have to differ at least."""
_RESERVES = {
    Strength.LIKELY: "too few to contradict what is likely",
    Strength.PLAIN: "too few to contradict what is said without a rate",
    Strength.MAY: "what may happen is not contradicted by not happening",
}


def named(cell: CellResult, test: OfCases) -> Iterator[CaseResult | Finding]:
    """Give the cases that a test names, and for each glob that names none a finding."""
    meant = [case for case in cell.cases if not _matches(case, test.without)]
    for glob in test.cases:
        found = [case for case in meant if _matches(case, (glob,))]
        yield from found
        if not found:
            yield silent(glob, ABSENT)


def _matches(case: CaseResult, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(case.case, glob) for glob in globs)


def made(subject: str, outcome: Outcome, why: str, evidence: Evidence | None = None) -> Finding:
    """Make a finding on the evidence of a case."""
    processes, seen = (evidence.processes, evidence.seen) if evidence else (0, 0)
    return Finding(subject=subject, outcome=outcome, why=why, processes=processes, seen=seen)


def of_outputs(finding: Finding, names: Sequence[str]) -> Finding:
    """Say in its subject which outputs of a case a finding is about, where not all."""
    named_so = f"{finding.subject}/{','.join(names)}"
    return replace(finding, subject=named_so) if names else finding


def silent(subject: str, why: str, evidence: Evidence | None = None) -> Finding:
    """Say that nothing is said, and why."""
    return made(subject, Outcome.NOT_EXERCISED, why, evidence)


def absence(subject: str, strength: Strength, what: str, evidence: Evidence) -> Finding:
    """Weigh that a difference was not seen; `what` says what was seen instead.

    It contradicts once, at 95 %, fewer repeats can differ than the strength asks for: fewer than
    half of them where a difference is likely, than one in twenty where it is plainly said to be.
    Nothing contradicts what is only possible. Else it was not seen, which decides nothing.
    """
    if strength in _RATES and evidence.bound <= _RATES[strength]:
        return made(subject, Outcome.CONTRADICTED, what, evidence)
    return made(subject, Outcome.NOT_SEEN, f"{what}; {_RESERVES[strength]}", evidence)


def failure(case: CaseResult) -> Finding | None:
    """Say why a case has no bits; None where it has."""
    if case.verdict in {Verdict.UNSUPPORTED, Verdict.ERROR}:
        return silent(case.case, f"{case.verdict}: {case.reason}", case.evidence)
    return None


def selected(case: CaseResult, names: Sequence[str]) -> tuple[OutputResult, ...]:
    """Give the outputs of a case that are named; all where none is."""
    return tuple(one for one in case.outputs if not names or one.name in names)


def basis(evidence: Evidence) -> str:
    """Such as ``6 repeats in 3 processes``."""
    repeats = f"{evidence.seen} repeat{'' if evidence.seen == 1 else 's'}"
    return f"{repeats} in {evidence.processes} process{'' if evidence.processes == 1 else 'es'}"
