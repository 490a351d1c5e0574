"""Which shards of divided runs have left no record, and what that says of their cells.

The shards of one run have the matrix, the number of shards, the division and the name of the run in
common. A shard to which no cell fell has nothing to say and is not missing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.history import oldest_first
from runner.results.records import CellStatus, Status

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from runner.results.records import Assigned, RunRecord, Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """A run that was divided: the shards that left a record, those that did not, its newest record.

    `run` is its name, empty where it has none. `family` is what its shards have in common.
    """

    family: Hashable
    of: int
    run: str
    present: tuple[int, ...]
    missing: tuple[int, ...]
    newest: RunRecord

    @property
    def lost(self) -> tuple[Assigned, ...]:
        """The cells of the missing shards, in axis order."""
        shard = self.newest.shard
        return tuple(one for one in shard.division if one.shard in self.missing) if shard else ()


def divided(runs: Iterable[RunRecord]) -> tuple[Divided, ...]:
    """Find the divided runs among `runs`, in the order in which they last said something."""
    alike: dict[Hashable, list[tuple[RunRecord, Shard]]] = defaultdict(list)
    for run in oldest_first(runs):
        if run.shard:
            alike[family(run)].append((run, run.shard))
    found = [_divided(one, same) for one, same in alike.items()]
    return tuple(sorted(found, key=lambda one: one.newest.finished or one.newest.started))


def absent(runs: Iterable[RunRecord]) -> tuple[RunRecord, ...]:
    """What the missing shards would have left: records that call each of their cells missing.

    Each is said to have ended when the newest of the others did, on the same host.
    """
    return tuple(
        one.newest.model_copy(update={"cells": _cells(one), "phases": ()})
        for one in divided(runs)
        if one.missing
    )


def family(run: RunRecord) -> Hashable:
    """What the shards of one divided run have in common; None where a run was not divided."""
    if run.shard is None:
        return None
    division = tuple((one.cell, one.shard) for one in run.shard.division)
    return run.matrix, run.shard.of, run.shard.run, division


def _divided(family: Hashable, same: list[tuple[RunRecord, Shard]]) -> Divided:
    newest, shard = same[-1]
    present = {of.index for _, of in same}
    wanted = {one.shard for one in shard.division}
    return Divided(
        family=family,
        of=shard.of,
        run=shard.run,
        present=tuple(sorted(present)),
        missing=tuple(sorted(wanted - present)),
        newest=newest,
    )


def _cells(divided: Divided) -> tuple[CellStatus, ...]:
    return tuple(
        CellStatus(
            cell=one.cell,
            axes=one.axes,
            status=Status.MISSING,
            reason=f"shard {one.shard} of {divided.of} has left no results",
        )
        for one in divided.lost
    )
