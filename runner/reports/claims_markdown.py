"""What became of the published claims, as a page of GitHub Markdown.

The contradicted claims stand in full, the others in a table for each outcome; all is in the JSON.
The ledger is our own text and may hold markup; what comes out of results is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.outcome import Outcome
from runner.reports.claims import (
    READING,
    TITLE,
    TOTALS,
    WORDS,
    by_source,
    contexts_of,
    leaving_out,
    of,
    summary,
    told,
    totals,
)
from runner.reports.markdown import escape
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.claims.model import Claim
    from runner.analysis.claims.outcome import ClaimResult

MEANING = (
    "*Contradicted*: some cell shows otherwise. *Holds*: a cell shows what the claim says, and "
    "none contradicts it. *Not seen*: it tells of a difference that was looked for and did not "
    "show, which does not contradict what is only possible; what is said to be likely only once, "
    "at 95 %, fewer than half of the repeats can differ; what is said plainly, without a rate, "
    "once fewer than one in twenty can. *Not exercised*: no cell can say. *A reading of the text* "
    "is what many take it to say, or its strictest sense, so its author need not be contradicted. "
    "Bits are compared within one engine and host class; along an axis, each cell with the one "
    "before it that differs in nothing else."
)
_COLUMNS = ("claim", "what it says", "scope", "cells", "evidence")
_EVIDENCE = 240
"""Characters of the evidence of a claim that is not contradicted."""
_SUBJECTS = 2


def render(results: Sequence[ClaimResult]) -> str:
    """Write the page: what was held against what, the counts, the contradicted claims, the rest."""
    blocks = [f"# {TITLE}", escape(summary(results)), MEANING, *_hosts(results)]
    rows = [(f"[{source.title}]({source.url})", *totals(one)) for source, one in by_source(results)]
    blocks.append(_table(TOTALS, rows, ["---", *["--:"] * (len(TOTALS) - 1)]))
    if contradicted := of(results, Outcome.CONTRADICTED):
        blocks.append(f"## {WORDS[Outcome.CONTRADICTED]}")
        blocks += [block for result in contradicted for block in _claim(result)]
    for outcome in (Outcome.HOLDS, Outcome.NOT_SEEN, Outcome.NOT_EXERCISED):
        if found := of(results, outcome):
            blocks += [f"## {WORDS[outcome]}", _brief(found)]
    if outside := [f"`{result.claim.id}`" for result in results if not result.covered]:
        blocks += ["## About no cell here", f"{', '.join(outside)}."]
    return "\n\n".join(blocks) + "\n"


def _hosts(results: Sequence[ClaimResult]) -> Iterator[str]:
    lines = []
    for context in contexts_of(results):
        machines = f", {' and '.join(context.machines)}" if context.machines else ""
        days = f", {context.first:%Y-%m-%d}" if context.first else ""
        cells = number(len(context.cells), "cell")
        place = f"{context.engine}, {context.host_class}{machines}"
        lines.append(f"- {escape(f'{place}: {cells}{days}')}")
    if lines:
        yield "\n".join(lines)


def _claim(result: ClaimResult) -> Iterator[str]:
    claim, source = result.claim, result.source
    read = f", {READING}" if claim.reading else ""
    yield f"### {claim.id}"
    yield f"> {claim.text}"
    kind = "Quoted from" if claim.quoted else "Paraphrase of"
    said = f"{kind} [{source.title}]({source.url}){read}. Scope: {escape(claim.scope.words)}."
    yield f"{said} Decided by {_tests(claim)}. {claim.note}".rstrip()
    for outcome in (Outcome.CONTRADICTED, Outcome.HOLDS):
        if count := result.counts[outcome]:
            lines = [f"- {escape(line)}" for line in told(result, outcome)]
            where = f"{count} of {number(len(result.covered), 'cell')}"
            yield "\n".join([f"**{WORDS[outcome]}** in {where}:", "", *lines])


def _tests(claim: Claim) -> str:
    return "; ".join(
        f"{test.says} in `{'`, `'.join(test.subjects)}`{leaving_out(test)}" for test in claim.tests
    )


def _brief(results: Sequence[ClaimResult]) -> str:
    rows = [
        (
            f"`{result.claim.id}`",
            result.claim.text.replace("|", "\\|"),
            escape(result.claim.scope.words),
            f"{result.counts[result.outcome]} of {len(result.covered)}",
            _gist(result),
        )
        for result in results
    ]
    return _table(_COLUMNS, rows, ["---"] * len(_COLUMNS))


def _gist(result: ClaimResult) -> str:
    """Give the first line of the evidence, short, and how many more there are."""
    first, *rest = told(result, result.outcome, _SUBJECTS)
    short = first if len(first) <= _EVIDENCE else f"{first[:_EVIDENCE].rstrip()} …"
    return escape(f"{short} (and {number(len(rest), 'more line')})" if rest else short)


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]], dashes: Sequence[str]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (headers, dashes, *rows))
