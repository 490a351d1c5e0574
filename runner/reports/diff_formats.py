"""What changes from one cell to another, as plain text, Markdown and JSON."""

from __future__ import annotations

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.reports import words
from runner.reports.diff import HEADER, LEGEND
from runner.reports.distance_json import finite, reported
from runner.reports.markdown import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.diff import CaseDiff, Change, Diff
    from runner.analysis.naming import AnyCell
    from runner.analysis.pairing import Pairing
    from runner.reports.diff import Part
    from runner.reports.notes import Note

    Found = Iterable[tuple[Pairing, Sequence[Diff]]]

WIDTH: Final = 100
_ALIGNED: Final = ("left", "left", "right", "right", "right")
_DASHES: Final = ("---", "---", "---:", "---:", "---:")


def text(parts: Iterable[Part], width: int = WIDTH) -> str:
    """Write plain text for a terminal."""
    return "\n\n".join(block for part in parts for block in _text_blocks(part, width)) + "\n"


def markdown(parts: Iterable[Part], level: int = 3) -> str:
    """Write GitHub Markdown whose headings are of the given level."""
    return "\n\n".join(block for part in parts for block in _markdown_blocks(part, level)) + "\n"


def as_json(found: Found) -> str:
    """Write everything for programs: ASCII, case by case and output by output.

    A figure that is not finite is the text ``inf`` or ``-inf``; a complex number is its two parts.
    """
    document = [
        {
            "engine": pairing.context.engine,
            "host_class": pairing.context.host_class,
            "not_compared": [_alone(cell) for cell in pairing.alone],
            "diffs": [_diff(one) for one in diffs],
        }
        for pairing, diffs in found
    ]
    return words.as_json({"schema_version": 1, "contexts": document})


def _markdown_blocks(part: Part, level: int) -> Iterable[str]:
    yield f"{'#' * level} {escape(part.title)}"
    yield "\n".join(map(escape, part.caption))
    if part.rows:
        lines = (HEADER, _DASHES, *(map(escape, row) for row in part.rows))
        yield "\n".join(f"| {' | '.join(line)} |" for line in lines)
        yield escape(LEGEND)
    for note in part.notes:
        yield f"**{escape(note.title)}**"
        yield "\n".join(f"- {escape(line)}" for line in note.lines)


def _text_blocks(part: Part, width: int) -> Iterable[str]:
    yield "\n".join([part.title, "=" * len(part.title), *_wrapped(part.caption, width)])
    if part.rows:
        table = tabulate(part.rows, headers=HEADER, disable_numparse=True, colalign=_ALIGNED)
        yield "\n".join(line.rstrip() for line in table.splitlines())
        yield "\n".join(_wrapped([LEGEND], width))
    yield from (_text_note(note, width) for note in part.notes)


def _text_note(note: Note, width: int) -> str:
    lines = _wrapped((f"- {line}" for line in note.lines), width, "  ")
    return "\n".join([f"{note.title}:", *lines])


def _wrapped(lines: Iterable[str], width: int, indent: str = "") -> list[str]:
    return [
        row
        for line in lines
        for row in wrap(
            line,
            width,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _alone(cell: AnyCell) -> dict[str, object]:
    return {"cell": cell.cell, "status": cell.status, "reason": cell.reason}


def _diff(diff: Diff) -> dict[str, object]:
    pair = diff.pair
    return {
        "cells": [pair.left.cell, pair.right.cell],
        "axes": [pair.left.axes, pair.right.axes],
        "moved": [move._asdict() for move in pair.moved],
        "beside": [move._asdict() for move in diff.beside],
        "repeats": diff.evidence.seen if diff.evidence else 0,
        "processes": diff.evidence.processes if diff.evidence else 0,
        "cases": [_case(one) for one in diff.cases],
        "between": [
            {"cell": stop.cell.cell, "changed": stop.changed, "unknown": stop.unknown}
            for stop in diff.stops
        ],
        "nearest": diff.nearest.cell.cell if diff.nearest else None,
    }


def _case(one: CaseDiff) -> dict[str, object]:
    return {
        "case": one.case,
        "family": one.family,
        "outcome": one.outcome.name.lower(),
        "verdicts": one.verdicts,
        "reasons": one.reasons,
        "proven": one.proven,
        "change": _change(one.change) if one.change else None,
    }


def _change(change: Change) -> dict[str, object]:
    extent = asdict(change.extent)
    return {
        "moved": change.moved,
        "axes": change.axes,
        **{name: finite(value) for name, value in extent.items()},
        "outputs": [reported(one).model_dump(mode="json") for one in change.outputs],
    }
