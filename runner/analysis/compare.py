"""From records to a comparison: who agrees with whom, on what evidence, and who has no say.

Cells are compared inside one context only: one engine, one host class, one probe and seed (those
of its newest trial), and for each Python one base (that of its newest trial; a base image that a
cell names is an axis and compared). A cell speaks through the finished trials with the key that
was last planned or tried. Whatever has none, or could not be run the last time, is listed with its
status and is no result.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from runner.analysis.comparison import CellResult, Comparison, Context, MissingCell
from runner.analysis.factors import observe
from runner.analysis.groups import group_cases, group_families
from runner.analysis.history import collect, in_axis_order, oldest_first
from runner.analysis.timeline import turned_by_last_run
from runner.analysis.verdicts import Sighting, judge
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
    from datetime import datetime

    from runner.analysis.comparison import FamilyResult
    from runner.analysis.groups import Cases
    from runner.analysis.history import Histories, History, Place
    from runner.results.records import RunRecord, TrialRecord
    from runner.results.store import Damaged

Silence = tuple[Status, str]
"""Why a cell has no result."""

_LOST = "it ran, but its trials are damaged or not in this store"
_OTHER_KEY = "its stored trials are of another lock, probe, setting or base"
_OTHER_PROBE = "ran with another probe or seed than the newest trials"
_OTHER_BASE = "ran on another base image or interpreter than the newest trials"


def compare(
    trials: Iterable[TrialRecord], runs: Iterable[RunRecord], damaged: Iterable[Damaged] = ()
) -> Comparison:
    """Compare all cells; the order of the records does not matter, nor do copies from a merge."""
    runs, damaged = oldest_first(runs), sorted(damaged)
    places = collect(trials, runs)
    harmed = Counter(cell for one in damaged if (cell := _cell_of(one)))
    answered = {
        cell for histories in places.values() for cell, history in histories.items() if history.done
    }
    contexts = (
        _context(place, histories, runs, harmed, answered)
        for place, histories in sorted(places.items())
    )
    return Comparison(
        contexts=tuple(one for one in contexts if one.cells or one.missing),
        damaged=tuple(damaged),
    )


def _cell_of(damaged: Damaged) -> str:
    room, _, rest = damaged.path.partition("/")
    return rest.partition("/")[0] if room == "trials" else ""


def _context(
    place: Place,
    histories: Histories,
    runs: Sequence[RunRecord],
    harmed: Mapping[str, int],
    answered: Collection[str],
) -> Context:
    ordered = in_axis_order(histories, runs)
    silences = _silences(ordered)
    speaking = [one for one in ordered if one.cell not in silences]
    counted = sorted(
        (trial for history in speaking for trial in history.done), key=lambda one: one.started
    )
    here = [run for run in runs if run.engine == place.engine]
    hosts = [trial.host for trial in counted] or [
        run.host for run in here if run.host.host_class == place.host_class
    ]
    return Context(
        engine=place.engine,
        engine_reason=here[-1].engine_reason if here else "",
        host_class=place.host_class,
        machines=tuple(sorted({host.cpu_model for host in hosts})),
        probe=counted[-1].key.probe if counted else "",
        seed=counted[-1].key.seed if counted else None,
        pinned=all(trial.pinned for trial in counted),
        first=counted[0].started if counted else None,
        last=counted[-1].started if counted else None,
        families=(families := _families(speaking)),
        cells=_results(speaking, families, harmed),
        missing=_missing(ordered, silences, harmed, answered),
        turned=turned_by_last_run(place, speaking, runs),
    )


def _silences(histories: Sequence[History]) -> dict[str, Silence]:
    """Say of each cell without a result why it has none."""
    silences = {one.cell: why for one in histories if (why := _silence(one))}
    for reason, what, among in (
        (_OTHER_PROBE, _probe_and_seed, _all),
        (_OTHER_BASE, _base, _python),
    ):
        newest = [max(one.done, key=_age) for one in histories if one.cell not in silences]
        counts = {among(trial): what(trial) for trial in sorted(newest, key=_age)}
        outdated = [trial for trial in newest if what(trial) != counts[among(trial)]]
        silences |= {trial.cell: (Status.STALE, reason) for trial in outdated}
    return silences


def _age(trial: TrialRecord) -> tuple[datetime, str]:
    return trial.started, trial.key.digest


def _probe_and_seed(trial: TrialRecord) -> Hashable:
    return trial.key.probe, trial.key.seed


def _all(trial: TrialRecord) -> Hashable:  # noqa: ARG001 - the shape of `among`
    return None


def _base(trial: TrialRecord) -> Hashable:
    return trial.key.base


def _python(trial: TrialRecord) -> Hashable:
    # A base image that the matrix names for an environment is an axis: it is meant to differ.
    return trial.axes.get("python"), trial.axes.get("base")


def _silence(history: History) -> Silence | None:
    """Say why a cell has no result of its own; None when it has one."""
    told = history.last
    if not history.done and told.status is Status.DONE:
        older = any(one.status is Status.DONE for one in history.trials)
        return Status.STALE, _OTHER_KEY if older else _LOST
    if not history.done or told.unplanned or told.status is Status.STALE:
        return told.status, told.reason
    return None


def _families(histories: Iterable[History]) -> dict[str, tuple[str, ...]]:
    """Give family → its cases in the order in which the probe runs them."""
    done = [trial for history in histories for trial in history.done]
    families: dict[str, dict[str, None]] = defaultdict(dict)
    for trial in sorted(done, key=lambda one: one.order == "reversed"):
        cases = trial.probe.cases if trial.probe else ()
        for case in cases if trial.order == "forward" else reversed(cases):
            families[case.family].setdefault(case.name)
    return {family: tuple(cases) for family, cases in families.items()}


def _results(
    histories: Sequence[History],
    families: Mapping[str, Sequence[str]],
    harmed: Mapping[str, int],
) -> tuple[CellResult, ...]:
    grouped = group_cases([_judged(history, families) for history in histories])
    summed = group_families(grouped, families)
    return tuple(
        _result(history, cases, sums, harmed[history.cell])
        for history, cases, sums in zip(histories, grouped, summed, strict=True)
    )


def _judged(history: History, families: Mapping[str, Sequence[str]]) -> Cases:
    sightings: dict[str, list[Sighting]] = {
        case: [] for cases in families.values() for case in cases
    }
    for trial in history.done:
        for output in trial.probe.cases if trial.probe else ():
            sightings[output.name].append(
                Sighting(output=output, order=trial.order, host=trial.host.name)
            )
    return {case: judge(seen) for case, seen in sightings.items() if seen}


def _result(
    history: History, cases: Cases, families: tuple[FamilyResult, ...], damaged: int
) -> CellResult:
    return CellResult(
        cell=history.cell,
        axes=history.axes,
        done=len(history.done),
        attempted=len(history.current),
        superseded=len(history.trials) - len(history.current),
        damaged=damaged,
        repeats=history.done[0].key.repeats,
        status=history.last.status,
        reason=history.last.reason,
        cases=tuple(cases.values()),
        families=families,
        factors=observe(trial.probe.fingerprint for trial in history.done if trial.probe),
    )


def _missing(
    histories: Iterable[History],
    silences: Mapping[str, Silence],
    harmed: Mapping[str, int],
    answered: Collection[str],
) -> tuple[MissingCell, ...]:
    missing = []
    for history in histories:
        silence = silences.get(history.cell)
        if silence is None or _answered_elsewhere(history, answered):
            continue
        status, reason = silence
        missing.append(
            MissingCell(
                cell=history.cell,
                axes=history.axes,
                status=status,
                reason=reason,
                attempted=len(history.current),
                superseded=len(history.trials) - len(history.current),
                damaged=harmed[history.cell],
            )
        )
    return tuple(missing)


def _answered_elsewhere(history: History, answered: Collection[str]) -> bool:
    # A host without a GPU can't run what another ran, and a GPU cell is at home in another place.
    last = history.last
    untried = last.without_device or last.status in {Status.DONE, Status.MISSING}
    return untried and not history.trials and history.cell in answered
