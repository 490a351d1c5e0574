"""What a report says of staged cases: which stage differs first, how the difference grows."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from runner.analysis.comparison import Verdict
from runner.analysis.stages import first_variation
from runner.reports.describe import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.analysis.comparison import Context
    from runner.analysis.stages import Trace
    from runner.reports.fold import Scales

_NUMBERED = re.compile(r"(?P<series>.*[^0-9])(?P<number>[1-9][0-9]*)")
_CHAIN = 2  # from more pairs on, a chain of letters is written as its ends


def stage_lines(context: Context, scales: Scales) -> Iterator[str]:
    """Give a line for each case that differs; cases that differ alike share one."""
    for traces in _alike(context.traces):
        names = ", ".join(dict.fromkeys(one.case for one in traces))
        yield f"{names}: first at {_places(traces)}{_growth(traces)}"
    yield from _variations(context, scales)


def _alike(traces: Iterable[Trace]) -> Iterable[list[Trace]]:
    """Put cases together that differ first at the same stages between the same cells."""
    by_case: dict[str, list[Trace]] = defaultdict(list)
    for one in traces:
        by_case[one.case].append(one)
    alike: dict[object, list[Trace]] = defaultdict(list)
    for same in by_case.values():
        alike[tuple((one.first, one.left, one.right, one.cells) for one in same)] += same
    return alike.values()


def _places(traces: Sequence[Trace]) -> str:
    """Write each first stage with the letters between which it is the first."""
    pairs: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for one in traces:
        pairs[one.first][one.left, one.right] = None
    return ", at ".join(f"{first} ({_letters(found)})" for first, found in pairs.items())


def _letters(pairs: Iterable[tuple[str, str]]) -> str:
    """Write pairs of letters: ``A to B``, or ``each step from A to D`` for a chain."""
    chains: list[list[tuple[str, str]]] = []
    for pair in pairs:
        if chains and chains[-1][-1][1] == pair[0]:
            chains[-1].append(pair)
        else:
            chains.append([pair])
    words: list[str] = []
    for chain in chains:
        long = len(chain) > _CHAIN
        words += (
            [f"each step from {chain[0][0]} to {chain[-1][1]}"]
            if long
            else [f"{left} to {right}" for left, right in chain]
        )
    return ", ".join(words)


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
        if one.distance.greatest is not None:
            yield one.stage, one.distance.greatest


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
