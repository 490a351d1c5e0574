"""A search through releases while it goes on: what is known, and what to try next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from runner.analysis.apart import outputs_apart
from runner.analysis.attempts import Attempt, find_attempts
from runner.analysis.bisect import Bisection, find_wanted, most_tries
from runner.analysis.compare import compare
from runner.errors import NothingSelected
from runner.matrix.line import beside
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.analysis.apart import OutputDistance
    from runner.analysis.bisect import Change
    from runner.matrix.cells import Cell
    from runner.results.records import CellStatus, RunRecord, TrialRecord
    from runner.results.store import Store

_NO_RESULT: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks: the case, the axis and its ends, and the cell to go through.

    `only` chooses among the cells of the matrix, `values` take the place of its own. `every` asks
    for every change, `pre` for pre-releases too.
    """

    case: str
    axis: str
    ends: tuple[str, str]
    only: tuple[str, ...]
    values: tuple[str, ...]
    every: bool
    pre: bool


@dataclass(slots=True, kw_only=True)
class Search:
    """A search while it goes on.

    `cells` is release → its cell, in order. `rows` say of each cell that was tried how far it got,
    by its release, as the newest run or plan tells.
    """

    store: Store
    asked: Asked
    cells: Mapping[str, Cell]
    aside: tuple[tuple[str, str], ...]
    record: RunRecord
    rows: dict[str, CellStatus] = field(default_factory=dict)
    tried: dict[str, Attempt] = field(default_factory=dict)

    def note(self, record: RunRecord) -> None:
        """Take in how far cells got, and look again at all that is known.

        What was interrupted is not known: it is to be tried again.
        """
        releases = {cell.id: release for release, cell in self.cells.items()}
        ended = [row for row in record.cells if row.status is not Status.INTERRUPTED]
        self.rows |= {releases[row.cell]: row for row in ended}
        tried = tuple(self.rows[one] for one in self.cells if one in self.rows)
        self.record = record.model_copy(update={"cells": tried})
        trials = self.trials()
        comparison = compare(trials, [self.record])
        found = find_attempts(comparison, self.asked.case, trials)
        self.tried = {
            release: found.get(row.cell) or Attempt(state=row.status, reason=row.reason)
            for release, row in self.rows.items()
        }

    def trials(self) -> tuple[TrialRecord, ...]:
        """The stored trials that count: of the cells that were tried, as they were planned."""
        keys = {row.key for row in self.rows.values()}
        stored = self.store.trials([row.cell for row in self.rows.values()])
        return tuple(one for one in stored.records if one.key.digest in keys)

    def wanted(self) -> tuple[str, ...]:
        """The releases to try next."""
        return find_wanted(tuple(self.cells), self.tried, every=self.asked.every)

    def most(self) -> int:
        """How many more tries it takes at most, where every release has bits."""
        return most_tries(tuple(self.cells), self.tried, every=self.asked.every)

    def exit_code(self) -> int:
        """The exit code of DESIGN §9 where nothing was interrupted.

        Where one change is looked for, both ends need a result; else any one will do.
        """
        statuses = {release: row.status for release, row in self.rows.items()}
        if set(statuses.values()) == {Status.SKIPPED}:
            return NothingSelected.exit_code
        first, *_, last = self.cells
        done = [statuses.get(one) is Status.DONE for one in (first, last)]
        if self.asked.every:
            done = [Status.DONE in statuses.values()]
        without = {Status.REFUSED, Status.SKIPPED}
        return 0 if all(done) and set(statuses.values()) <= {Status.DONE, *without} else _NO_RESULT

    def result(self) -> Bisection:
        """What is known so far."""
        some = next(iter(self.cells.values()))
        return Bisection(
            case=self.asked.case,
            axis=self.asked.axis,
            axes=beside(some, self.asked.axis),
            releases=tuple(self.cells),
            aside=self.aside,
            cells={release: cell.id for release, cell in self.cells.items()},
            tried=self.tried,
            every=self.asked.every,
        )

    def differences(self) -> dict[Change, OutputDistance]:
        """By how much the first output that differs does at each change."""
        load = self.store.load
        found: dict[Change, OutputDistance] = {}
        for change in self.result().changes:
            before, after = (self.tried[one].result for one in (change.before, change.after))
            if before and after and (apart := outputs_apart(before, after, load)):
                found[change] = apart[0]
        return found
