"""A search through releases: what it runs, what it finds, how it goes on after a break."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from unit.results.synthetic import BEGIN, cell, key, run, status, trials

from runner.cli.bisecting import pursue
from runner.cli.search import Asked, Search
from runner.matrix.line import line
from runner.results.records import Status
from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from runner.matrix.cells import Cell
    from runner.results.records import CellStatus, RunRecord

# 2.12.0 to 2.19.0, a letter each: its bits, ? where it varies, ! where it can't be built.
HISTORY = "AAA!?BBB"
RELEASES = [f"2.{12 + number}.0" for number in range(len(HISTORY))]
CELLS = line(cell(determinism="off"), "tensorflow", RELEASES)
LETTERS = dict(zip(RELEASES, HISTORY, strict=True))
NOTHING = run([])


class Runs:
    """Runs cells as the history says; `broken` is the number of the run that is interrupted."""

    def __init__(self, store: Store, broken: int = 0) -> None:
        self.store = store
        self.broken = broken
        self.done: list[list[str]] = []

    def __call__(self, cells: tuple[Cell, ...]) -> tuple[RunRecord, bool]:
        self.done.append([one.environment.tensorflow for one in cells])
        at = 1000 * len(self.done)
        if len(self.done) == self.broken:
            return run([status(one, Status.INTERRUPTED) for one in cells], at=at), True
        return run([self._row(one, at) for one in cells], at=at), False

    def _row(self, of: Cell, at: int) -> CellStatus:
        letter = LETTERS[of.environment.tensorflow]
        if letter == "!":
            return status(of, Status.BUILD_FAILED, "no compiler")
        words = ("x", "y") if letter == "?" else (letter, letter)
        for record in trials(of, {"c": words}, count=2, at=at):
            self.store.add(record)
        return status(of, planned=key(of))


def search_in(store: Store, *, every: bool = False) -> Search:
    asked = Asked(
        case="c",
        axis="tensorflow",
        ends=(RELEASES[0], RELEASES[-1]),
        only=(),
        values=(),
        every=every,
        pre=False,
    )
    return Search(store=store, asked=asked, cells=CELLS, aside=(), record=NOTHING)


def quiet() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_the_ends_run_together_and_then_one_release_at_a_time(tmp_path: Path) -> None:
    runs = Runs(Store(tmp_path))
    search = search_in(runs.store)
    assert pursue(search, runs, quiet()) is False
    assert runs.done == [["2.12.0", "2.19.0"], ["2.16.0"], ["2.15.0"], ["2.17.0"], ["2.14.0"]]
    (change,) = search.result().changes
    assert (change.before, change.after) == ("2.14.0", "2.17.0")
    assert change.without == ("2.15.0", "2.16.0")
    assert change.doubtful
    assert search.result().finished


def test_every_release_runs_in_one_go_where_every_change_is_asked_for(tmp_path: Path) -> None:
    runs = Runs(Store(tmp_path))
    search = search_in(runs.store, every=True)
    assert pursue(search, runs, quiet()) is False
    (batch,) = runs.done
    assert sorted(batch) == RELEASES
    assert search.result().untried == ()


def test_an_interrupted_search_goes_on_where_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = Runs(store, broken=3)
    search = search_in(store)
    assert pursue(search, first, quiet()) is True
    assert first.done == [["2.12.0", "2.19.0"], ["2.16.0"], ["2.15.0"]]
    assert list(search.tried) == ["2.12.0", "2.19.0", "2.16.0"]
    assert not search.result().finished
    again = search_in(store)
    again.note(search.record)
    second = Runs(store)
    assert pursue(again, second, quiet()) is False
    assert second.done == [["2.15.0"], ["2.17.0"], ["2.14.0"]]


def test_trials_of_another_key_do_not_count(tmp_path: Path) -> None:
    store = Store(tmp_path)
    of = CELLS["2.12.0"]
    for record in trials(of, {"c": "ZZ"}, trial_key=key(of, lock="another")):
        store.add(record)
    search = search_in(store)
    search.note(run([status(of, planned=key(of))]))
    assert search.tried["2.12.0"].bits == ""
    for record in trials(of, {"c": "AA"}, at=50):
        store.add(record)
    search.note(run([status(of, planned=key(of))], at=100))
    assert search.tried["2.12.0"].bits


def test_a_run_that_leaves_nothing_known_ends_the_search(tmp_path: Path) -> None:
    def useless(cells: tuple[Cell, ...]) -> tuple[RunRecord, bool]:
        return run([status(one, Status.INTERRUPTED) for one in cells]), False

    assert pursue(search_in(Store(tmp_path)), useless, quiet()) is True


def test_an_interrupt_says_how_to_go_on(tmp_path: Path) -> None:
    def broken(_: tuple[Cell, ...]) -> tuple[RunRecord, bool]:
        raise KeyboardInterrupt

    console = quiet()
    with pytest.raises(KeyboardInterrupt):
        pursue(search_in(Store(tmp_path)), broken, console)
    assert isinstance(console.file, io.StringIO)
    assert "what was tried is kept, and the same command goes on" in console.file.getvalue()


@pytest.mark.parametrize(
    ("first", "last", "code", "code_of_all"),
    [
        pytest.param(Status.DONE, Status.DONE, 0, 0, id="both ends"),
        pytest.param(Status.DONE, Status.REFUSED, 5, 0, id="one can't be installed"),
        pytest.param(Status.DONE, Status.BUILD_FAILED, 5, 5, id="one could not be built"),
        pytest.param(Status.REFUSED, Status.REFUSED, 5, 5, id="none can be installed"),
        pytest.param(Status.SKIPPED, Status.SKIPPED, 3, 3, id="none can run here"),
        pytest.param(Status.SKIPPED, Status.REFUSED, 5, 5, id="none can run"),
        pytest.param(Status.REFUSED, None, 5, 5, id="one is not tried, since the other can't"),
    ],
)
def test_exit_codes(
    tmp_path: Path, first: Status, last: Status | None, code: int, code_of_all: int
) -> None:
    rows = [status(CELLS["2.12.0"], first), *([status(CELLS["2.19.0"], last)] if last else [])]
    for every, expected in ((False, code), (True, code_of_all)):
        search = search_in(Store(tmp_path), every=every)
        search.note(run(rows))
        assert search.exit_code() == expected


def test_what_happens_is_told_as_it_happens(tmp_path: Path) -> None:
    console = quiet()
    runs = Runs(Store(tmp_path))
    pursue(search_in(runs.store), runs, console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "tensorflow 2.12.0, 2.19.0 of at most 5 releases to try",
        "2.12.0 has bits that no other has so far",
        "2.19.0 has bits that no other has so far",
        "tensorflow 2.16.0 of at most 3 releases to try",
        "2.16.0 varies from run to run: 2 results in 4 repeats in 2 processes",
        "tensorflow 2.15.0 of at most 3 releases to try",
        "2.15.0 could not be built: no compiler",
        "tensorflow 2.17.0 of at most 3 releases to try",
        "2.17.0 has the bits of 2.19.0",
        "tensorflow 2.14.0 of at most 2 releases to try",
        "2.14.0 has the bits of 2.12.0",
    ]


def test_times_of_runs_do_not_matter(tmp_path: Path) -> None:
    """What is stored may be of long before the run that plans it."""
    store = Store(tmp_path)
    of = CELLS["2.12.0"]
    for record in trials(of, {"c": "AA"}):
        store.add(record.model_copy(update={"started": BEGIN - timedelta(days=90)}))
    search = search_in(store)
    search.note(run([status(of, planned=key(of))]))
    assert search.tried["2.12.0"].bits
