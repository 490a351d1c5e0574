"""What happened to each cell, sorted by where its bits may be compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from runner.analysis.natural import axes_rank
from runner.results.records import RunRecord, Status, TrialRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from runner.results.records import CellStatus, EngineName, TrialKey

Record = TypeVar("Record", TrialRecord, RunRecord)


class Place(NamedTuple):
    """Where bits may be compared: one engine, one host class."""

    engine: EngineName
    host_class: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a run said of a cell, and when."""

    status: Status
    reason: str
    moment: datetime


@dataclass(slots=True)
class History:
    """Everything about one cell in one place; `trials` are oldest first."""

    cell: str
    axes: dict[str, str]
    trials: list[TrialRecord] = field(default_factory=list)
    told: Told | None = None

    @property
    def key(self) -> TrialKey | None:
        """The key of the newest trial, whatever became of it."""
        return self.trials[-1].key if self.trials else None

    @property
    def current(self) -> tuple[TrialRecord, ...]:
        """The trials with the newest key."""
        return tuple(one for one in self.trials if one.key == self.key)

    @property
    def done(self) -> tuple[TrialRecord, ...]:
        """The trials with the newest key that finished."""
        return tuple(one for one in self.current if one.status is Status.DONE)

    @property
    def last(self) -> Told:
        """What the cell came to last, as a trial or as a run tells it."""
        told = [self.told] if self.told else []
        told += [Told(one.status, one.reason, one.started) for one in self.trials[-1:]]
        return max(told, key=lambda one: one.moment)


Histories = dict[str, History]
"""Cell → its history."""


def collect(trials: Iterable[TrialRecord], runs: Iterable[RunRecord]) -> dict[Place, Histories]:
    """Sort trials and what runs said by place and cell; the order of neither matters."""
    places: dict[Place, Histories] = defaultdict(dict)
    for trial in _in_time(trials, lambda one: one.started):
        place = Place(trial.key.engine, trial.key.host_class)
        history = places[place].setdefault(trial.cell, History(trial.cell, trial.axes))
        history.trials.append(trial)
    known = frozenset(places)
    for run in oldest_first(runs):
        for said in run.cells:
            place = _place(run, said, known)
            history = places[place].setdefault(said.cell, History(said.cell, said.axes))
            history.told = Told(said.status, said.reason, moment(run))
    return dict(places)


def oldest_first(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """Sort runs by when they said what they say."""
    return _in_time(runs, moment)


def moment(run: RunRecord) -> datetime:
    """When a run said what it says: at its end, or at its beginning if it has none."""
    return run.finished or run.started


def _in_time(records: Iterable[Record], moment_of: Callable[[Record], datetime]) -> list[Record]:
    """Sort by time; a record that is there twice, from a merge, is one."""
    moments: dict[datetime, dict[str, Record]] = defaultdict(dict)
    for record in records:
        moments[moment_of(record)][record.model_dump_json()] = record
    return [record for _, same in sorted(moments.items()) for _, record in sorted(same.items())]


def _place(run: RunRecord, said: CellStatus, known: Collection[Place]) -> Place:
    # A run knows its CPU. The class of a GPU cell begins with its GPU, which only a trial knows.
    place = Place(run.engine, run.host.host_class)
    if said.axes.get("device") != "gpu":
        return place
    with_gpu = [
        one
        for one in known
        if one.engine == run.engine and one.host_class.endswith(f", {run.host.host_class}")
    ]
    return with_gpu[0] if len(with_gpu) == 1 else place


def in_axis_order(histories: Histories, runs: Sequence[RunRecord]) -> list[History]:
    """Sort cells as the newest run that lists them all does; if none does, by their axes.

    `runs` are oldest first. A run of a few cells or of one shard does not reorder the rest.
    """
    for run in reversed(runs):
        positions = {said.cell: place for place, said in enumerate(run.cells)}
        if histories.keys() <= positions.keys():
            return sorted(histories.values(), key=lambda one: positions[one.cell])
    return sorted(histories.values(), key=lambda one: (axes_rank(one.axes), one.cell))
