"""How far the outputs of a case lie apart: between two cells, and between its groups. Pure.

What can't be measured says why, and counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from runner.analysis.distance import measure
from runner.results.loaded import NOT_STORED
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runner.analysis.comparison import CaseResult, CellResult, Comparison, Context, OutputResult
    from runner.analysis.distance import Distance
    from runner.results.loaded import LoadedArray

    Load = Callable[[str], LoadedArray | Rejected]
    Representatives = dict[str, tuple[CellResult, CaseResult]]

ONE_SIDE: Final = "only one of the two has it"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDistance:
    """One output whose bits differ: its distance, or the `reason` why there is none."""

    output: str
    distance: Distance | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDistance:
    """Two groups of a case: their letters, their first cells, and the outputs that differ."""

    case: str
    groups: tuple[str, str]
    cells: tuple[str, str]
    outputs: tuple[OutputDistance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far outputs lie apart all together, those that could be measured.

    `mismatched` of `elements` differ; `ulps` and `relative` are the greatest, `median` is the
    greatest of the outputs' medians in ULPs. They are None where there are no such numbers.
    `unmeasured` outputs count for nothing.
    """

    elements: int
    mismatched: int
    ulps: int | None
    median: int | None
    relative: float | None
    unmeasured: int

    @classmethod
    def of(cls, outputs: Iterable[OutputDistance]) -> Extent:
        """Sum up."""
        found = [one.distance for one in outputs]
        known = [one for one in found if one is not None]
        ulps = [one.ulps for one in known if one.ulps]
        return cls(
            elements=sum(one.elements for one in known),
            mismatched=sum(one.mismatched for one in known),
            ulps=max((one.greatest for one in ulps), default=None),
            median=max((one.median for one in ulps), default=None),
            relative=max((one.relative.value for one in known if one.relative), default=None),
            unmeasured=len(found) - len(known),
        )


def with_distances(comparison: Comparison, load: Load) -> Comparison:
    """Add to each context how far the groups of its cases lie apart, each from the next letter."""
    return replace(
        comparison,
        contexts=tuple(
            replace(
                context,
                distances=tuple(
                    distance
                    for cases in context.families.values()
                    for case in cases
                    for distance in groups_apart(context, case, load)
                ),
            )
            for context in comparison.contexts
        ),
    )


def groups_apart(
    context: Context, case: str, load: Load, pairs: Iterable[tuple[str, str]] | None = None
) -> tuple[GroupDistance, ...]:
    """Measure between the first cells of groups: each and the next by letter, or these `pairs`.

    `load` finds an array by its digest. A pair of which one letter names no group is left out.
    """
    first = representatives(context, case)
    wanted = pairwise(first) if pairs is None else pairs
    return tuple(
        _between(case, (left, right), first, load)
        for left, right in wanted
        if left in first and right in first
    )


def representatives(context: Context, case: str) -> Representatives:
    """Give letter → the first cell of its group and the case there, by first appearance."""
    found: Representatives = {}
    for cell in context.cells:
        for one in cell.cases:
            if one.case == case and one.group:
                found.setdefault(one.group, (cell, one))
    return found


def outputs_apart(left: CaseResult, right: CaseResult, load: Load) -> tuple[OutputDistance, ...]:
    """Measure the outputs whose bits differ, of a case that is identical in both cells."""
    ours, theirs = ({one.name: one for one in case.outputs} for case in (left, right))
    return tuple(
        measured(name, ours.get(name), theirs.get(name), load)
        for name in dict.fromkeys((*ours, *theirs))
        if ours.get(name) != theirs.get(name)
    )


def measured(
    name: str, one: OutputResult | None, other: OutputResult | None, load: Load
) -> OutputDistance:
    """Measure one output between two cells, by the first bits that each saw."""
    if one is None or other is None:
        return OutputDistance(output=name, distance=None, reason=ONE_SIDE)
    left = load(one.digests[0])
    if isinstance(left, Rejected):
        return OutputDistance(output=name, distance=None, reason=_why(left))
    right = load(other.digests[0])
    if isinstance(right, Rejected):
        return OutputDistance(output=name, distance=None, reason=_why(right))
    distance = measure(left, right)
    reason = "" if distance else f"{_kind(left)} against {_kind(right)}"
    return OutputDistance(output=name, distance=distance, reason=reason)


def _between(
    case: str, groups: tuple[str, str], first: Representatives, load: Load
) -> GroupDistance:
    (one, left), (other, right) = (first[letter] for letter in groups)
    return GroupDistance(
        case=case,
        groups=groups,
        cells=(one.cell, other.cell),
        outputs=outputs_apart(left, right, load),
    )


def _why(rejected: Rejected) -> str:
    return rejected.reason if rejected == NOT_STORED else f"damaged: {rejected.reason}"


def _kind(array: LoadedArray) -> str:
    return f"{array.dtype} of shape {array.values.shape}"
