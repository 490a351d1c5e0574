"""Where a staged computation first differs, and how the difference grows from stage to stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from runner.analysis.apart import measured
from runner.analysis.changes import moves
from runner.analysis.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.analysis.apart import Load
    from runner.analysis.changes import Move
    from runner.analysis.comparison import CaseResult, CellResult, Comparison, Context, OutputResult
    from runner.analysis.distance import Distance

    Seen = tuple[CellResult, CaseResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDistance:
    """One stage whose bits differ; `distance` is None where they can't be compared or loaded."""

    stage: str
    distance: Distance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A staged case where it first has the bits of a group, against the nearest cell before it.

    `left` and `right` are the letters of their groups, `cells` the two cells and `moved` the axes
    that differ between them. `stages` are those that differ, in order: at least one.
    """

    case: str
    left: str
    right: str
    cells: tuple[str, str]
    moved: tuple[Move, ...]
    stages: tuple[StageDistance, ...]

    @property
    def first(self) -> str:
        """The first stage that differs."""
        return self.stages[0].stage


def traced(comparison: Comparison, load: Load) -> Comparison:
    """Add to each context the traces of its staged cases; `load` finds an array by its digest."""
    return replace(
        comparison,
        contexts=tuple(
            replace(context, traces=tuple(_traces(context, load)))
            for context in comparison.contexts
        ),
    )


def first_variation(case: CaseResult) -> str | None:
    """Name the first stage that differs between repeats of one cell; None where none does."""
    return next((one.name for one in case.outputs if not one.stable), None)


def _traces(context: Context, load: Load) -> Iterator[Trace]:
    staged = {case.case for cell in context.cells for case in cell.cases if case.staged}
    for cases in context.families.values():
        for case in filter(staged.__contains__, cases):
            for (one, left), (other, right) in _steps(_identical(context, case)):
                if stages := tuple(_distances(left, right, load)):
                    yield Trace(
                        case=case,
                        left=left.group,
                        right=right.group,
                        cells=(one.cell, other.cell),
                        moved=moves(one.axes, other.axes),
                        stages=stages,
                    )


def _identical(context: Context, name: str) -> list[Seen]:
    """Give the cells in which a staged case is identical, in axis order."""
    return [
        (cell, case)
        for cell in context.cells
        for case in cell.cases
        if case.case == name and case.staged and case.verdict is Verdict.IDENTICAL
    ]


def _steps(seen: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Lead to the first cell of each group but the first from the nearest cell before it.

    That is the one that differs in the fewest axes, so that a step is along one axis where it can
    be, and of several the last.
    """
    groups: set[str] = set()
    for place, (cell, case) in enumerate(seen):
        if groups and case.group not in groups:
            yield _nearest(seen[:place], cell), (cell, case)
        groups.add(case.group)


def _nearest(before: Sequence[Seen], cell: CellResult) -> Seen:
    return min(reversed(before), key=lambda one: len(moves(one[0].axes, cell.axes)))


def _distances(left: CaseResult, right: CaseResult, load: Load) -> Iterator[StageDistance]:
    for stage, one, other in _differing(left, right):
        yield StageDistance(stage=stage, distance=measured(stage, one, other, load).distance)


def _differing(
    left: CaseResult, right: CaseResult
) -> Iterator[tuple[str, OutputResult | None, OutputResult | None]]:
    for one, other in zip_longest(left.outputs, right.outputs):
        if one != other:
            yield (one or other).name, one, other
