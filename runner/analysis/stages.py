"""Where a staged computation first differs, and how the difference grows from stage to stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from runner.analysis.comparison import Verdict
from runner.analysis.distance import measure
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.analysis.comparison import CaseResult, CellResult, Comparison, Context, OutputResult
    from runner.analysis.distance import Distance
    from runner.results.loaded import LoadedArray

    Load = Callable[[str], LoadedArray | Rejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDistance:
    """One stage whose bits differ; `distance` is None where they can't be compared or loaded."""

    stage: str
    distance: Distance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A staged case from one group to the next.

    `left` and `right` are the letters of the groups, `cells` their first cells. `stages` are those
    that differ, in order: at least one.
    """

    case: str
    left: str
    right: str
    cells: tuple[str, str]
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


def differing(left: CaseResult, right: CaseResult) -> tuple[str, ...]:
    """Name the stages whose bits differ between two identical results, in order."""
    return tuple(stage for stage, _, _ in _differing(left, right))


def first_variation(case: CaseResult) -> str | None:
    """Name the first stage that differs between repeats of one cell; None where none does."""
    return next((one.name for one in case.outputs if not one.stable), None)


def _traces(context: Context, load: Load) -> Iterator[Trace]:
    for cases in context.families.values():
        for case in cases:
            groups = _groups(context, case)
            for (one, left), (other, right) in pairwise(groups):
                stages = tuple(_distances(left, right, load))
                if stages:
                    yield Trace(
                        case=case,
                        left=left.group,
                        right=right.group,
                        cells=(one.cell, other.cell),
                        stages=stages,
                    )


def _groups(context: Context, name: str) -> list[tuple[CellResult, CaseResult]]:
    """Give the first cell of each group of a staged case, in the order of the letters."""
    first: dict[str, tuple[CellResult, CaseResult]] = {}
    for cell in context.cells:
        for case in cell.cases:
            if case.case == name and case.staged and case.verdict is Verdict.IDENTICAL:
                first.setdefault(case.group, (cell, case))
    return list(first.values())


def _distances(left: CaseResult, right: CaseResult, load: Load) -> Iterator[StageDistance]:
    for stage, one, other in _differing(left, right):
        yield StageDistance(stage=stage, distance=_distance(one, other, load))


def _differing(
    left: CaseResult, right: CaseResult
) -> Iterator[tuple[str, OutputResult | None, OutputResult | None]]:
    for one, other in zip_longest(left.outputs, right.outputs):
        if one != other:
            yield (one or other).name, one, other


def _distance(one: OutputResult | None, other: OutputResult | None, load: Load) -> Distance | None:
    if one is None or other is None:
        return None
    left, right = load(one.digests[0]), load(other.digests[0])
    if isinstance(left, Rejected) or isinstance(right, Rejected):
        return None
    return measure(left, right)
