"""A comparison of some cases alone, as if the probe had no others. Pure."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from runner.analysis.groups import group_families

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison, Context


def of_cases(comparison: Comparison, pattern: str) -> Comparison:
    """Leave out the cases whose names don't match; a family is then the others of its cases."""
    contexts = tuple(_narrowed(context, pattern) for context in comparison.contexts)
    return replace(comparison, contexts=contexts)


def _narrowed(context: Context, pattern: str) -> Context:
    families = {
        family: chosen
        for family, cases in context.families.items()
        if (chosen := tuple(case for case in cases if fnmatchcase(case, pattern)))
    }
    cases = [
        {case.case: case for case in cell.cases if fnmatchcase(case.case, pattern)}
        for cell in context.cells
    ]
    cells = (
        replace(cell, cases=tuple(own.values()), families=sums)
        for cell, own, sums in zip(
            context.cells, cases, group_families(cases, families), strict=True
        )
    )
    traces = tuple(one for one in context.traces if fnmatchcase(one.case, pattern))
    distances = tuple(one for one in context.distances if fnmatchcase(one.case, pattern))
    return replace(
        context,
        families=families,
        cells=tuple(cells),
        traces=traces,
        distances=distances,
        turned=tuple(one for one in context.turned if fnmatchcase(one.case, pattern)),
    )
