"""The history of runs: newest first, each once, with what it came to."""

from __future__ import annotations

from unit.results.synthetic import cell, run, status

from runner.reports.html.runs import runs
from runner.results.records import Phase, Status

ONE, OTHER = cell("2.19.1"), cell("2.20.0")


def test_a_run_that_ended_has_two_records_and_is_one() -> None:
    ended = run([status(ONE), status(OTHER, Status.RUN_FAILED, "x")])
    phases = [Phase(kind="trial", subject=ONE.id, start=0, end=1)] * 3
    ended = ended.model_copy(update={"phases": tuple(phases)})
    begun = ended.model_copy(
        update={"finished": None, "cells": (status(ONE, Status.INTERRUPTED),), "phases": ()}
    )
    for records in ((begun, ended), (ended, begun)):
        [found] = runs(records)
        assert (found.selected, found.done, found.rest, found.trials) == (2, 1, "1 run-failed", 3)
        assert (found.started, found.took) == ("2026-11-22 09:00", "10 min")


def test_a_run_that_did_not_end() -> None:
    [found] = runs([run([status(ONE, Status.INTERRUPTED)]).model_copy(update={"finished": None})])
    assert (found.took, found.done, found.rest) == ("did not end", 0, "1 interrupted")


def test_the_newest_comes_first_and_few_hundred_are_told() -> None:
    found = runs(run([status(ONE)], at=60 * number) for number in range(250))
    assert len(found) == 200
    assert (found[0].started, found[-1].started) == ("2026-11-22 13:09", "2026-11-22 09:50")
