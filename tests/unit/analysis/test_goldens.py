"""Which cases have a golden in which cells, and why the others have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from unit.results.stored_arrays import add, digest
from unit.results.synthetic import (
    ERROR,
    HOST_CLASS,
    UNSUPPORTED,
    case,
    cell,
    key,
    run,
    status,
    trial,
    trials,
)

from runner.analysis.compare import compare
from runner.analysis.goldens import Golden, find_goldens
from runner.results.store import Store
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from pathlib import Path

    from runner.analysis.goldens import Goldens
    from runner.results.loaded import LoadedArray
    from runner.results.records import TrialRecord

OLD, NEW = cell("2.19.1"), cell("2.20.0")
ONES, TWOS = np.ones(3, "<f4"), np.full(3, 2, "<f4")


def stored(store: Store) -> Goldens:
    found = store.trials()
    return find_goldens(compare(found.records, []), store.load)


def test_cells_that_agree_share_a_golden(tmp_path: Path) -> None:
    store = Store(tmp_path)
    same = [{"out": ONES}] * 2
    add(store, OLD, {"same": same, "changed": [{"out": ONES}] * 2})
    add(store, NEW, {"same": same, "changed": [{"out": TWOS}] * 2})
    found = stored(store)
    old, new = found.cells
    assert (old.cell, new.cell) == (OLD.id, NEW.id)
    assert old.goldens["same"] == new.goldens["same"]
    assert old.goldens["changed"] != new.goldens["changed"]
    assert [(one.case, one.outputs) for one in found.goldens if one.case == "same"] == [
        ("same", {"out": digest(ONES)})
    ]
    assert {one.outputs["out"] for one in found.goldens if one.case == "changed"} == {
        digest(ONES),
        digest(TWOS),
    }
    assert (old.engine, old.host_class, old.seed) == ("docker", HOST_CLASS, 42)
    assert (old.processes, old.repeats, old.without) == (3, 6, {})


def test_the_name_of_a_golden_depends_on_its_bits_alone(tmp_path: Path) -> None:
    alone, beside = Store(tmp_path / "alone"), Store(tmp_path / "beside")
    for store in (alone, beside):
        add(store, NEW, {"a": [{"out": TWOS}] * 2})
    add(beside, OLD, {"a": [{"out": ONES}] * 2})
    (golden,) = stored(alone).goldens
    assert len(golden.name) == 16
    assert golden in stored(beside).goldens
    assert isinstance(golden, Golden)


def anything(_: str) -> LoadedArray | Rejected:
    return Rejected("not to be looked at")


@pytest.mark.parametrize(
    ("records", "why"),
    [
        pytest.param(
            trials(NEW, {"a": ("x", "y")}),
            "it varies from run to run (in one process)",
            id="varies",
        ),
        pytest.param(
            [trial(NEW, case("a", UNSUPPORTED, reason="no kernel"))],
            "it is not supported: no kernel",
            id="unsupported",
        ),
        pytest.param(
            [trial(NEW, case("a", ERROR, reason="ValueError"))], "it failed: ValueError", id="error"
        ),
        pytest.param(
            trials(NEW, {"a": ("x",)}, count=1, trial_key=key(NEW, repeats=1)),
            "it was seen once only, which proves nothing",
            id="seen once",
        ),
        pytest.param(
            trials(NEW, {"a": ("x", "x")}),
            "the array of its output out can't be had: not to be looked at",
            id="without an array",
        ),
    ],
)
def test_a_case_without_a_golden_says_why(records: list[TrialRecord], why: str) -> None:
    found = find_goldens(compare(records, []), anything)
    assert found.goldens == ()
    (one,) = found.cells
    assert (one.goldens, one.without) == ({}, {"a": why})
    assert (one.processes, one.repeats) == (0, 0)


def test_a_cell_without_a_result_has_no_goldens() -> None:
    found = find_goldens(compare([], [run([status(NEW)])]), anything)
    assert (found.goldens, found.cells) == ((), ())
