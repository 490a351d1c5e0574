"""Pairs of neighbouring cells, the evidence on what changed the bits of one case. Pure.

Two cells are neighbours along an axis where they differ in that axis alone and no cell between them
has known bits. An axis that need not be declared, such as `keras`, has the value that the trials
told where it is not: a cell that holds keras where another has it by chance is beside that one.

Where no such step joins some cells to the others, the fewest axes that do are taken together, and
what moved beside an axis is told with the pair.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from runner.analysis.changes import Move, untried
from runner.analysis.comparison import CellResult, Verdict
from runner.analysis.factors import part_of
from runner.analysis.natural import rank
from runner.matrix.cells import AXES
from runner.matrix.lines import Islands, bridges, lines, varying

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from runner.analysis.changes import AnyCell
    from runner.analysis.comparison import CaseResult, Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One case in one cell.

    `axes` are as declared; in `values` those that are not declared but observed are filled in.
    `factors` are the observed ones that are no axis of any cell. `group` is the letter of the bits,
    empty where there are none to compare; `verdict` is None where the case did not run, and
    `missing` says that nothing did.
    """

    cell: str
    axes: Mapping[str, str]
    values: Mapping[str, str]
    factors: Mapping[str, str]
    group: str = ""
    verdict: Verdict | None = None
    proven: bool = True
    missing: bool = False

    def value(self, name: str) -> str:
        """Give the value of an axis or factor; empty where it does not apply or is not known."""
        return self.values.get(name, "") or self.factors.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two neighbours along an axis, with known bits, and what moved beside the axis.

    `unknown` are the values in between at which the case has no one result, `untried` the minor
    releases in between that no cell has. `doubtful` says that a cell in between or next to them
    varies: the two may vary as well, and each have agreed with itself by chance.
    """

    axis: str
    before: Point
    after: Point
    beside: tuple[Move, ...] = ()
    unknown: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
    doubtful: bool = False

    @property
    def same(self) -> bool:
        """Whether the two have the same bits."""
        return self.before.group == self.after.group

    @property
    def step(self) -> tuple[str, str]:
        """The values of the axis, before and after."""
        return self.before.value(self.axis), self.after.value(self.axis)

    @property
    def proven(self) -> bool:
        """Whether both were seen more than once."""
        return self.before.proven and self.after.proven


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisEvidence:
    """All pairs along one axis.

    `silent` counts the neighbours that have no bits to compare on a side. `unsteady` are those of
    them of which one varies and the other does not, the one that varies first.
    """

    axis: str
    pairs: tuple[Pair, ...]
    silent: int = 0
    unsteady: tuple[tuple[Point, Point], ...] = ()


def points(context: Context, case: str) -> tuple[Point, ...]:
    """Place a case in every cell, with a result or without, in axis order."""
    cells: list[AnyCell] = [*context.cells, *context.missing]
    declared = {axis for cell in cells for axis in cell.axes}
    return tuple(_point(cell, case, declared) for cell in cells)


def _point(cell: AnyCell, case: str, declared: Collection[str]) -> Point:
    missing = not isinstance(cell, CellResult)
    seen = cell.factors if isinstance(cell, CellResult) else {}
    filled = {name: value for name, value in seen.items() if name in declared} | cell.axes
    rest = {name: value for name, value in seen.items() if name not in declared}
    found = _result(cell, case) if isinstance(cell, CellResult) else None
    if found is None:
        return Point(cell=cell.cell, axes=cell.axes, values=filled, factors=rest, missing=missing)
    return Point(
        cell=cell.cell,
        axes=cell.axes,
        values=filled,
        factors=rest,
        group=found.group,
        verdict=found.verdict,
        proven=found.proven,
    )


def _result(cell: CellResult, case: str) -> CaseResult | None:
    return next((one for one in cell.cases if one.case == case), None)


def evidence(found: Sequence[Point]) -> tuple[AxisEvidence, ...]:
    """Pair the points along each axis in which cells with a result differ, in axis order."""
    moving = sorted(varying([one.values for one in found if not one.missing]), key=_place)
    bridged = _bridges([one for one in found if one.group])
    return tuple(_along(found, axis, bridged.get(axis, ())) for axis in moving)


def _place(axis: str) -> tuple[int, str]:
    return (AXES.index(axis) if axis in AXES else len(AXES)), axis


def _along(found: Sequence[Point], axis: str, bridged: Iterable[Pair]) -> AxisEvidence:
    pairs: dict[tuple[str, str], Pair] = {}
    silent: dict[tuple[str, str], tuple[Point, Point]] = {}
    for line in _lines(found, axis):
        pairs |= {(one.before.cell, one.after.cell): one for one in _pairs(line, axis)}
        silent |= {(a.cell, b.cell): (a, b) for a, b in pairwise(line) if not (a.group and b.group)}
    return AxisEvidence(
        axis=axis,
        pairs=(*pairs.values(), *bridged),
        silent=len(silent),
        unsteady=tuple(filter(None, (_unsteady(*ends) for ends in silent.values()))),
    )


def _unsteady(one: Point, other: Point) -> tuple[Point, Point] | None:
    for restless, steady in ((one, other), (other, one)):
        if restless.verdict is Verdict.VARIES and steady.group:
            return restless, steady
    return None


def _lines(found: Sequence[Point], axis: str) -> Iterator[list[Point]]:
    """Line up the points along an axis, by what is declared and by what was observed as well."""
    declared = [one.axes for one in found]
    values = [one.values for one in found]
    for cells in (declared,) if declared == values else (declared, values):
        for places in lines(cells, (axis,)):
            yield sorted((found[place] for place in places), key=lambda one: rank(one.value(axis)))


def _pairs(line: Sequence[Point], axis: str) -> Iterator[Pair]:
    known = [place for place, one in enumerate(line) if one.group]
    for start, end in pairwise(known):
        before, after = line[start], line[end]
        if before.value(axis) == after.value(axis):
            continue
        near = line[max(start - 1, 0) : end + 2]
        yield Pair(
            axis=axis,
            before=before,
            after=after,
            beside=beside(before, after, (axis,)),
            unknown=tuple(one.value(axis) for one in line[start + 1 : end]),
            untried=untried([one.value(axis) for one in line[start : end + 1]], axis),
            doubtful=any(one.verdict is Verdict.VARIES for one in near),
        )


def beside(before: Point, after: Point, axes: Collection[str]) -> tuple[Move, ...]:
    """Say what differs between two points beside these axes and what they bring.

    What one of them does not tell is not known to differ, but for an axis that does not apply.
    """
    declared = {*before.axes, *after.axes}
    brought = {axis for axis in declared if _differ(before, after, axis)} | {*axes}
    names = dict.fromkeys((*before.values, *after.values, *before.factors, *after.factors))
    return tuple(
        Move(name, before.value(name), after.value(name))
        for name in names
        if name not in axes and _differ(before, after, name) and not _brought(name, brought)
    )


def _differ(before: Point, after: Point, name: str) -> bool:
    left, right = before.value(name), after.value(name)
    known = (left and right) or name in before.axes or name in after.axes
    return bool(known) and left != right


def _brought(name: str, by: Collection[str]) -> bool:
    return part_of(name, [axis for axis in by if axis != name])


def _bridges(known: Sequence[Point]) -> dict[str, list[Pair]]:
    """Pair cells that no step along one axis joins, by the fewest axes that do, for each of these.

    Cells that lie on one line by what was declared, or by what was observed, are joined already.
    """
    found: dict[str, list[Pair]] = defaultdict(list)
    values = [one.values for one in known]
    moving = sorted(varying(values), key=_place)
    for one in bridges(values, _joined(known), moving, lambda _, value: rank(value)):
        for axis in one.axes:
            found[axis].append(_bridge(known[one.before], known[one.after], axis))
    return found


def _joined(known: Sequence[Point]) -> Islands:
    joined = Islands(len(known))
    for cells in ([one.axes for one in known], [one.values for one in known]):
        for axis in varying(cells):
            for line in lines(cells, (axis,)):
                joined.join(line)
    return joined


def _bridge(before: Point, after: Point, axis: str) -> Pair:
    if rank(before.value(axis)) > rank(after.value(axis)):
        before, after = after, before
    ends = [before.value(axis), after.value(axis)]
    return Pair(
        axis=axis,
        before=before,
        after=after,
        beside=beside(before, after, (axis,)),
        untried=untried(ends, axis),
    )
