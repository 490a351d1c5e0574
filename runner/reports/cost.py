"""What a report says of the cost of determinism."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runner.analysis.cost import BRIEFEST, QUARTILES_FROM, costs
from runner.reports.describe import ALL, describe
from runner.reports.fold import Scales
from runner.reports.notes import Note
from runner.reports.words import brief, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.analysis.comparison import Context
    from runner.analysis.cost import CaseCost, Cost, Costs

_DEAREST: Final = 3


def cost_notes(context: Context) -> tuple[Note, ...]:
    """Give the note on time with determinism divided by time without; none where none is known."""
    found = costs(context)
    if not found.cases:
        return ()
    return (Note.of("Cost of determinism (time with it on / time with it off)", _lines(found)),)


def _lines(found: Costs) -> Iterable[str]:
    if found.together:
        yield (
            f"all cases: {_told(found.together)}; what most of them share comes from what ran "
            "beside them, not from determinism"
        )
    elif any(found.seen(one.cost) for one in found.cases):
        yield "too few families to tell what determinism costs from what ran beside the trials"
    seen = {family: cost for family, cost in found.families.items() if found.seen(cost)}
    for family, cost in sorted(seen.items(), key=lambda pair: -pair[1].ratio):
        yield f"{brief(family)}: {_told(cost)}"
    if free := [brief(family) for family in found.families if family not in seen]:
        above = " above that" if found.together else ""
        yield f"no cost seen{above}: {', '.join(free)}"
    yield from _dearest(found)
    if found.brief:
        least = f"{1000 * BRIEFEST:g} ms"
        yield f"{_comparisons(found.brief)} left out: they take less than {least}"


def _told(cost: Cost) -> str:
    part = "the middle half of " if cost.n >= QUARTILES_FROM else ""
    return f"{_times(cost)}, {part}{_comparisons(cost.n)}"


def _dearest(found: Costs) -> Iterable[str]:
    """The cases that cost most for certain in some pair of cells, each case once."""
    among = [one.axes for one in found.cases]
    scales = Scales.of(among)
    taken: dict[str, CaseCost] = {}
    for one in sorted(found.cases, key=lambda one: -one.cost.low):
        if found.seen(one.cost):
            taken.setdefault(one.case, one)
    for one in sorted(list(taken.values())[:_DEAREST], key=lambda one: -one.cost.ratio):
        place = describe(scales, [one.axes], among)
        where = "" if place == ALL else f" at {place}"
        yield f"dearest case: {brief(one.case)}{where}: {_times(one.cost)}"


def _times(cost: Cost) -> str:
    return f"{cost.ratio:.2f} ({cost.low:.2f} to {cost.high:.2f})"


def _comparisons(count: int) -> str:
    return number(count, "comparison")
