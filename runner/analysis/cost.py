"""What determinism costs in time: cells that differ in it alone, compared case by case. Pure.

The first repeat of a process traces and warms up, so only later ones are timed. Each process gives
one time, the median of its later repeats. The interval of a ratio spans all pairs of a process with
determinism and one without: it leaves out 1 only where every time of one side is above every time
of the other. That happens by chance, without any cost, to 1 of 10 comparisons of three processes
with three; of two with two it would be 1 of 3, so fewer than three say nothing.

Trials run beside each other, and beside other work. Where those of one side had less company, all
their cases are faster, whatever determinism does. Most cases run the same code with it and without,
so the ratio of all cases together is that company, and only what stands above it is a cost.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.analysis.comparison import CellResult, Context

BRIEFEST: Final = 0.0002
"""Seconds. What takes less is mostly the noise of the clock and of the scheduler."""
FEWEST: Final = 3
"""Processes of either side below which nothing is said."""
QUARTILES_FROM: Final = 4
"""Comparisons from which the interval of a family is its middle half, and not all of it."""
COMMON_FROM: Final = 4
"""Families from which what they have in common is taken for what ran beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Time with determinism divided by time without: a median between `low` and `high`, of `n`."""

    ratio: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCost:
    """The cost of one case in two cells that share `axes`."""

    case: str
    family: str
    axes: Mapping[str, str]
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """All that can be said of a context.

    The interval of a family, and of `together`, holds the middle half of the ratios of its cases,
    or where these are fewer than `QUARTILES_FROM`, all of their intervals. `together` is over all
    cases, and None where they are of fewer than `COMMON_FROM` families. `brief` counts the
    comparisons that were left out because they take less than `BRIEFEST`.
    """

    cases: tuple[CaseCost, ...]
    families: Mapping[str, Cost]
    together: Cost | None
    brief: int

    def seen(self, cost: Cost) -> bool:
        """Whether a cost lies above 1, and above what all cases have in common."""
        return cost.low > max(1.0, self.together.high if self.together else 1.0)


def cost_of(off: CellResult, on: CellResult, case: str) -> Cost | None:
    """Compare one case of two cells that differ in determinism alone.

    None where it did not run in both, has later repeats in fewer than `FEWEST` processes, or takes
    less than `BRIEFEST`.
    """
    both = _times(off, on, case)
    return None if both is None or _is_brief(both) else _cost(both)


def costs(context: Context) -> Costs:
    """Compare all pairs of cells that differ in determinism alone."""
    found: list[CaseCost] = []
    brief = 0
    for off, on in pairs(context.cells):
        axes = {axis: value for axis, value in off.axes.items() if axis != "determinism"}
        for case in off.cases:
            both = _times(off, on, case.case)
            if both is None:
                continue
            if _is_brief(both):
                brief += 1
                continue
            found.append(CaseCost(case=case.case, family=case.family, axes=axes, cost=_cost(both)))
    families = _families(found)
    common = len(families) >= COMMON_FROM
    together = _spread([one.cost for one in found]) if common else None
    return Costs(cases=tuple(found), families=families, together=together, brief=brief)


def pairs(cells: Iterable[CellResult]) -> tuple[tuple[CellResult, CellResult], ...]:
    """Pair each cell without determinism with the one that has it and is equal otherwise."""
    both: dict[frozenset[tuple[str, str]], dict[str, CellResult]] = defaultdict(dict)
    for cell in cells:
        word = cell.axes.get("determinism", "")
        both[frozenset(cell.axes.items() - {("determinism", word)})][word] = cell
    return tuple((one["off"], one["on"]) for one in both.values() if {"off", "on"} <= one.keys())


class _Times(NamedTuple):
    """Seconds of each process, without determinism and with it."""

    off: Sequence[float]
    on: Sequence[float]


def _times(off: CellResult, on: CellResult, case: str) -> _Times | None:
    both = _Times(_later(off, case), _later(on, case))
    return both if min(len(both.off), len(both.on)) >= FEWEST else None


def _later(cell: CellResult, case: str) -> tuple[float, ...]:
    """Give one time per process; nothing where processes have one repeat only."""
    result = next((one for one in cell.cases if one.case == case), None)
    later = (seconds[1:] for seconds in result.seconds) if result else ()
    return tuple(median(seconds) for seconds in later if seconds)


def _is_brief(both: _Times) -> bool:
    return min(median(both.off), median(both.on)) < BRIEFEST


def _cost(both: _Times) -> Cost:
    ratios = sorted(on / off for on, off in product(both.on, both.off))
    return Cost(ratio=median(ratios), low=ratios[0], high=ratios[-1], n=len(ratios))


def _families(found: Iterable[CaseCost]) -> dict[str, Cost]:
    members: dict[str, list[Cost]] = defaultdict(list)
    for one in found:
        members[one.family].append(one.cost)
    return {family: _spread(of_cases) for family, of_cases in members.items()}


def _spread(members: Sequence[Cost]) -> Cost:
    ratios = [one.ratio for one in members]
    if len(members) < QUARTILES_FROM:
        low, high = min(one.low for one in members), max(one.high for one in members)
    else:
        low, _, high = quantiles(ratios, n=4, method="inclusive")
    return Cost(ratio=median(ratios), low=low, high=high, n=len(members))
