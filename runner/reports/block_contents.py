"""What blocks of documents hold: results in pieces, which either markup can write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.outcome import Outcome
from runner.reports.claims import READING, TOTALS, by_source, contexts_of, of, summary, told, totals
from runner.reports.notes import damage
from runner.reports.pieces import Items, Lines, Link, Paragraph, Prose, Table, Title
from runner.reports.section import heading, make_section
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.claims.outcome import ClaimResult
    from runner.analysis.comparison import Comparison
    from runner.reports.changes import Part
    from runner.reports.grid import Columns, Grid
    from runner.reports.notes import Note
    from runner.reports.pieces import Piece, Text


def table(comparison: Comparison, columns: Columns, *, brief: bool) -> Iterator[Piece]:
    """Say what cells have the same bits: caption, letters, legend and notes of each context.

    Where it is `brief`, the caption and the notes are left out, but never that cells are missing.
    """
    for context in comparison.contexts:
        section = make_section(context, columns)
        yield Title(section.title)
        if not brief:
            yield Lines(section.caption)
        if section.grid.rows:
            yield _grid(section.grid)
        if section.legend:
            # Our own words throughout: nothing of a result is in a legend.
            yield Lines(tuple(map(Prose, section.legend)))
        if brief and context.missing:
            yield Paragraph(
                f"Not in the table: {number(len(context.missing), 'cell')} without a result."
            )
        yield from () if brief else map(_note, section.notes)
    yield from map(_note, damage(comparison))


def caption(comparison: Comparison, matrix: str) -> Iterator[Piece]:
    """Say when and on what host it was measured; `matrix` names the matrix file and its hash."""
    for context in comparison.contexts:
        section = make_section(context, "families")
        yield Lines((f"{section.title}.", *section.caption))
    if matrix:
        yield Paragraph(Prose(matrix))


def changes(parts: Iterable[Part]) -> Iterator[Piece]:
    """Say at which releases each case changed bits."""
    for part in parts:
        yield Title(part.title)
        yield Lines(part.caption)
        if part.rows:
            named = len({row.where for row in part.rows}) > 1
            header = ("case", *(["cells"] if named else []), "bits", "changed at")
            yield Table.of(
                header,
                ((r.case, *([r.where] if named else []), r.bits, r.changed) for r in part.rows),
            )
        yield from map(Paragraph, part.notes)


def claims(results: Sequence[ClaimResult], *, brief: bool) -> Iterator[Piece]:
    """Say what became of published claims; those that are contradicted with their evidence.

    Where it is `brief`, only how many there are of each kind.
    """
    yield Paragraph(summary(results))
    yield Items("Held against", tuple(_hosts(results)))
    rows: list[tuple[Text, ...]] = [
        (Link(source.title, source.url), *totals(one)) for source, one in by_source(results)
    ]
    yield Table.of(TOTALS, rows)
    for result in () if brief else of(results, Outcome.CONTRADICTED):
        claim = result.claim
        yield Title(claim.id)
        yield Paragraph(Prose(f"“{claim.text}”" if claim.quoted else claim.text))
        read = f", {READING}" if claim.reading else ""
        counted = number(len(result.covered), "cell")
        told_by = f"Contradicted in {result.counts[Outcome.CONTRADICTED]} of {counted}{read}"
        yield Paragraph(Link(result.source.title, result.source.url))
        yield Items(told_by, told(result, Outcome.CONTRADICTED))


def _hosts(results: Sequence[ClaimResult]) -> Iterator[str]:
    for context in contexts_of(results):
        days = f", {context.first:%Y-%m-%d}" if context.first else ""
        yield f"{heading(context)}: {number(len(context.cells), 'cell')}{days}"


def _grid(grid: Grid) -> Table:
    return Table(
        header=grid.headers,
        rows=tuple(tuple(cell.text for cell in row) for row in grid.rows),
        labels=grid.labels,
        letters=True,
    )


def _note(note: Note) -> Items:
    return Items(note.title, note.lines)
