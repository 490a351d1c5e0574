"""Making a baseline, leaving out parts of it, bringing it up to date. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.standing import standings
from runner.results.baseline import SHORT, Baseline, BaselineContext

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from runner.analysis.comparison import Comparison


def take(comparison: Comparison, matrix: str = "") -> Baseline:
    """Make the baseline that a comparison agrees with."""
    contexts = (
        BaselineContext(
            engine=one.engine,
            host_class=one.host_class,
            probe=one.probe[:SHORT],
            seed=one.seed,
            cells=standings(one),
        )
        for one in comparison.contexts
        if one.cells
    )
    return Baseline(matrix=matrix, contexts=tuple(contexts))


def narrowed(
    baseline: Baseline, cells: Collection[str] | None, of_case: Callable[[str], bool]
) -> Baseline:
    """Leave out other cells than these, where there are any, and the cases that are not wanted."""
    contexts = []
    for one in baseline.contexts:
        kept = {
            cell: {case: was for case, was in cases.items() if of_case(case)}
            for cell, cases in one.cells.items()
            if cells is None or cell in cells
        }
        contexts.append(one.model_copy(update={"cells": kept}))
    return baseline.model_copy(update={"contexts": tuple(one for one in contexts if one.cells)})


def updated(old: Baseline, new: Baseline, cells: Collection[str] | None) -> Baseline:
    """Take the new results, and keep the old ones of other host classes and of cells not asked for.

    Where the probe or seed has changed, the old cells of that host class go: one file says of one
    host class what one probe saw.
    """
    contexts = {(one.engine, one.host_class): one for one in old.contexts}
    for one in new.contexts:
        before = contexts.get((one.engine, one.host_class))
        kept = {}
        if cells is not None and before and not incomparable(before, one.probe, one.seed):
            kept = {cell: was for cell, was in before.cells.items() if cell not in cells}
        place = (one.engine, one.host_class)
        contexts[place] = one.model_copy(update={"cells": kept | one.cells})
    return Baseline(matrix=new.matrix, contexts=tuple(contexts.values()))


def incomparable(was: BaselineContext, probe: str, seed: int | None) -> str:
    """Say why results with this probe and seed can't be compared with it; empty where they can."""
    if was.probe != probe:
        return f"it is of another probe ({was.probe or 'unknown'}; here {probe or 'unknown'})"
    if was.seed != seed:
        return f"it is of another seed ({was.seed}; here {seed})"
    return ""
