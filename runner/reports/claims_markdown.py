"""What became of the published claims, as a page of GitHub Markdown.

The ledger is our own text and may hold markup; what comes out of results is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.reports.claims import (
    HEADERS,
    TITLE,
    WORDS,
    by_source,
    contexts_of,
    counted,
    summary,
    told,
)
from runner.reports.markdown import escape
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.claims.model import Claim
    from runner.analysis.claims.outcome import ClaimResult

MEANING = (
    "*Holds*: the cells show what the claim says. *Contradicted*: they show otherwise. *Not "
    "exercised*: they can't say, and why is given. Not seeing a difference contradicts one that is "
    "said to be likely once, at 95 %, fewer than half of the repeats can differ; one that is said "
    "plainly, without a rate, once fewer than one in twenty can; and never one that only may be. "
    "Bits are compared within one engine and host class; along an axis, each cell with the one "
    "before it that differs in nothing else."
)


def render(results: Sequence[ClaimResult]) -> str:
    """Write the page: what was held against what, a table of all claims, each claim in full."""
    blocks = [f"# {TITLE}", escape(summary(results)), MEANING, *_hosts(results)]
    for source, claims in by_source(results):
        blocks += [f"## {source.title}", f"<{source.url}>. Read: {source.read}.", _table(claims)]
        blocks += [block for result in claims for block in _claim(result)]
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


def _table(claims: Sequence[ClaimResult]) -> str:
    rows = [(f"[{result.claim.id}](#{result.claim.id})", *counted(result)) for result in claims]
    dashes = ["---", *["--:"] * (len(HEADERS) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (HEADERS, dashes, *rows))


def _claim(result: ClaimResult) -> Iterator[str]:
    claim = result.claim
    yield f"### {claim.id}"
    yield f"> {claim.text}"
    kind = "Quoted" if claim.quoted else "Paraphrased, or quoted with words of ours"
    yield f"{kind}. Scope: {claim.scope.words}. {claim.note}".rstrip()
    yield f"Decided by {_tests(claim)}." if claim.tests else f"Undecided: {claim.undecided}."
    if not result.covered:
        yield "**Not exercised**: no cell with a result is in scope."
    for outcome, word in WORDS.items():
        if count := result.counts[outcome]:
            lines = [f"- {escape(line)}" for line in told(result, outcome)]
            yield "\n".join([f"**{word}** in {number(count, 'cell')}:", "", *lines])


def _tests(claim: Claim) -> str:
    return "; ".join(f"{test.says} in `{'`, `'.join(test.subjects)}`" for test in claim.tests)
