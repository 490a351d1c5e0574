"""What a report says of staged cases: which stage differs first, how the difference grows."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from runner.analysis.comparison import Verdict
from runner.analysis.stages import first_variation
from runner.reports.describe import ALL, describe, spelled
from runner.reports.fold import Scales

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from runner.analysis.changes import Move
    from runner.analysis.comparison import Context
    from runner.analysis.stages import Trace

_NUMBERED = re.compile(r"(?P<series>.*[^0-9])(?P<number>[1-9][0-9]*)")


def stage_lines(context: Context, scales: Scales) -> Iterator[str]:
    """Give a line for each case that differs; cases that differ alike share one."""
    for traces in _alike(context.traces):
        names = ", ".join(dict.fromkeys(one.case for one in traces))
        yield f"{names}: first at {_places(traces, context)}{_growth(traces)}"
    yield from _variations(context, scales)


def _alike(traces: Iterable[Trace]) -> Iterable[list[Trace]]:
    """Put cases together that differ first at the same stages between the same cells."""
    by_case: dict[str, list[Trace]] = defaultdict(list)
    for one in traces:
        by_case[one.case].append(one)
    alike: dict[object, list[Trace]] = defaultdict(list)
    for same in by_case.values():
        alike[tuple((one.first, one.cells) for one in same)] += same
    return alike.values()


def _places(traces: Sequence[Trace], context: Context) -> str:
    """Write each first stage with the steps on which it is the first."""
    axes = {cell.cell: cell.axes for cell in context.cells}
    steps: dict[str, dict[tuple[Move, ...], list[Mapping[str, str]]]] = defaultdict(dict)
    for one in traces:
        steps[one.first].setdefault(one.moved, []).append(axes[one.cells[1]])
    return ", at ".join(
        f"{first} ({'; '.join(_step(moved, cells, context) for moved, cells in found.items())})"
        for first, found in steps.items()
    )


def _step(moved: Sequence[Move], cells: Sequence[Mapping[str, str]], context: Context) -> str:
    """Write one step, with the cells at which it was made as far as it does not tell them."""
    told = {move.axis for move in moved}
    among = [_without(cell.axes, told) for cell in context.cells]
    place = describe(Scales.of(among), [_without(cell, told) for cell in cells], among)
    return spelled(moved) + ("" if place == ALL else f" at {place}")


def _without(axes: Mapping[str, str], told: Collection[str]) -> Mapping[str, str]:
    return {axis: value for axis, value in axes.items() if axis not in told}


def _growth(traces: Sequence[Trace]) -> str:
    """Tell the greatest difference in the first and the last of the steps, where it is known."""
    greatest: dict[str, float] = {}
    for trace in traces:
        for stage, value in _steps(trace):
            greatest[stage] = max(value, greatest.get(stage, 0.0))
    known = sorted(greatest.items(), key=lambda pair: _number(pair[0]))
    ends = known if len(known) == 1 else known[:1] + known[-1:]
    told = ", ".join(f"{value:.1e} at {stage}" for stage, value in ends)
    return f"; greatest difference {told}" if told else ""


def _steps(trace: Trace) -> Iterator[tuple[str, float]]:
    """Give the differences of the stages that are numbered on, which are of one kind."""
    series = [match["series"] for one in trace.stages if (match := _NUMBERED.fullmatch(one.stage))]
    for one in trace.stages:
        match = _NUMBERED.fullmatch(one.stage)
        if match is None or match["series"] != series[-1] or one.distance is None:
            continue
        if one.distance.absolute is not None:
            yield one.stage, one.distance.absolute.value


def _number(stage: str) -> int:
    match = _NUMBERED.fullmatch(stage)
    return int(match["number"]) if match else 0


def _variations(context: Context, scales: Scales) -> Iterator[str]:
    among = [cell.axes for cell in context.cells]
    where: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for cell in context.cells:
        for case in cell.cases:
            if case.staged and case.verdict is Verdict.VARIES and (first := first_variation(case)):
                where[case.case, first].append(cell.axes)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (name, first), cells in where.items():
        alike[first, describe(scales, cells, among)].append(name)
    for (first, place), names in alike.items():
        yield f"{', '.join(names)}: first at {first} (from run to run; {place})"
