"""What the letters of a context rest on, and the bounds on change that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.comparison import Evidence, Verdict
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.comparison import Context

_FINE = 0.1


def evidence_lines(context: Context) -> Iterable[str]:
    """Say on how many repeats and processes the letters rest, at least and at most.

    What was seen once proves nothing and is marked where it stands, so it is left out.
    """
    found = [
        case.evidence
        for cell in context.cells
        for case in cell.cases
        if case.verdict is Verdict.IDENTICAL and case.proven
    ]
    if not found:
        return
    least, most = Evidence.least(found), _most(found)
    some = "" if least == most else "at least "
    yield f"A letter rests on {some}{amount(least)} without a difference: {bounds(least)}."
    if least != most:
        yield f"At most it rests on {amount(most)}: {bounds(most)}."
    if least.process_bound == 1:
        yield (
            f"{processes(least.processes)} bound{'s' if least.processes == 1 else ''} nothing that "
            "differs from process to process only; `run --trials` adds more."
        )


def amount(evidence: Evidence) -> str:
    """Such as ``6 repeats in 3 processes``."""
    return f"{number(evidence.seen, 'repeat')} in {processes(evidence.processes)}"


def processes(count: int) -> str:
    """Such as ``1 process`` or ``3 processes``."""
    return f"{count:,} process{'' if count == 1 else 'es'}"


def bounds(evidence: Evidence) -> str:
    """Say how many repeats and how many processes may differ all the same, where it is bounded."""
    shares = ((evidence.bound, "repeats"), (evidence.process_bound, "processes"))
    told = [f"{_percent(bound)} % of {what}" for bound, what in shares if bound < 1]
    if not told:
        return "too few to bound how many differ"
    return f"at 95 %, fewer than {' and '.join(told)} differ"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= _FINE else f"{100 * share:.2g}"


def _most(found: Sequence[Evidence]) -> Evidence:
    """The most repeats and processes; they may be those of two cases."""
    return Evidence(
        processes=max(one.processes for one in found),
        seen=max(one.seen for one in found),
        distinct=1,
    )
