"""A comparison as JSON for programs.

The models here are its documentation: see `schema_text`, which `report.schema.json` beside this
module holds for others; ``python -m runner.reports.json_report`` writes that file anew.
`schema_version` changes when a reader of the older form would go wrong.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import GenerateJsonSchema

from runner.analysis.comparison import Level, Verdict
from runner.analysis.cost import costs
from runner.analysis.standing import Kind, kind_of
from runner.analysis.swap import swaps
from runner.reports.distance_json import ReportedOutput, reported
from runner.reports.words import as_json
from runner.results.records import EngineName, Status

if TYPE_CHECKING:
    from runner.analysis.apart import GroupDistance
    from runner.analysis.comparison import (
        CaseResult,
        CellResult,
        Comparison,
        Context,
        MissingCell,
    )
    from runner.analysis.cost import CaseCost
    from runner.analysis.distance import Distance
    from runner.analysis.gate import Gate
    from runner.analysis.stages import Trace
    from runner.analysis.swap import Nearest, SwapSet
    from runner.analysis.timeline import Course

REPORT_SCHEMA: Literal[1] = 1
SCHEMA = Path(__file__).with_name("report.schema.json")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ReportedCase(_Part):
    """One case in one cell."""

    case: str
    family: str
    verdict: Verdict
    group: str | None
    """Letter of the cells with the same bits; only for `identical`, only within the context."""
    level: Level | None
    """Where a case that varies shows it."""
    processes: int
    """Trials that ran the case."""
    repeats_seen: int
    """Results seen in all of them."""
    distinct_results: int
    rate_below: float | None
    """At 95 %, fewer than this share of repeats differ; only for `identical`, 1 says nothing."""
    process_rate_below: float | None
    """The same for what differs from process to process only, of which a process is one sample."""
    proven: bool
    """False where an identical case was seen only once."""
    reason: str


class ReportedFamily(_Part):
    """All cases of a family in one cell."""

    family: str
    group: str | None
    """Letter of the cells with the same bits in every case. Where some cases are not identical or
    did not run: of the only such letter whose bits the others have; null if they fit several."""
    flaws: tuple[Verdict, ...]
    """Other verdicts that occur in the family."""
    partial: bool
    """Whether some cases of the family did not run in this cell."""


class ReportedCell(_Part):
    """One cell; a cell without a result has no cases and no families."""

    cell: str
    axes: dict[str, str]
    factors: dict[str, str]
    """What its trials say of themselves beside the axes, such as the version of keras."""
    result: bool
    status: Status
    """What the cell came to last; `result` says whether its cases count."""
    reason: str
    trials_done: int
    trials_started: int
    trials_superseded: int
    damaged_files: int
    cases: tuple[ReportedCase, ...]
    families: tuple[ReportedFamily, ...]


class ReportedCost(_Part):
    """Time of a case with determinism divided by that without, in cells equal otherwise."""

    case: str
    family: str
    axes: dict[str, str]
    ratio: float
    """The median over all pairs of a process with determinism and one without."""
    low: float
    high: float
    """The least and the greatest of those. What most cases of a context share comes from what ran
    beside the trials, not from determinism."""
    pairs: int


class ReportedStage(_Part):
    """One stage whose bits differ; null where the arrays are not stored or not comparable."""

    stage: str
    elements: int | None
    mismatched: int | None
    """Elements with other bits."""
    nans: int | None
    """Mismatched elements that are no number in one array or both; the rest leaves them out."""
    greatest_difference: float | None
    """Absolute; null also where it is infinite, and for types without a point."""
    greatest_ulps: int | None
    """In steps from one number of the type to the next."""


class ReportedTrace(_Part):
    """A staged case where it first has the bits of a group, against the nearest cell before it."""

    case: str
    groups: tuple[str, str]
    cells: tuple[str, str]
    """The two cells whose arrays are compared; they differ in as few axes as can be."""
    stages: tuple[ReportedStage, ...]
    """Those that differ, in order."""


class ReportedSwap(_Part):
    """Cells of which any two have the same bits in every case that varies in neither."""

    cells: tuple[str, ...]
    cases: int
    """With the same bits in all of these cells."""
    varying: tuple[str, ...]
    """Cases that vary in some of these cells, and so are neither equal nor different there."""
    proven: bool
    """False where some bits were seen only once."""


class ReportedNearest(_Part):
    """The two cells that the fewest cases keep apart."""

    cells: tuple[str, str]
    apart: tuple[str, ...]
    """Cases with other bits, or that run in one of the two only."""


class ReportedGroups(_Part):
    """Two groups of a case, and the outputs whose bits differ between their first cells."""

    case: str
    groups: tuple[str, str]
    cells: tuple[str, str]
    outputs: tuple[ReportedOutput, ...]


class ReportedMove(_Part):
    """Something recorded of the trials that is not as before; empty where it was not told."""

    factor: str
    """A part of what trials are told apart by, an observed factor, or an installed package."""
    before: str
    after: str
    package: bool
    """Whether it is another installed package, on which bits are not known to depend."""


class ReportedTurn(_Part):
    """One case of one cell to which the last run gave something else than the run before."""

    cell: str
    case: str
    family: str
    kind: Kind
    since: datetime
    """When that run began."""
    before: str
    """As in a baseline: the first 16 digits of the digest of its bits, or its verdict."""
    after: str
    moved: tuple[ReportedMove, ...]


class ReportedContext(_Part):
    """Cells that may be compared with each other; cells of two contexts may not."""

    engine: EngineName
    engine_reason: str
    host_class: str
    machines: tuple[str, ...]
    seed: int | None
    pinned: bool
    """Whether every base image is known by a registry digest."""
    first_trial: datetime | None
    last_trial: datetime | None
    cells: tuple[ReportedCell, ...]
    """In axis order, those without a result last."""
    traces: tuple[ReportedTrace, ...]
    """Where staged cases, such as training, differ first, and how the difference grows."""
    distances: tuple[ReportedGroups, ...]
    """How far each group of a case lies from the next; empty unless it was asked for."""
    safe_to_swap: tuple[ReportedSwap, ...]
    """A cell is in several where a case varies in it that differs between others."""
    nearest_to_swap: ReportedNearest | None
    """Where no two cells are safe to swap."""
    changed_by_last_run: tuple[ReportedTurn, ...]
    cost_of_determinism: tuple[ReportedCost, ...]
    """Without cases that take less than 0.2 ms, or of which processes have one repeat only."""


class DamagedFile(_Part):
    """A file in the store that can't be read and counts for nothing."""

    path: str
    reason: str


class ReportedDifference(_Part):
    """One case of one cell that stands otherwise than in the baseline."""

    kind: Kind
    fails: bool
    """Whether it is of a kind that fails the gate."""
    engine: str
    host_class: str
    cell: str
    case: str
    family: str
    before: str
    """The first 16 digits of the digest of its bits, or its verdict where it has no one result;
    empty where it has none."""
    after: str
    reason: str
    regrouped: bool
    """Whether changed bits agree with other cells than before."""


class ReportedUnmatched(_Part):
    """Cells of the baseline that nothing in this report may be compared with."""

    engine: str
    host_class: str
    cells: int
    reason: str


class ReportedBaseline(_Part):
    """What differs from a baseline."""

    file: str
    fail_on: tuple[Kind, ...]
    failed: bool
    compared: int
    """Cases of cells that have a result here and in the baseline."""
    same: int
    other_matrix: bool
    """Whether the matrix file has another text than when the baseline was written."""
    differences: tuple[ReportedDifference, ...]
    not_compared: tuple[ReportedUnmatched, ...]


class Report(_Part):
    """Everything that the store says."""

    schema_version: Literal[1] = REPORT_SCHEMA
    contexts: tuple[ReportedContext, ...]
    damaged: tuple[DamagedFile, ...]
    baseline: ReportedBaseline | None
    """Null where it was held against none."""


def render(comparison: Comparison, gate: Gate | None = None) -> str:
    """Write a comparison as JSON: ASCII, keys sorted, control characters as U+FFFD."""
    return as_json(make_report(comparison, gate).model_dump(mode="json"))


def schema() -> dict[str, object]:
    """Give the JSON Schema of a report."""
    made = Report.model_json_schema(mode="serialization")
    return {"$schema": GenerateJsonSchema.schema_dialect, **made}


def schema_text() -> str:
    """Give the schema as it is shipped."""
    return json.dumps(schema(), indent=2) + "\n"


def make_report(comparison: Comparison, gate: Gate | None = None) -> Report:
    """Bring a comparison, and what differs from a baseline, into the documented form."""
    return Report(
        contexts=tuple(map(_context, comparison.contexts)),
        damaged=tuple(DamagedFile(path=one.path, reason=one.reason) for one in comparison.damaged),
        baseline=_baseline(gate) if gate else None,
    )


def _baseline(gate: Gate) -> ReportedBaseline:
    against = gate.against
    return ReportedBaseline(
        file=gate.name,
        fail_on=gate.kinds,
        failed=gate.failed,
        compared=against.compared,
        same=against.same,
        other_matrix=against.other_matrix,
        differences=tuple(
            ReportedDifference(**asdict(one), fails=one.kind in gate.kinds)
            for one in against.differences
        ),
        not_compared=tuple(ReportedUnmatched(**asdict(one)) for one in against.unmatched),
    )


def _context(context: Context) -> ReportedContext:
    swappable = swaps(context)
    return ReportedContext(
        engine=context.engine,
        engine_reason=context.engine_reason,
        host_class=context.host_class,
        machines=context.machines,
        seed=context.seed,
        pinned=context.pinned,
        first_trial=context.first,
        last_trial=context.last,
        cells=(*map(_cell, context.cells), *map(_missing, context.missing)),
        traces=tuple(map(_trace, context.traces)),
        distances=tuple(map(_groups, context.distances)),
        safe_to_swap=tuple(map(_swap, swappable.sets)),
        nearest_to_swap=_nearest(swappable.nearest) if swappable.nearest else None,
        changed_by_last_run=tuple(map(_turn, context.turned)),
        cost_of_determinism=tuple(map(_cost, costs(context).cases)),
    )


def _groups(found: GroupDistance) -> ReportedGroups:
    return ReportedGroups(
        case=found.case,
        groups=found.groups,
        cells=found.cells,
        outputs=tuple(map(reported, found.outputs)),
    )


def _swap(found: SwapSet) -> ReportedSwap:
    return ReportedSwap(
        cells=tuple(cell.cell for cell in found.cells),
        cases=found.compared,
        varying=found.varying,
        proven=found.proven,
    )


def _nearest(found: Nearest) -> ReportedNearest:
    left, right = found.cells
    return ReportedNearest(cells=(left.cell, right.cell), apart=found.apart)


def _turn(course: Course) -> ReportedTurn:
    before, after = course.spells[-2:]
    return ReportedTurn(
        cell=course.cell,
        case=course.case,
        family=course.family,
        kind=kind_of(before.standing, after.standing),
        since=after.since,
        before=before.standing,
        after=after.standing,
        moved=tuple(ReportedMove(**one._asdict()) for one in after.moved),
    )


def _cost(found: CaseCost) -> ReportedCost:
    return ReportedCost(
        case=found.case,
        family=found.family,
        axes=dict(found.axes),
        ratio=found.cost.ratio,
        low=found.cost.low,
        high=found.cost.high,
        pairs=found.cost.n,
    )


def _trace(trace: Trace) -> ReportedTrace:
    return ReportedTrace(
        case=trace.case,
        groups=(trace.left, trace.right),
        cells=trace.cells,
        stages=tuple(_stage(one.stage, one.distance) for one in trace.stages),
    )


def _stage(name: str, far: Distance | None) -> ReportedStage:
    greatest = far.absolute.value if far and far.absolute else None
    return ReportedStage(
        stage=name,
        elements=far.elements if far else None,
        mismatched=far.mismatched if far else None,
        nans=far.nans.any if far else None,
        greatest_difference=None if greatest is None or isinf(greatest) else greatest,
        greatest_ulps=far.ulps.greatest if far and far.ulps else None,
    )


def _cell(cell: CellResult) -> ReportedCell:
    return ReportedCell(
        cell=cell.cell,
        axes=cell.axes,
        factors=dict(cell.factors),
        result=True,
        status=cell.status,
        reason=cell.reason,
        trials_done=cell.done,
        trials_started=cell.attempted,
        trials_superseded=cell.superseded,
        damaged_files=cell.damaged,
        cases=tuple(map(_case, cell.cases)),
        families=tuple(
            ReportedFamily(
                family=one.family, group=one.group or None, flaws=one.flaws, partial=one.partial
            )
            for one in cell.families
        ),
    )


def _missing(cell: MissingCell) -> ReportedCell:
    return ReportedCell(
        cell=cell.cell,
        axes=cell.axes,
        factors={},
        result=False,
        status=cell.status,
        reason=cell.reason,
        trials_done=0,
        trials_started=cell.attempted,
        trials_superseded=cell.superseded,
        damaged_files=cell.damaged,
        cases=(),
        families=(),
    )


def _case(case: CaseResult) -> ReportedCase:
    return ReportedCase(
        case=case.case,
        family=case.family,
        verdict=case.verdict,
        group=case.group or None,
        level=case.level,
        processes=case.evidence.processes,
        repeats_seen=case.evidence.seen,
        distinct_results=case.evidence.distinct,
        rate_below=case.evidence.bound if case.verdict is Verdict.IDENTICAL else None,
        process_rate_below=(
            case.evidence.process_bound if case.verdict is Verdict.IDENTICAL else None
        ),
        proven=case.proven,
        reason=case.reason,
    )


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
