"""Dividing cells among runners that don't talk: equal work, and each environment whole. Pure.

What a shard is follows from the cells, the number of trials and the durations alone, never from
the host, so that every runner of the same commit comes to the same division.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from runner.errors import InputError
from runner.execution.durations import NO_DURATIONS
from runner.matrix import catalog
from runner.results.records import Assigned, Shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.execution.durations import Durations
    from runner.matrix.cells import Cell, Environment

MOST: Final = 256
"""Most shards; the most jobs that GitHub makes of one matrix.

https://docs.github.com/actions/reference/limits
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Part `index` of `of`, counted from 1."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


def parse_part(text: str) -> Part:
    """Read ``2/3``.

    Raises
    ------
    InputError
        It is no part of a whole of at most `MOST`.
    """
    index, separator, of = text.partition("/")
    if separator and _is_number(index) and _is_number(of) and 1 <= int(index) <= int(of) <= MOST:
        return Part(int(index), int(of))
    raise InputError(
        f"--shard {text}: not of the form I/N, such as 1/4",
        f"I counts from 1 to N, and N is at most {MOST}.",
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(MOST))


def divide(
    cells: Sequence[Cell], of: int, trials: int, durations: Durations = NO_DURATIONS
) -> tuple[tuple[Cell, ...], ...]:
    """Divide cells into `of` shards of about equal work, each shard in the order of the cells.

    An environment stays whole, so that one runner builds an image once; where there are fewer of
    them than shards, the last shards are empty. The largest environment goes first, each to the
    shard that has the least to do: no two shards differ by more than the largest environment.
    `trials` is how many each cell has.
    """
    weights = _work(cells, trials, durations)
    loads = [(0.0, 0, index) for index in range(of)]
    place: dict[Environment, int] = {}
    # sorted() keeps environments of equal work in the order of the cells.
    for environment in sorted(weights, key=lambda one: -weights[one]):
        work, count, index = min(loads)
        place[environment] = index
        loads[index] = (work + weights[environment], count + 1, index)
    shards: list[list[Cell]] = [[] for _ in range(of)]
    for cell in cells:
        shards[place[cell.environment]].append(cell)
    return tuple(map(tuple, shards))


def shard_of(
    cells: Sequence[Cell], division: Sequence[Sequence[Cell]], part: Part, run: str
) -> Shard:
    """What the record of a run says of its part; `cells` are those of all parts in axis order."""
    where = {cell: index for index, shard in enumerate(division, 1) for cell in shard}
    return Shard(
        index=part.index,
        of=part.of,
        run=run,
        division=tuple(Assigned(cell=cell.id, axes=cell.axes, shard=where[cell]) for cell in cells),
    )


def _work(cells: Iterable[Cell], trials: int, durations: Durations) -> dict[Environment, float]:
    """Environment → what building it and its trials take; nothing where it is impossible."""
    cells = tuple(cells)
    of_trial = _expected(
        {cell.id: (cell.setting.device, cell.setting.determinism) for cell in cells},
        durations.trials,
        unknown=1.0,
    )
    environments = dict.fromkeys(cell.environment for cell in cells)
    of_build = _expected(
        {one.id: (one.cuda is not None,) for one in environments}, durations.builds, unknown=0.0
    )
    possible = {one: not catalog.refusal(one) for one in environments}
    work = {one: of_build[one.id] if possible[one] else 0.0 for one in environments}
    for cell in cells:
        if possible[cell.environment]:
            work[cell.environment] += trials * of_trial[cell.id]
    return work


def _expected(
    kinds: Mapping[str, tuple[object, ...]], known: Mapping[str, float], *, unknown: float
) -> dict[str, float]:
    """Seconds of each id: its own, else the median of its kind, else of all that are known."""
    alike: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for id_, kind in kinds.items():
        if id_ in known:
            alike[kind].append(known[id_])
    every = [seconds for same in alike.values() for seconds in same]
    otherwise = median(every) if every else unknown
    of_kind = {kind: median(same) for kind, same in alike.items()}
    return {id_: known.get(id_, of_kind.get(kind, otherwise)) for id_, kind in kinds.items()}
