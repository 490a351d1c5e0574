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
    from runner.analysis.claims.predicates import Test
    from runner.analysis.comparison import Context

    Axes = Mapping[str, str]

TITLE = "Published claims about TensorFlow's determinism"
WORDS = {
    Outcome.CONTRADICTED: "Contradicted",
    Outcome.HOLDS: "Holds",
    Outcome.NOT_SEEN: "Not seen",
    Outcome.NOT_EXERCISED: "Not exercised",
}
HEADERS = ("claim", "in scope", "contradict", "hold", "not seen", "not exercised")
TOTALS = ("source", "claims", "contradicted", "hold", "not seen", "not exercised", "no cell")
READING = "a reading of the text"
_SHOWN_LINES = 12
_SHOWN_SUBJECTS = 8


def render(
    results: Sequence[ClaimResult],
    *,
    listed: bool = False,
    verbose: bool = False,
    width: int = WIDTH,
) -> str:
    """Write what contradicts which claim, and where; then counts of the claims of each source.

    `listed` adds every claim with its counts of cells; `verbose` also the evidence of what holds
    and the reasons of the rest.
    """
    outcomes = tuple(WORDS) if verbose else (Outcome.CONTRADICTED,)
    blocks = [f"{TITLE}\n{'=' * len(TITLE)}\n" + _wrapped(summary(results), width)]
    blocks += _evidences(results, Outcome.CONTRADICTED, width)
    blocks.append(
        _grid(TOTALS, [(one[0].claim.source, *totals(one)) for _, one in by_source(results)])
    )
    if listed or verbose:
        blocks += [_table(source, claims) for source, claims in by_source(results)]
    for outcome in outcomes[1:]:
        blocks += _evidences(results, outcome, width)
    if idle := [result.claim.id for result in results if not result.covered]:
        named = f"No cell with a result is in the scope of {', '.join(idle)}."
        blocks += [_wrapped(named, width)] if listed or verbose else []
    if not (listed or verbose):
        blocks.append("`--verbose` lists every claim, and says why it holds or was not exercised.")
    return "\n\n".join(blocks) + "\n"


def summary(results: Sequence[ClaimResult]) -> str:
    """Say how many claims, from where, against how much; each is then counted once."""
    _, contradicted, holding, unseen, idle, outside = _counts(results)
    read = sum(result.claim.reading for result in of(results, Outcome.CONTRADICTED))
    only = f", {read} of them only as {READING}" if read else ""
    cells = len(results[0].cells) if results else 0
    return (
        f"{number(len(results), 'claim')} from {number(len(by_source(results)), 'source')}, held "
        f"against {number(cells, 'cell')} with a result. Contradicted in at least one cell: "
        f"{contradicted}{only}. Contradicted in none and upheld in at least one: {holding}. A "
        f"difference that was not seen, which does not contradict: {unseen}. "
        f"Not exercised: {idle}. About no cell here: {outside}."
    )


def totals(results: Sequence[ClaimResult]) -> tuple[str, ...]:
    """Give the entries of a source's row, after its name; a count of none is empty."""
    return tuple(str(count) if count else "" for count in _counts(results))


def _counts(results: Sequence[ClaimResult]) -> list[int]:
    outside = sum(not result.covered for result in results)
    return [len(results), *(len(of(results, outcome)) for outcome in WORDS), outside]


def of(results: Iterable[ClaimResult], outcome: Outcome) -> list[ClaimResult]:
    """Give the claims that have this outcome in all cells together; the rest are about no cell."""
    return [result for result in results if result.covered and result.outcome is outcome]


def by_source(results: Iterable[ClaimResult]) -> list[tuple[Source, list[ClaimResult]]]:
    """Sort claims by source; those of one source are together."""
    groups = groupby(results, key=lambda result: result.claim.source)
    return [(claims[0].source, claims) for claims in (list(group) for _, group in groups)]


def counted(result: ClaimResult) -> tuple[str, ...]:
    """Give the entries of a claim's row, after its id; a count of none is empty."""
    counts = [len(result.covered), *(result.counts[outcome] for outcome in WORDS)]
    return tuple(str(count) if count else "" for count in counts)


def told(result: ClaimResult, outcome: Outcome, subjects: int = _SHOWN_SUBJECTS) -> tuple[str, ...]:
    """Say where a claim has an outcome and on what evidence: the same words of many cells once."""
    contexts = {id(cell.spot.context): cell.spot.context for cell in result.covered}
    lines = []
    for key, context in contexts.items():
        place = f"{context.engine}, {brief(context.host_class)}: " if len(contexts) > 1 else ""
        here = [cell for cell in result.covered if id(cell.spot.context) == key]
        lines += [place + line for line in _folded(here, outcome, subjects)]
    more = len(lines) - _SHOWN_LINES
    shown = [*lines[:_SHOWN_LINES], f"and {number(more, 'more line')}"] if more > 0 else lines
    return tuple(map(one_line, shown))


def _folded(covered: Sequence[CellOutcome], outcome: Outcome, shown: int) -> Iterator[str]:
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
        yield f"{place}: {_subjects(subjects, shown)}{why}"


def _subjects(subjects: Sequence[str], shown: int) -> str:
    more = len(subjects) - shown
    named = [brief(subject) for subject in subjects[:shown] if subject]
    named += [f"and {number(more, 'more case')}"] if more > 0 else []
    return f"{', '.join(named)}: " if named else ""


def leaving_out(test: Test) -> str:
    """Say which cases a test leaves out though its globs name them; nothing where it has none."""
    left = getattr(test, "without", ())
    return f", leaving out {', '.join(left)}" if left else ""


def contexts_of(results: Sequence[ClaimResult]) -> list[Context]:
    """Give the contexts of all cells, each once."""
    found = {id(cell.spot.context): cell.spot.context for cell in results[0].cells}
    return list(found.values())


def _table(source: Source, claims: Sequence[ClaimResult]) -> str:
    rows = [(result.claim.id, *counted(result)) for result in claims]
    return f"{source.title}\n{_grid(HEADERS, rows)}"


def _grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = tabulate(
        rows,
        headers=headers,
        disable_numparse=True,
        colalign=("left", *["right"] * (len(headers) - 1)),
    )
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _evidences(results: Iterable[ClaimResult], outcome: Outcome, width: int) -> list[str]:
    found = [_evidence(result, outcome, width) for result in results if result.counts[outcome]]
    return [f"{WORDS[outcome]}\n{'-' * len(WORDS[outcome])}", *found] if found else []


def _evidence(result: ClaimResult, outcome: Outcome, width: int) -> str:
    claim = result.claim
    words = f'"{claim.text}"' if claim.quoted else claim.text
    read = f" ({READING})" if claim.reading else ""
    lines = [_wrapped(f"{claim.id}{read}: {words}", width)]
    lines += [_wrapped(f"- {line}", width, "  ") for line in told(result, outcome)]
    return "\n".join(lines)


def _wrapped(text: str, width: int, indent: str = "") -> str:
    lines = wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)
