"""At which values of one axis the bits of a case change. Pure.

A walk goes through the cells along one axis, such as `tensorflow`, with all other axes equal. Where
no such walk reaches all releases, since no Python has wheels of all of them, one that ends is
continued by one that goes further; what moves there beside the axis is told with the step.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from runner.analysis.comparison import CellResult, Verdict
from runner.analysis.natural import axes_rank, is_version, rank
from runner.matrix.cells import ENVIRONMENT_AXES
from runner.matrix.releases import minor_of, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.analysis.comparison import CaseResult, Context, MissingCell
    from runner.analysis.natural import Rank

    AnyCell = CellResult | MissingCell

TENSORFLOW = "tensorflow"
_TWO = 2  # stops with known bits, below which there is nothing to compare


class Move(NamedTuple):
    """An axis beside the one that is walked along, and how it moved."""

    axis: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One case in one cell of a walk. `group` is its letter, or empty where it has no one result.

    `verdict` is None where the case did not run; `proven` is false for what was seen only once.
    """

    axes: Mapping[str, str]
    group: str = ""
    verdict: Verdict | None = None
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Two stops with different bits and no known bits in between.

    `after` equals `before` where only other axes moved; `moved` are those. `unknown` are the stops
    in between, `untried` the minor releases in between that no cell has. `back_to` is the first
    stop that had the new bits already, or empty. `doubtful` says that a stop in between or next to
    them varies: the two may vary as well, and each have agreed with itself by chance.
    """

    before: str
    after: str
    unknown: tuple[tuple[str, Verdict | None], ...]
    untried: tuple[str, ...]
    moved: tuple[Move, ...]
    back_to: str
    doubtful: bool
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWalk:
    """One case along a walk, stop by stop."""

    case: str
    family: str
    stops: tuple[Stop, ...]
    changes: tuple[Change, ...]

    @property
    def comparable(self) -> bool:
        """Whether its bits are known at two stops or more, so that they could have changed."""
        return sum(bool(stop.group) for stop in self.stops) >= _TWO


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Cells along one axis. `axes` are those that stay as they are on the whole walk."""

    axis: str
    axes: Mapping[str, str]
    stops: tuple[Mapping[str, str], ...]
    cases: tuple[CaseWalk, ...]


def find_walks(context: Context, axis: str = TENSORFLOW) -> tuple[Walk, ...]:
    """Walk along an axis wherever two cells or more have a result, in axis order."""
    routes = _routes((*context.cells, *context.missing), axis)
    return tuple(
        _walk(context, route, axis)
        for route in routes
        if sum(isinstance(cell, CellResult) for cell in route) >= _TWO
    )


def _routes(cells: Iterable[AnyCell], axis: str) -> list[list[AnyCell]]:
    """Sort cells into routes along an axis, and continue those that end before others do."""
    alike: dict[frozenset[tuple[str, str]], list[AnyCell]] = defaultdict(list)
    for cell in sorted(cells, key=lambda one: (rank(one.axes.get(axis, "")), axes_rank(one.axes))):
        if axis in cell.axes:
            alike[frozenset(cell.axes.items() - {(axis, cell.axes[axis])})].append(cell)
    routes: list[list[AnyCell]] = []
    for chain in alike.values():
        ends = [route for route in routes if axis == TENSORFLOW and _goes_on(route, chain)]
        if ends:
            nearest = min(ends, key=lambda route: len(moves(route[-1].axes, chain[0].axes, axis)))
            last = _place(nearest[-1], axis)
            nearest += [cell for cell in chain if _place(cell, axis) >= last]
        else:
            routes.append(list(chain))
    return sorted(routes, key=lambda route: axes_rank(route[0].axes))


def _goes_on(route: Sequence[AnyCell], chain: Sequence[AnyCell]) -> bool:
    """Whether a chain begins after a route does and ends after it, with the same setting."""
    later = _place(chain[0], TENSORFLOW) > _place(route[0], TENSORFLOW)
    further = _place(chain[-1], TENSORFLOW) > _place(route[-1], TENSORFLOW)
    moved = {move.axis for move in moves(route[-1].axes, chain[0].axes, TENSORFLOW)}
    return later and further and moved <= set(ENVIRONMENT_AXES)


def _place(cell: AnyCell, axis: str) -> Rank:
    return rank(cell.axes[axis])


def moves(before: Mapping[str, str], after: Mapping[str, str], axis: str = "") -> tuple[Move, ...]:
    """Say which axes, beside one, differ between two cells, and how."""
    names = dict.fromkeys((*before, *after))
    both = (Move(name, before.get(name, ""), after.get(name, "")) for name in names if name != axis)
    return tuple(move for move in both if move.before != move.after)


def _walk(context: Context, route: Sequence[AnyCell], axis: str) -> Walk:
    first = route[0].axes
    fixed = {
        name: value
        for name, value in first.items()
        if all(cell.axes.get(name) == value for cell in route)
    }
    results = [
        {case.case: case for case in cell.cases} if isinstance(cell, CellResult) else {}
        for cell in route
    ]
    cases = []
    for family, names in context.families.items():
        for name in names:
            found = [cases_of.get(name) for cases_of in results]
            stops = tuple(_stop(cell.axes, case) for cell, case in zip(route, found, strict=True))
            changes = tuple(_changes(stops, axis))
            cases.append(CaseWalk(case=name, family=family, stops=stops, changes=changes))
    return Walk(axis=axis, axes=fixed, stops=tuple(cell.axes for cell in route), cases=tuple(cases))


def _stop(axes: Mapping[str, str], case: CaseResult | None) -> Stop:
    if case is None:
        return Stop(axes=axes)
    return Stop(axes=axes, group=case.group, verdict=case.verdict, proven=case.proven)


def _changes(stops: Sequence[Stop], axis: str) -> Iterable[Change]:
    known = [place for place, stop in enumerate(stops) if stop.group]
    first: dict[str, str] = {}
    for start, end in pairwise(known):
        before, after = stops[start], stops[end]
        first.setdefault(before.group, before.axes[axis])
        if before.group == after.group:
            continue
        between = stops[start + 1 : end]
        yield Change(
            before=before.axes[axis],
            after=after.axes[axis],
            unknown=tuple((stop.axes[axis], stop.verdict) for stop in between),
            untried=untried([stop.axes[axis] for stop in stops[start : end + 1]], axis),
            moved=moves(before.axes, after.axes, axis),
            back_to=first.get(after.group, ""),
            doubtful=any(
                stop.verdict is Verdict.VARIES for stop in stops[max(start - 1, 0) : end + 2]
            ),
            proven=before.proven and after.proven,
        )


def untried(values: Sequence[str], axis: str = TENSORFLOW) -> tuple[str, ...]:
    """List the minor releases of TensorFlow between the outer two values that none of them is of.

    There are none along another axis, nor where a value is no version.
    """
    if axis != TENSORFLOW or not all(map(is_version, values)):
        return ()
    tried = {row.minor for value in values if (row := minor_of(value))}
    low, high = rank(values[0]), rank(values[-1])
    return tuple(
        row.minor
        for row in table().releases
        if row.minor not in tried and low < rank(row.minor) < high
    )
