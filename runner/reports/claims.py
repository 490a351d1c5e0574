"""What became of the published claims, as plain text, and the sentences every format shares."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from tabulate import tabulate

from runner.analysis.claims.outcome import Outcome
from runner.reports.describe import describe
from runner.reports.fold import Scales
from runner.reports.table import WIDTH
from runner.reports.words import brief, number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.analysis.claims.model import Source
    from runner.analysis.claims.outcome import CellOutcome, ClaimResult
    from runner.analysis.comparison import Context

    Axes = Mapping[str, str]

TITLE = "Published claims about TensorFlow's determinism"
WORDS = {
    Outcome.HOLDS: "Holds",
    Outcome.CONTRADICTED: "Contradicted",
    Outcome.NOT_EXERCISED: "Not exercised",
}
HEADERS = ("claim", "cells in scope", "hold", "contradict", "do not exercise")
_SHOWN_LINES = 12
_SHOWN_SUBJECTS = 8


def render(results: Sequence[ClaimResult], *, verbose: bool = False, width: int = WIDTH) -> str:
    """Write the ledger with its counts, and under it what contradicts which claim, and where.

    `verbose` adds the evidence of what holds and the reasons of what was not exercised.
    """
    blocks = [f"{TITLE}\n{'=' * len(TITLE)}\n" + _wrapped(summary(results), width)]
    blocks += [_table(source, claims) for source, claims in by_source(results)]
    outcomes = tuple(WORDS) if verbose else (Outcome.CONTRADICTED,)
    for outcome in outcomes:
        told = [_evidence(result, outcome, width) for result in results if result.counts[outcome]]
        blocks += [f"{WORDS[outcome]}\n{'-' * len(WORDS[outcome])}", *told] if told else []
    if idle := [result.claim.id for result in results if not result.covered]:
        blocks.append(
            _wrapped(f"No cell with a result is in the scope of {', '.join(idle)}.", width)
        )
    return "\n\n".join(blocks) + "\n"


def summary(results: Sequence[ClaimResult]) -> str:
    """One line: how many claims, from where, against how much, and what came out."""
    counts = {
        word: sum(1 for result in results if result.counts[outcome])
        for outcome, word in ((Outcome.CONTRADICTED, "contradicted"), (Outcome.HOLDS, "upheld"))
    }
    cells = len(results[0].cells) if results else 0
    return (
        f"{number(len(results), 'claim')} from {number(len(by_source(results)), 'source')}, held "
        f"against {number(cells, 'cell')} with a result: {counts['contradicted']} contradicted and "
        f"{counts['upheld']} upheld by at least one cell, "
        f"{sum(1 for result in results if not result.covered)} about no cell here."
    )


def by_source(results: Iterable[ClaimResult]) -> list[tuple[Source, list[ClaimResult]]]:
    """Sort claims by source; those of one source are together."""
    groups = groupby(results, key=lambda result: result.claim.source)
    return [(claims[0].source, claims) for claims in (list(group) for _, group in groups)]


def counted(result: ClaimResult) -> tuple[str, ...]:
    """Give the entries of a claim's row, after its id; a count of none is empty."""
    counts = [len(result.covered), *(result.counts[outcome] for outcome in WORDS)]
    return tuple(str(count) if count else "" for count in counts)


def told(result: ClaimResult, outcome: Outcome) -> tuple[str, ...]:
    """Say where a claim has an outcome and on what evidence: the same words of many cells once."""
    contexts = {id(cell.spot.context): cell.spot.context for cell in result.covered}
    lines = []
    for key, context in contexts.items():
        place = f"{context.engine}, {brief(context.host_class)}: " if len(contexts) > 1 else ""
        here = [cell for cell in result.covered if id(cell.spot.context) == key]
        lines += [place + line for line in _folded(here, outcome)]
    more = len(lines) - _SHOWN_LINES
    shown = [*lines[:_SHOWN_LINES], f"and {number(more, 'more line')}"] if more > 0 else lines
    return tuple(map(one_line, shown))


def _folded(covered: Sequence[CellOutcome], outcome: Outcome) -> Iterator[str]:
    scales = Scales.of(among := [cell.spot.cell.axes for cell in covered])
    where: dict[tuple[str, str], list[Axes]] = defaultdict(list)
    for cell in covered:
        for finding in cell.findings if cell.outcome is outcome else ():
            if finding.outcome is outcome:
                where[finding.subject, brief(finding.why)].append(cell.spot.cell.axes)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (subject, why), cells in where.items():
        alike[describe(scales, cells, among), why].append(subject)
    for (place, why), subjects in alike.items():
        yield f"{place}: {_subjects(subjects)}{why}"


def _subjects(subjects: Sequence[str]) -> str:
    more = len(subjects) - _SHOWN_SUBJECTS
    named = [brief(subject) for subject in subjects[:_SHOWN_SUBJECTS] if subject]
    named += [f"and {number(more, 'more case')}"] if more > 0 else []
    return f"{', '.join(named)}: " if named else ""


def contexts_of(results: Sequence[ClaimResult]) -> list[Context]:
    """Give the contexts of all cells, each once."""
    found = {id(cell.spot.context): cell.spot.context for cell in results[0].cells}
    return list(found.values())


def _table(source: Source, claims: Sequence[ClaimResult]) -> str:
    rows = [(result.claim.id, *counted(result)) for result in claims]
    text = tabulate(
        rows,
        headers=HEADERS,
        disable_numparse=True,
        colalign=("left", *["right"] * (len(HEADERS) - 1)),
    )
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join([source.title, *lines])


def _evidence(result: ClaimResult, outcome: Outcome, width: int) -> str:
    claim = result.claim
    words = f'"{claim.text}"' if claim.quoted else claim.text
    lines = [_wrapped(f"{claim.id}: {words}", width)]
    lines += [_wrapped(f"- {line}", width, "  ") for line in told(result, outcome)]
    return "\n".join(lines)


def _wrapped(text: str, width: int, indent: str = "") -> str:
    lines = wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)
