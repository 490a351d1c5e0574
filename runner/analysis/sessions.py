"""The trials of a cell run by run, and what is recorded otherwise from one run to another. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from runner.analysis.factors import observe
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from runner.analysis.history import History
    from runner.results.records import RunRecord, TrialRecord

SHORT: Final = 12
"""Digits of a digest that are shown."""


class Moved(NamedTuple):
    """Something recorded of the trials that was not so before; a side it was not told on is empty.

    That is a part of the trial key or an observed factor; or the version of another installed
    package, on which bits are not known to depend.
    """

    factor: str
    before: str
    after: str
    package: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """The trials of a cell in one run, what is recorded of them, and what was installed."""

    moment: datetime
    trials: tuple[TrialRecord, ...]
    recorded: Mapping[str, str]
    packages: Mapping[str, str]

    def like(self, other: Session) -> bool:
        """Whether all that is recorded is the same."""
        return self.recorded == other.recorded and self.packages == other.packages


def find_sessions(history: History, runs: Sequence[RunRecord]) -> list[Session]:
    """Sort the finished trials of a cell by the run that they ran in, oldest first.

    A trial is of the run that its host began last before it. Trials from before runs were kept
    are told apart by their key.
    """
    begun: dict[tuple[str, str], set[datetime]] = defaultdict(set)
    for run in runs:
        begun[run.engine, run.host.name].add(run.started)
    starts = {host: sorted(moments) for host, moments in begun.items()}
    found: dict[tuple[str, datetime | str], list[TrialRecord]] = defaultdict(list)
    for trial, digest in zip(history.trials, history.digests, strict=True):
        if trial.status is not Status.DONE:
            continue
        known = starts.get((trial.key.engine, trial.host.name), [])
        place = bisect_right(known, trial.started)
        found[trial.host.name, known[place - 1] if place else digest].append(trial)
    sessions = [_session(moment, own) for (_, moment), own in found.items()]
    return sorted(sessions, key=lambda one: (one.moment, one.trials[0].started))


def _session(moment: datetime | str, trials: Sequence[TrialRecord]) -> Session:
    began = trials[0].started if isinstance(moment, str) else moment
    installed = [one.probe.fingerprint.packages for one in trials if one.probe]
    return Session(began, tuple(trials), _recorded(trials), installed[-1])


def _recorded(trials: Sequence[TrialRecord]) -> dict[str, str]:
    """Everything that bits may depend on, as the last of the trials has it."""
    last = trials[-1]
    key, seen = last.key, [one.probe.fingerprint for one in trials if one.probe]
    parts = {
        "probe": key.probe[:SHORT],
        "seed": str(key.seed),
        "repeats": str(key.repeats),
        "base": key.base.removeprefix("sha256:")[:100],
        "recipe": key.recipe[:SHORT],
        "lock": key.lock[:SHORT],
        **key.setting,
        "host": " and ".join(sorted({one.host.name for one in trials})),
    }
    return {**observe(seen), **parts}


def what_moved(before: Session, after: Session) -> tuple[Moved, ...]:
    """Say what is recorded otherwise: what bits are known to depend on, then other packages.

    A lock is told by the packages in it, and by its digest only where those are the same.
    """
    known = _unlike(before.recorded, after.recorded)
    packages = _unlike(before.packages, after.packages)
    if packages:
        known.pop("lock", None)
    others = {name: sides for name, sides in packages.items() if name not in known}
    return (
        *(Moved(name, *sides) for name, sides in known.items()),
        *(Moved(name, *sides, package=True) for name, sides in others.items()),
    )


def _unlike(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    both = {name: (before.get(name, ""), after.get(name, "")) for name in sorted({*before, *after})}
    return {name: (old, new) for name, (old, new) in both.items() if old != new}
