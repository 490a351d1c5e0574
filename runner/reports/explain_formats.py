"""What changed the bits of cases, as plain text, Markdown and JSON."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from runner.analysis.separate import separate
from runner.reports import words
from runner.reports.markdown import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.attribution import CaseAttribution, Effect
    from runner.analysis.comparison import Context
    from runner.analysis.neighbours import Pair
    from runner.reports.explain import Chapter, Story

WIDTH: Final = 100


def text(chapters: Iterable[Chapter], width: int = WIDTH) -> str:
    """Write plain text for a terminal."""
    blocks = [block for chapter in chapters for block in _text_blocks(chapter, width)]
    return "\n\n".join(blocks) + "\n"


def markdown(chapters: Iterable[Chapter], level: int = 3) -> str:
    """Write GitHub Markdown whose headings are of the given level."""
    blocks = []
    for chapter in chapters:
        blocks += [f"{'#' * level} {escape(chapter.title)}", *map(escape, chapter.caption)]
        for story in chapter.stories:
            names = ", ".join(f"**{escape(case)}**" for case in story.cases)
            blocks += [names, "\n".join(f"- {escape(line)}" for line in story.lines)]
    return "\n\n".join(blocks) + "\n"


def as_json(found: Iterable[tuple[Context, Sequence[CaseAttribution]]]) -> str:
    """Write all effects for programs: ASCII, with the pairs of cells that each rests on."""
    document = [
        {
            "engine": context.engine,
            "host_class": context.host_class,
            "cases": [_case_document(case) for case in cases],
        }
        for context, cases in found
    ]
    return words.as_json({"schema_version": 1, "contexts": document})


def _text_blocks(chapter: Chapter, width: int) -> Iterable[str]:
    caption = [row for line in chapter.caption for row in _wrapped(line, width)]
    yield "\n".join([chapter.title, "=" * len(chapter.title), *caption])
    for story in chapter.stories:
        yield "\n".join(_story(story, width))


def _story(story: Story, width: int) -> Iterable[str]:
    yield from _wrapped(", ".join(story.cases), width)
    for line in story.lines:
        yield from _wrapped(f"- {line}", width, "  ")


def _wrapped(line: str, width: int, indent: str = "") -> list[str]:
    return wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _case_document(case: CaseAttribution) -> dict[str, object]:
    return {
        "case": case.case,
        "family": case.family,
        "cells_known": case.known,
        "groups": case.groups,
        "varies": case.varies,
        "without_result": case.without,
        "constant": dict(case.constant),
        "effects": [_effect_document(effect) for effect in case.effects],
        "pairs_without_evidence": {line.axis: line.silent for line in case.evidence},
    }


def _effect_document(effect: Effect) -> dict[str, object]:
    apart = separate(effect)
    return {
        "name": effect.name,
        "observed": effect.observed,
        "kind": effect.kind,
        "before": effect.before or None,
        "after": effect.after or None,
        "different": [_pair_document(pair) for pair in effect.different],
        "same": [_pair_document(pair) for pair in effect.same],
        "suspects": [move._asdict() for move in effect.suspects],
        "only": [
            {"axis": one.axis, "values": one.values, "others": one.others} for one in effect.only
        ],
        "doubtful": effect.doubtful,
        "proven": effect.proven if effect.different else None,
        "add": [dict(axes) for axes in apart.cells],
        "because": apart.because,
    }


def _pair_document(pair: Pair) -> dict[str, object]:
    return {
        "axis": pair.axis,
        "cells": (pair.before.cell, pair.after.cell),
        "groups": (pair.before.group, pair.after.group),
        "values": pair.step,
        "beside": [move._asdict() for move in pair.beside],
        "unknown": pair.unknown,
        "untried": pair.untried,
    }
