"""Which shards of divided runs have left no record, and what that says of their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.results.synthetic import cell, run, status, trials

from runner.analysis.compare import compare
from runner.analysis.shards import absent, divided
from runner.results.records import Assigned, RunRecord, Shard, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.matrix.cells import Cell

CELLS = tuple(map(cell, ("2.20.0", "2.21.0", "2.19.1", "2.18.1")))  # not in the order of releases
WHERE = (1, 2, 2, 1)
LOST = "shard 2 of 2 has left no results"


def shard(
    index: int, *, at: int = 0, name: str = "", where: Sequence[int] = WHERE, of: int = 2
) -> RunRecord:
    """The record of one shard, in which each of its cells is done."""
    division = tuple(
        Assigned(cell=one.id, axes=one.axes, shard=number)
        for one, number in zip(CELLS, where, strict=True)
    )
    mine = [status(one) for one, number in zip(CELLS, where, strict=True) if number == index]
    part = Shard(index=index, of=of, run=name, division=division)
    return run(mine, at=at).model_copy(update={"shard": part})


def test_a_run_with_all_its_shards_lacks_none() -> None:
    (found,) = divided([shard(2, at=5), shard(1)])
    assert (found.of, found.present, found.missing, found.lost) == (2, (1, 2), (), ())
    assert absent([shard(2), shard(1)]) == ()


def test_the_cells_of_a_missing_shard_are_known_from_the_others() -> None:
    (found,) = divided([shard(1)])
    assert found.missing == (2,)
    assert [one.cell for one in found.lost] == [CELLS[1].id, CELLS[2].id]
    (record,) = absent([shard(1)])
    assert [(one.cell, one.status, one.reason) for one in record.cells] == [
        (CELLS[1].id, Status.MISSING, LOST),
        (CELLS[2].id, Status.MISSING, LOST),
    ]


def test_a_shard_without_cells_has_nothing_to_say() -> None:
    (found,) = divided([shard(1, of=3), shard(2, of=3)])
    assert (found.of, found.missing) == (3, ())


def test_a_run_that_was_not_divided_lacks_nothing() -> None:
    assert divided([run([status(CELLS[0])])]) == ()


def test_shards_of_runs_with_different_names_do_not_complete_each_other() -> None:
    found = divided([shard(1, name="7"), shard(2, name="8", at=5)])
    assert [(one.run, one.missing) for one in found] == [("7", (2,)), ("8", (1,))]


def test_shards_that_were_divided_differently_do_not_complete_each_other() -> None:
    found = divided([shard(1), shard(2, where=(2, 1, 1, 2), at=5)])
    assert [one.missing for one in found] == [(2,), (1,)]


def shown(
    runs: Sequence[RunRecord], done: Sequence[Cell]
) -> tuple[list[str], list[tuple[str, str]]]:
    """The cells with a result, and those without with their status."""
    records = [record for of in done for record in trials(of, {"a": ("x", "x")})]
    (context,) = compare(records, [*runs, *absent(runs)]).contexts
    missing = [(one.cell, f"{one.status}: {one.reason}") for one in context.missing]
    return [one.cell for one in context.cells], missing


def test_a_report_lists_the_cells_of_a_missing_shard() -> None:
    there, missing = shown([shard(1)], [CELLS[0], CELLS[3]])
    assert there == [CELLS[0].id, CELLS[3].id]
    assert missing == [(CELLS[1].id, f"missing: {LOST}"), (CELLS[2].id, f"missing: {LOST}")]


def test_merged_shards_show_the_cells_in_the_order_of_the_whole_run() -> None:
    there, missing = shown([shard(1), shard(2)], CELLS)
    assert there == [one.id for one in CELLS]
    assert missing == []


def test_a_later_run_of_the_missing_cells_fills_the_gap() -> None:
    again = run(map(status, CELLS[1:3]), at=5000)
    assert shown([shard(1), again], CELLS) == ([one.id for one in CELLS], [])


def test_results_of_before_stay_results_when_a_shard_is_missing() -> None:
    before = [shard(1, name="7"), shard(2, name="7")]
    there, missing = shown([*before, shard(1, name="8", at=90_000)], CELLS)
    assert there == [one.id for one in CELLS]
    assert missing == []
