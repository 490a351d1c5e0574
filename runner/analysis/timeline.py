"""What a case gave in one cell as time went by, and what moved where it gave something else. Pure.

All finished trials count, those too whose lock, probe, setting or base is no longer that of the
cell: what moved is the answer here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Verdict
from runner.analysis.groups import lettered
from runner.analysis.history import collect, in_axis_order, oldest_first
from runner.analysis.sessions import find_sessions, what_moved
from runner.analysis.standing import kind_of, standing
from runner.analysis.verdicts import Sighting, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from runner.analysis.comparison import CaseResult
    from runner.analysis.history import History, Place
    from runner.analysis.sessions import Moved, Session
    from runner.analysis.standing import Kind
    from runner.results.records import EngineName, RunRecord, TrialRecord

_INCOMPARABLE: Final = frozenset({"probe", "seed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """What one case gave from one run on, until another gave something else.

    `since` and `until` are the beginnings of the first and last run in it. `standing` is as in a
    baseline, `group` the letter of the bits within the course, empty where there is no one result.
    `moved` is what is recorded otherwise than in the spell before, `kind` the step from there.
    """

    since: datetime
    until: datetime
    verdict: Verdict
    standing: str
    processes: int
    group: str = ""
    moved: tuple[Moved, ...] = ()
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One case in one cell: its spells, oldest first. `runs` had a trial of it."""

    engine: EngineName
    host_class: str
    cell: str
    axes: Mapping[str, str]
    case: str
    family: str
    spells: tuple[Spell, ...]
    runs: int

    @property
    def turns(self) -> tuple[Spell, ...]:
        """The spells that say something else than the one before."""
        return self.spells[1:]


def find_courses(
    trials: Iterable[TrialRecord], runs: Iterable[RunRecord], wanted: Callable[[str], bool]
) -> tuple[Course, ...]:
    """Follow the cases with a wanted name through all runs, by place, cell and case.

    The order of the records does not matter, nor do copies from a merge.
    """
    runs = oldest_first(runs)
    return tuple(
        course
        for place, histories in sorted(collect(trials, runs).items())
        for history in in_axis_order(histories, runs)
        for course in _courses(place, history, find_sessions(history, runs), wanted)
    )


def turned_by_last_run(
    place: Place, histories: Iterable[History], runs: Sequence[RunRecord]
) -> tuple[Course, ...]:
    """Give the courses that turned in the last run of their cell, unless the probe or seed did.

    There are none where no run of a place is recorded, or the last one reused the stored trials.
    """
    last = _last_runs(place, runs)
    return tuple(
        course
        for history in histories
        if (found := find_sessions(history, runs))[1:]
        and found[-1].moment == last.get(history.cell)
        for course in _courses(place, history, found, lambda _: True)
        if course.turns
        and course.spells[-1].since == found[-1].moment
        and not {one.factor for one in course.spells[-1].moved} & _INCOMPARABLE
    )


def _last_runs(place: Place, runs: Sequence[RunRecord]) -> dict[str, datetime]:
    """Give for each cell when the last run began that could run it, on whichever host of a class.

    The class of a GPU cell begins with its GPU, which a run does not know.
    """
    ours = [
        run
        for run in runs
        if run.engine == place.engine and place.host_class.endswith(run.host.host_class)
    ]
    ordered = sorted(ours, key=lambda one: one.started)
    return {
        said.cell: run.started for run in ordered for said in run.cells if not said.without_device
    }


def _courses(
    place: Place, history: History, sessions: Sequence[Session], wanted: Callable[[str], bool]
) -> Iterator[Course]:
    sighted = [(session, _sightings(session)) for session in sessions]
    names = {name: seen[0].output.family for _, found in sighted for name, seen in found.items()}
    for name in sorted(filter(wanted, names)):
        seen = [(session, found[name]) for session, found in sighted if name in found]
        yield Course(
            engine=place.engine,
            host_class=place.host_class,
            cell=history.cell,
            axes=history.axes,
            case=name,
            family=names[name],
            spells=_spells(seen),
            runs=len(seen),
        )


def _sightings(session: Session) -> dict[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = defaultdict(list)
    for trial in session.trials:
        for case in trial.probe.cases if trial.probe else ():
            sighting = Sighting(output=case, order=trial.order, host=trial.host.name)
            found[case.name].append(sighting)
    return found


def _spells(seen: Sequence[tuple[Session, list[Sighting]]]) -> tuple[Spell, ...]:
    spells: list[Spell] = []
    last: list[Session] = []
    first: list[Session] = []
    for session, sightings in seen:
        spell = _spell(session.moment, judge(sightings))
        if spells and _goes_on(spells[-1], spell, last[-1].like(session)):
            processes = spells[-1].processes + spell.processes
            spells[-1] = replace(spells[-1], until=spell.until, processes=processes)
            last[-1] = session
        else:
            spells.append(spell)
            first.append(session)
            last.append(session)
    steps = zip(last[:-1], first[1:], strict=True)
    return _told(spells, [what_moved(before, after) for before, after in steps])


def _spell(moment: datetime, result: CaseResult) -> Spell:
    return Spell(
        since=moment,
        until=moment,
        verdict=result.verdict,
        standing=standing(result),
        processes=result.evidence.processes,
    )


def _goes_on(before: Spell, after: Spell, unmoved: bool) -> bool:  # noqa: FBT001 - its last word
    """Whether a run says the same; where nothing moved, what varied once may agree by chance."""
    return before.standing == after.standing or (unmoved and before.verdict is Verdict.VARIES)


def _told(spells: Sequence[Spell], moved: Sequence[tuple[Moved, ...]]) -> tuple[Spell, ...]:
    letters = lettered(
        [one.standing if one.verdict is Verdict.IDENTICAL else None for one in spells]
    )
    named = [replace(one, group=letter) for one, letter in zip(spells, letters, strict=True)]
    turned = (
        replace(after, kind=kind_of(before.standing, after.standing), moved=step)
        for (before, after), step in zip(pairwise(named), moved, strict=True)
    )
    return (*named[:1], *turned)
