"""What happened to each cell, sorted by where its bits may be compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from runner.analysis.natural import axes_rank
from runner.results.records import RunRecord, Status, TrialRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from runner.results.records import CellStatus, EngineName

Record = TypeVar("Record", TrialRecord, RunRecord)


class Place(NamedTuple):
    """Where bits may be compared: one engine, one host class."""

    engine: EngineName
    host_class: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a run or a trial said of a cell, when and where.

    `key` is the digest of the trial key that it is about, empty where it has none.
    """

    status: Status
    reason: str
    moment: datetime
    key: str
    host: str

    @property
    def unplanned(self) -> bool:
        """Whether the cell could not be run, so that nothing says what its trials should be of."""
        return not self.key and self.status in _NOT_RUN

    @property
    def without_device(self) -> bool:
        """Whether the host had no device for the cell; a trial that saw no GPU had its key."""
        return self.status is Status.SKIPPED or (self.status is Status.NO_GPU and not self.key)


_NOT_RUN = {Status.REFUSED, Status.SKIPPED, Status.NO_GPU, Status.BUILD_FAILED}


@dataclass(slots=True)
class History:
    """Everything about one cell in one place.

    `trials` are oldest first, `digests` are those of their keys, `said` is what runs said of the
    cell, oldest first.
    """

    cell: str
    axes: dict[str, str]
    trials: list[TrialRecord] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    said: list[Told] = field(default_factory=list)

    @property
    def last(self) -> Told:
        """What the cell came to last, as a trial or as a run tells it."""
        hosts = {trial.host.name for trial in self.trials}
        told = [one for one in self.said if not _elsewhere(one, hosts)][-1:]
        for trial, digest in zip(self.trials[-1:], self.digests[-1:], strict=True):
            told.append(
                Told(trial.status, trial.reason, trial.started, digest, host=trial.host.name)
            )
        return max(told, key=lambda one: one.moment)

    @property
    def current(self) -> tuple[TrialRecord, ...]:
        """The trials with the key that was last planned or tried, whatever became of them.

        A key that a run planned counts even where no trial has it: the others are superseded.
        """
        key = self.last.key or "".join(self.digests[-1:])
        both = zip(self.trials, self.digests, strict=True)
        return tuple(trial for trial, digest in both if digest == key)

    @property
    def done(self) -> tuple[TrialRecord, ...]:
        """The current trials that finished."""
        return tuple(one for one in self.current if one.status is Status.DONE)


def _elsewhere(told: Told, hosts: Collection[str]) -> bool:
    # What one host can't run, for want of a GPU, says nothing of what another ran.
    return told.without_device and bool(hosts) and told.host not in hosts


Histories = dict[str, History]
"""Cell → its history."""


def collect(trials: Iterable[TrialRecord], runs: Iterable[RunRecord]) -> dict[Place, Histories]:
    """Sort trials and what runs said by place and cell; the order of neither matters."""
    places: dict[Place, Histories] = defaultdict(dict)
    for trial in _in_time(trials, lambda one: one.started):
        place = Place(trial.key.engine, trial.key.host_class)
        history = places[place].setdefault(trial.cell, History(trial.cell, trial.axes))
        history.trials.append(trial)
        history.digests.append(trial.key.digest)
    known = {place: _digests(histories) for place, histories in places.items()}
    for run in oldest_first(runs):
        for said in run.cells:
            place = _place(run, said, known)
            history = places[place].setdefault(said.cell, History(said.cell, said.axes))
            history.said.append(
                Told(said.status, said.reason, moment(run), said.key, host=run.host.name)
            )
    return dict(places)


def _digests(histories: Histories) -> frozenset[str]:
    return frozenset(digest for history in histories.values() for digest in history.digests)


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


def _place(run: RunRecord, said: CellStatus, known: Mapping[Place, Collection[str]]) -> Place:
    # A run knows its CPU. The class of a GPU cell begins with its GPU, which only a trial knows,
    # be it one with the key that the run planned.
    place = Place(run.engine, run.host.host_class)
    if said.axes.get("device") != "gpu":
        return place
    with_gpu = [
        one
        for one in known
        if one.engine == run.engine and one.host_class.endswith(f", {run.host.host_class}")
    ]
    tried = [one for one in with_gpu if said.key in known[one]]
    [found] = tried or (with_gpu if len(with_gpu) == 1 else [place])
    return found


def in_axis_order(histories: Histories, runs: Sequence[RunRecord]) -> list[History]:
    """Sort cells as the newest run that lists them all does; if none does, by their axes.

    `runs` are oldest first. A run of a few cells does not reorder the rest. A shard lists the cells
    of all shards.
    """
    for run in reversed(runs):
        listed = [one.cell for one in (run.shard.division if run.shard else run.cells)]
        positions = {cell: place for place, cell in enumerate(listed)}
        if histories.keys() <= positions.keys():
            return sorted(histories.values(), key=lambda one: positions[one.cell])
    return sorted(histories.values(), key=lambda one: (axes_rank(one.axes), one.cell))
