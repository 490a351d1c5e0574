"""What a case says, by itself, of whether it varies or runs at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.outcome import Finding, Outcome
from runner.analysis.claims.predicates import Stable, Unsupported, Varies
from runner.analysis.claims.weighing import (
    ENOUGH,
    absence,
    basis,
    failure,
    made,
    named,
    of_outputs,
    selected,
    silent,
)
from runner.analysis.comparison import Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.comparison import CaseResult, CellResult, OutputResult

_ELSEWHERE = {
    Level.ORDER: "differs only where the cases run in reverse order, which is another program",
    Level.HOSTS: "each host agrees with itself; it differs between hosts of one class",
}

_WHY = "determinis"
"""In what a refusal says: an operation may have no kernel for other reasons too."""


def look(test: Stable | Varies | Unsupported, cell: CellResult) -> Iterator[Finding]:
    """Give what each case of a cell says of a test."""
    for case in named(cell, test):
        match case, test:
            case Finding(), _:
                yield case
            case _, Unsupported():
                yield _refused(test, case)
            case _, _:
                yield of_outputs(_varied(test, case), test.outputs)


def _varied(test: Stable | Varies, case: CaseResult) -> Finding:
    if early := failure(case) or _unsaid(case, test):
        return early
    varying = _varying(case, test)
    seen = f"no difference in {basis(case.evidence)}"
    if isinstance(test, Stable):
        outcome = Outcome.CONTRADICTED if varying else Outcome.HOLDS
        what = _difference(case, varying) if varying else seen
        return made(case.case, outcome, what, case.evidence)
    if varying:
        return made(case.case, Outcome.HOLDS, _difference(case, varying), case.evidence)
    bound = f"at 95 %, fewer than {100 * case.evidence.bound:.0f} % of repeats differ"
    return absence(case.case, test.strength, f"{seen} ({bound})", case.evidence)


def _varying(case: CaseResult, test: Stable | Varies) -> tuple[OutputResult, ...]:
    if test.level == "in_process" and case.level is not Level.IN_PROCESS:
        return ()
    return tuple(output for output in selected(case, test.outputs) if not output.stable)


def _difference(case: CaseResult, varying: Sequence[OutputResult]) -> str:
    most = max(len(output.digests) for output in varying)
    which = "" if len(varying) == len(case.outputs) else f" of {_listed(varying)}"
    return f"{most} different results{which} in {basis(case.evidence)}, differing {case.level}"


def _listed(outputs: Sequence[OutputResult]) -> str:
    return ", ".join(output.name for output in outputs)


def _unsaid(case: CaseResult, test: Stable | Varies) -> Finding | None:
    """Say why nothing can be said of whether these outputs vary; None where it can."""
    if not selected(case, test.outputs):
        return silent(case.case, f"no such output: {', '.join(test.outputs)}", case.evidence)
    varying = [output for output in selected(case, test.outputs) if not output.stable]
    inside = test.level == "in_process"
    why = _unseen_inside(case, varying) if inside else _unseen_between(case, varying)
    return silent(case.case, why, case.evidence) if why else None


def _unseen_inside(case: CaseResult, varying: Sequence[OutputResult]) -> str:
    if case.evidence.seen < ENOUGH * case.evidence.processes:
        return "ran once in a process"
    # A level is known of a case, not of each of its outputs.
    partly = varying and len(varying) < sum(not output.stable for output in case.outputs)
    if partly and case.level is Level.IN_PROCESS:
        return "not known which outputs vary within a process"
    return ""


def _unseen_between(case: CaseResult, varying: Sequence[OutputResult]) -> str:
    if case.evidence.processes < ENOUGH:
        return "ran in one process only"
    return _ELSEWHERE.get(case.level, "") if varying and case.level else ""


def _refused(test: Unsupported, case: CaseResult) -> Finding:
    match case.verdict:
        case Verdict.UNSUPPORTED if test.error in case.reason and _WHY in case.reason.lower():
            return made(case.case, Outcome.HOLDS, case.reason, case.evidence)
        case Verdict.IDENTICAL | Verdict.VARIES:
            what = f"it ran, {case.verdict} in {basis(case.evidence)}"
            return made(case.case, Outcome.CONTRADICTED, what, case.evidence)
        case _:
            return silent(case.case, f"{case.verdict}: {case.reason}", case.evidence)
