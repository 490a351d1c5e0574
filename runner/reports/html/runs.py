"""The runs that a store knows of, newest first: what each selected, and how far it got."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.reports.words import brief, span
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.results.records import RunRecord

MOST_RUNS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `rest` are the cells without a result, by their status."""

    started: str
    took: str
    engine: str
    host: str
    matrix: str
    selected: int
    done: int
    rest: str
    trials: int


def runs(records: Iterable[RunRecord]) -> tuple[Run, ...]:
    """List the newest runs. A run that ended has two records, of which the last counts."""
    last: dict[object, RunRecord] = {}
    for record in records:
        begun = (record.started, record.host, record.engine, record.matrix)
        if begun not in last or record.finished:
            last[begun] = record
    ordered = sorted(last.values(), key=lambda one: one.started, reverse=True)
    return tuple(map(_run, ordered[:MOST_RUNS]))


def _run(record: RunRecord) -> Run:
    statuses = Counter(cell.status for cell in record.cells)
    done = statuses.pop(Status.DONE, 0)
    seconds = (record.finished - record.started).total_seconds() if record.finished else None
    return Run(
        started=f"{record.started:%Y-%m-%d %H:%M}",
        took="did not end" if seconds is None else span(seconds),
        engine=record.engine,
        host=f"{brief(record.host.name)}, {brief(record.host.host_class)}",
        matrix=brief(record.matrix)[:12],
        selected=len(record.cells),
        done=done,
        rest=", ".join(f"{count} {status}" for status, count in sorted(statuses.items())),
        trials=sum(phase.kind == "trial" for phase in record.phases),
    )
