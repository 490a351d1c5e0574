"""The courses of cases as plain text, Markdown and JSON."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.reports import words
from runner.reports.markdown import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.analysis.timeline import Course, Spell
    from runner.reports.courses import Part

WIDTH: Final = 100
_HEADER: Final = ("case", "cells", "since run of", "bits", "what moved")
_WIDEST: Final = (26, 24, 16, 13, 40)
_NOTHING: Final = "Nothing to tell: no such case ran."


def text(parts: Iterable[Part]) -> str:
    """Write plain text for a terminal."""
    blocks = [block for part in parts for block in _text_blocks(part)]
    return "\n\n".join(blocks or [_NOTHING]) + "\n"


def _text_blocks(part: Part) -> Iterator[str]:
    title = wrap(part.title, WIDTH)
    yield "\n".join([*title, "=" * max(map(len, title))])
    if part.rows:
        table = tabulate(
            _rows(part), headers=_HEADER, disable_numparse=True, maxcolwidths=[*_WIDEST]
        )
        yield "\n".join(line.rstrip() for line in table.splitlines())
    for note in part.notes:
        yield "\n".join(wrap(note, WIDTH, break_long_words=False, break_on_hyphens=False))


def markdown(parts: Iterable[Part], level: int = 3) -> str:
    """Write GitHub Markdown whose headings are of the given level."""
    blocks = []
    for part in parts:
        blocks.append(f"{'#' * level} {escape(part.title)}")
        if part.rows:
            rows = [_HEADER, *_rows(part)]
            lines = [f"| {' | '.join(map(escape, row))} |" for row in rows]
            blocks.append("\n".join([lines[0], f"|{' --- |' * len(_HEADER)}", *lines[1:]]))
        blocks += map(escape, part.notes)
    return "\n\n".join(blocks or [_NOTHING]) + "\n"


def _rows(part: Part) -> list[tuple[str, ...]]:
    return [(row.case, row.where, row.since, row.bits, row.moved) for row in part.rows]


def as_json(courses: Iterable[Course]) -> str:
    """Write all courses for programs: ASCII, spell by spell."""
    return words.as_json({"schema_version": 1, "courses": [document(one) for one in courses]})


def document(course: Course) -> dict[str, object]:
    """One course, as every JSON document has it."""
    return {
        "engine": course.engine,
        "host_class": course.host_class,
        "cell": course.cell,
        "axes": dict(course.axes),
        "case": course.case,
        "family": course.family,
        "runs": course.runs,
        "spells": [_spell(one) for one in course.spells],
    }


def _spell(one: Spell) -> dict[str, object]:
    return {
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "verdict": one.verdict,
        "standing": one.standing,
        "group": one.group or None,
        "processes": one.processes,
        "kind": one.kind,
        "moved": [moved._asdict() for moved in one.moved],
    }
