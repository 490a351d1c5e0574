"""What changes from one cell to another: case by case, by how much, and through what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from runner.analysis.apart import Extent, outputs_apart
from runner.analysis.between import corners_of, responsible, stored_between
from runner.analysis.changes import Move
from runner.analysis.comparison import Evidence, Verdict
from runner.analysis.draws import what_moved
from runner.analysis.factors import part_of

if TYPE_CHECKING:
    from runner.analysis.apart import Load, OutputDistance
    from runner.analysis.between import Corners
    from runner.analysis.comparison import CaseResult, CellResult, Context
    from runner.analysis.draws import Moved
    from runner.analysis.pairing import Pair


class Outcome(StrEnum):
    """What becomes of one case.

    KEEPS and CHANGES: it is identical in both cells, with the same bits or with others. VARIES: it
    varies in one of them, so it is neither. UNKNOWN: it did not run in one of them.
    """

    KEEPS = "keeps its bits"
    CHANGES = "changes"
    VARIES = "varies"
    UNKNOWN = "can't be compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a case changes: the outputs that differ, what has moved, and the axes responsible.

    `axes` is empty where several moved and no cells in between tell which.
    """

    outputs: tuple[OutputDistance, ...]
    extent: Extent
    moved: Moved
    axes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDiff:
    """One case in two cells. The verdict of one in which it is not there is None.

    `change` is there exactly when it changes; `proven` is false where it was seen only once.
    """

    case: str
    family: str
    outcome: Outcome
    verdicts: tuple[Verdict | None, Verdict | None]
    reasons: tuple[str, str]
    proven: bool
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stored cell between the two, and the cases that are known to change from the left to it.

    `unknown` cases vary or did not run, there or in the left cell.
    """

    cell: CellResult
    changed: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Two cells: what differs between them, what becomes of each case, and what lies between.

    `beside` are the observed factors that moved, such as the version of keras, without those that
    an axis brought. `stops` lead from the right cell back towards the left one. `evidence` is the
    least that a case which keeps its bits or changes rests on, in either cell; None without one.
    """

    pair: Pair
    beside: tuple[Move, ...]
    cases: tuple[CaseDiff, ...]
    stops: tuple[Stop, ...]
    evidence: Evidence | None

    def of(self, outcome: Outcome) -> tuple[CaseDiff, ...]:
        """Give the cases with this outcome."""
        return tuple(one for one in self.cases if one.outcome is outcome)

    @property
    def changed(self) -> tuple[tuple[CaseDiff, Change], ...]:
        """The cases that change, each with how it does."""
        return tuple((one, one.change) for one in self.cases if one.change)

    @property
    def nearest(self) -> Stop | None:
        """The first stop at which no case changes, and those that do on the right are known."""
        return next((stop for stop in self.stops if not (stop.changed or self._open(stop))), None)

    @property
    def least(self) -> Stop | None:
        """Of the stops that change fewer cases than the right cell does, that with the fewest."""
        most = {stop.cell.cell: len(stop.changed) + len(self._open(stop)) for stop in self.stops}
        better = [stop for stop in self.stops if most[stop.cell.cell] < len(self.changed)]
        return min(better, key=lambda stop: most[stop.cell.cell], default=None)

    def _open(self, stop: Stop) -> set[str]:
        """Name the cases that change in the right cell, and of which nothing is known at a stop."""
        return {one.case for one, _ in self.changed}.intersection(stop.unknown)


def diff(context: Context, pair: Pair, load: Load) -> Diff:
    """Compare two cells of a context; `load` finds an array by its digest."""
    left, right = _cases(pair.left), _cases(pair.right)
    corners = corners_of(context, pair)
    cases = tuple(
        _case((name, family), (left.get(name), right.get(name)), pair, corners, load)
        for family, names in context.families.items()
        for name in names
        if name in left or name in right
    )
    compared = [one.case for one in cases if one.outcome in _COMPARED]
    seen = [side[case].evidence for side in (left, right) for case in compared]
    return Diff(
        pair=pair,
        beside=_beside(pair),
        cases=cases,
        stops=tuple(_stop(left, cell) for cell in stored_between(context, pair)),
        evidence=Evidence.least(seen) if seen else None,
    )


def _beside(pair: Pair) -> tuple[Move, ...]:
    """Say which factors moved; one that either cell does not tell is not known to have moved."""
    left, right = pair.left.factors, pair.right.factors
    axes = [move.axis for move in pair.moved]
    return tuple(
        Move(name, left[name], right[name])
        for name in left
        if name in right and left[name] != right[name] and not part_of(name, axes)
    )


_COMPARED = (Outcome.KEEPS, Outcome.CHANGES)


def _cases(cell: CellResult) -> dict[str, CaseResult]:
    return {case.case: case for case in cell.cases}


def _case(
    name: tuple[str, str],
    both: tuple[CaseResult | None, CaseResult | None],
    pair: Pair,
    corners: Corners,
    load: Load,
) -> CaseDiff:
    outcome = _outcome(*both)
    case, family = name
    left, right = both
    change = None
    if outcome is Outcome.CHANGES and left and right:
        outputs = outputs_apart(left, right, load)
        change = Change(
            outputs=outputs,
            extent=Extent.of(outputs),
            moved=what_moved(case, family, outputs, staged=left.staged),
            axes=responsible(corners, pair, case),
        )
    return CaseDiff(
        case=case,
        family=family,
        outcome=outcome,
        verdicts=(left.verdict if left else None, right.verdict if right else None),
        reasons=(left.reason if left else "", right.reason if right else ""),
        proven=all(one.proven for one in both if one),
        change=change,
    )


def _outcome(left: CaseResult | None, right: CaseResult | None) -> Outcome:
    if left and right and left.group and right.group:
        return Outcome.KEEPS if left.group == right.group else Outcome.CHANGES
    varies = any(one and one.verdict is Verdict.VARIES for one in (left, right))
    return Outcome.VARIES if varies else Outcome.UNKNOWN


def _stop(left: dict[str, CaseResult], cell: CellResult) -> Stop:
    there = _cases(cell)
    outcomes = {name: _outcome(left.get(name), there.get(name)) for name in {**left, **there}}
    return Stop(
        cell=cell,
        changed=tuple(name for name, one in outcomes.items() if one is Outcome.CHANGES),
        unknown=tuple(name for name, one in outcomes.items() if one not in _COMPARED),
    )
