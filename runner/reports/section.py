"""One context as a report says it: caption, grid, legend, notes. The same for every format."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.comparison import Verdict
from runner.reports.cost import cost_notes
from runner.reports.courses import turned_notes
from runner.reports.distances import distance_notes
from runner.reports.evidence import evidence_lines
from runner.reports.fold import Scales
from runner.reports.grid import MARKS, PARTIAL, UNPROVEN, make_grid
from runner.reports.notes import Note, make_notes
from runner.reports.swap import swap_notes
from runner.reports.words import brief, number, place_name
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.analysis.comparison import Context
    from runner.reports.grid import Columns, Grid


@dataclass(frozen=True, slots=True)
class Section:
    """What a report says of one context. Every text in it is inert and on one line."""

    title: str
    caption: tuple[str, ...]
    grid: Grid
    legend: tuple[str, ...]
    notes: tuple[Note, ...]


def make_section(context: Context, columns: Columns) -> Section:
    """Say one context."""
    cells = [cell.axes for cell in context.cells]
    missing = [cell.axes for cell in context.missing]
    scales = Scales.of(cells, also=missing)
    grid = make_grid(context, scales, columns)
    return Section(
        title=heading(context),
        caption=tuple(map(one_line, _caption(context, scales))),
        grid=grid,
        legend=tuple(_legend(context, grid, columns)),
        notes=(
            *turned_notes(context.turned),
            *swap_notes(context, scales),
            *distance_notes(context),
            *make_notes(context, scales, Scales.of(cells + missing)),
            *cost_notes(context),
        ),
    )


def heading(context: Context) -> str:
    """Name a context in one inert line."""
    return place_name(context.engine, context.host_class)


def _caption(context: Context, scales: Scales) -> Iterable[str]:
    if context.engine == "venv":
        why = f": {brief(context.engine_reason)}" if context.engine_reason else ""
        yield f"Ran in virtual environments on the host, without Docker{why}."
    if context.machines:
        yield f"On {' and '.join(map(brief, context.machines))}."
    if context.cells:
        counted = f"{number(len(context.cells), 'cell')} with a result"
        without = f", {len(context.missing)} without" if context.missing else ""
        yield f"{counted}{without}; {_effort(context)}; seed {context.seed}; {_dates(context)}."
    if constant := _constant(scales):
        yield f"All cells: {constant}."
    if context.engine == "docker" and not context.pinned:
        yield "A base image is not pinned by a registry digest: others cannot get the same one."


def _effort(context: Context) -> str:
    trials = _span(cell.done for cell in context.cells)
    repeats = _span(cell.repeats for cell in context.cells)
    return f"{trials} trial{_s(trials)} of {repeats} repeat{_s(repeats)} each"


def _span(numbers: Iterable[int]) -> str:
    ordered = sorted(set(numbers))
    return str(ordered[0]) if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _s(numbers: str) -> str:
    return "" if numbers == "1" else "s"


def _dates(context: Context) -> str:
    days = [f"{one:%Y-%m-%d}" for one in (context.first, context.last) if one]
    return " to ".join(dict.fromkeys(days))


def _constant(scales: Scales) -> str:
    by_value: dict[str, list[str]] = defaultdict(list)
    for axis, value in scales.constant.items():
        by_value[value if value == "default" else axis].append(axis)
    return ", ".join(
        f"{_and(axes)} {brief(scales.constant[axes[0]])}" for axes in by_value.values()
    )


def _and(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _legend(context: Context, grid: Grid, columns: Columns) -> Iterable[str]:
    texts = {cell.text for row in grid.rows for cell in row[grid.labels :]}
    by_family = columns == "families"
    letters = {text for text in texts if re.match("[A-Z]", text)}
    if letters:
        along, lines = ("Down a column", "columns") if by_family else ("Along a row", "rows")
        yield (
            f"{along}, cells with the same letter are bit-identical, cells with different letters "
            f"are not. Letters of different {lines} are unrelated."
        )
    for verdict, meaning in _MEANINGS.items():
        if any(MARKS[verdict] in text for text in texts):
            yield f"{MARKS[verdict]}  {meaning}"
    if any(PARTIAL in text for text in texts):
        yield f"{PARTIAL}  some cases of the family did not run"
    marked = {text for text in texts if {*MARKS.values(), PARTIAL} & set(text)}
    if by_family and marked & letters:
        yield (
            "A letter before such a mark speaks for the other cases of the family, which agree "
            "with that letter and with no other."
        )
    if by_family and marked - letters:
        yield "Without a letter, the rest of the family, if any, does not tell where it belongs."
    if any(UNPROVEN in text for text in texts):
        yield f"{UNPROVEN}  seen only once, which proves nothing"
    if "" in texts:
        yield "An empty entry did not run."
    if letters:
        yield from evidence_lines(context)


_MEANINGS = {
    Verdict.VARIES: "varies from run to run, so it is neither equal to another cell nor different",
    Verdict.UNSUPPORTED: "not supported: it does not exist there, or TensorFlow refuses to run it",
    Verdict.ERROR: "failed",
}
