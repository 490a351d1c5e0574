"""What the script of the page reads: the JSON report in a compact form, and what is recorded.

A case in a cell is a number, the place of its outcome in `outcomes`: what is equal in the JSON
report of many cases is written once. -1 is a case that did not run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.agreement import agreement
from runner.analysis.history import Place
from runner.matrix.cells import AXES
from runner.reports import json_report
from runner.reports.grid import case_text
from runner.reports.html.heat import tone
from runner.reports.html.pool import Pool
from runner.reports.html.recorded import clip, log_share, recorded, reproduction
from runner.reports.section import heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.analysis.comparison import CaseResult, CellResult, Comparison, Context
    from runner.analysis.history import Histories, History
    from runner.reports.fold import Scales
    from runner.reports.json_report import (
        ReportedCase,
        ReportedCell,
        ReportedContext,
        ReportedTrace,
    )
    from runner.results.records import TrialRecord

PAGE_SCHEMA: Final = 1
MOST_PAIRED: Final = 400
"""Cells above which the page leaves out how far each two agree."""
_OF_CASE: Final = {"case", "family", "reason"}
_OF_CELL: Final = {"cell", "axes", "reason", "cases", "families"}


@dataclass(frozen=True, slots=True)
class _Pools:
    """Where repeated values are written once, and what all cells are told.

    `log` is how many characters a log may have, `matrix` the file that commands name.
    """

    outcomes: Pool
    other: Pool
    log: int
    matrix: str


def page_data(
    comparison: Comparison,
    places: Mapping[Place, Histories],
    scales: Sequence[Scales],
    matrix: str = "",
) -> dict[str, object]:
    """Give the document of a page; `scales` are those of each context.

    `matrix` is the file that the commands of cells name, where it is not the usual one.
    """
    pools = _Pools(Pool(), Pool(), log_share(_trials(places)), matrix)
    reported = json_report.make_report(comparison).contexts
    contexts = [
        {
            "axes": {clip(axis): [clip(one) for one in axes.values[axis]] for axis in axes.varying},
            **_context(context, told, places, pools),
        }
        for context, told, axes in zip(comparison.contexts, reported, scales, strict=True)
    ]
    return {
        "schema_version": PAGE_SCHEMA,
        "contexts": contexts,
        "outcomes": pools.outcomes.values,
        "pool": pools.other.values,
    }


def _trials(places: Mapping[Place, Histories]) -> Iterable[TrialRecord]:
    for histories in places.values():
        for history in histories.values():
            yield from history.trials


def _context(
    context: Context,
    told: ReportedContext,
    places: Mapping[Place, Histories],
    pools: _Pools,
) -> dict[str, object]:
    histories = places.get(Place(context.engine, context.host_class), {})
    cells = [*context.cells, *([None] * len(context.missing))]
    names = [case for cases in context.families.values() for case in cases]
    return {
        "title": heading(context),
        "families": [
            [clip(name), [clip(case) for case in cases]] for name, cases in context.families.items()
        ],
        "cells": [
            {
                **_cell(reported),
                "command": reproduction(reported.cell, pools.matrix),
                "cases": _cases(cell, reported, names, pools.outcomes) if cell else [],
                **_recorded(histories.get(reported.cell), pools),
            }
            for cell, reported in zip(cells, told.cells, strict=True)
        ],
        "agreement": agreement(context) if len(context.cells) <= MOST_PAIRED else None,
        "traces": [_trace(one) for one in told.traces],
    }


def _cell(cell: ReportedCell) -> dict[str, object]:
    return {
        **cell.model_dump(mode="json", exclude=_OF_CELL),
        "cell": clip(cell.cell),
        "axes": {clip(axis): clip(cell.axes[axis]) for axis in ordered(cell.axes)},
        "reason": clip(cell.reason),
    }


def ordered(axes: Iterable[str]) -> list[str]:
    """Sort axes as the rest of samebits names them, those unknown here last."""
    found = set(axes)
    return [*(axis for axis in AXES if axis in found), *sorted(found - set(AXES))]


def _cases(
    cell: CellResult, reported: ReportedCell, names: Sequence[str], outcomes: Pool
) -> list[int]:
    """Give for each name the number of its outcome."""
    both = zip(cell.cases, reported.cases, strict=True)
    found = {case.case: outcomes.put(_outcome(case, told)) for case, told in both}
    return [found.get(name, -1) for name in names]


def _outcome(case: CaseResult, told: ReportedCase) -> dict[str, object]:
    mark = case_text(case)
    return {
        **told.model_dump(mode="json", exclude=_OF_CASE),
        "reason": clip(case.reason),
        "mark": mark,
        "tone": tone(mark),
    }


def _trace(trace: ReportedTrace) -> dict[str, object]:
    return {
        **trace.model_dump(mode="json"),
        "case": clip(trace.case),
        "cells": [clip(cell) for cell in trace.cells],
    }


def _recorded(history: History | None, pools: _Pools) -> dict[str, object]:
    if history is None:
        return {"trials": [], "trials_left_out": 0, "loaded": None}
    return recorded(history, pools.other, pools.log)
