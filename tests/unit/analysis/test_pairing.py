"""Which cells belong together that two names mean, and what is said where none do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import case, cell, key, run, status, trial

from runner.analysis.between import corners_of, responsible
from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.pairing import find_pairs
from runner.errors import InputError, NothingSelected, SamebitsError
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.analysis.comparison import Comparison
    from runner.matrix.cells import Cell

OLD_OFF, OLD_ON = (cell("2.15.1", determinism=word) for word in ("off", "on"))
NEW_OFF, NEW_ON = (cell("2.16.2", determinism=word) for word in ("off", "on"))
ELDEST = cell("2.11.1", python="3.8")
LOST = cell("2.17.1")
ODD = cell("2.15.1", python="3.12")
GPU = cell("2.16.2", device="gpu", cuda="12.3.2")


def compared(*cells: Cell, lost: Iterable[Cell] = ()) -> Comparison:
    trials = [
        trial(of, case("a", "x"), trial_key=key(of, host_class="H100") if of is GPU else None)
        for of in cells
    ]
    said = [*map(status, cells), *(status(of, Status.TIMED_OUT, "600 s") for of in lost)]
    return compare(trials, [run([one for one in said if one.cell != GPU.id])])


EVERY = (ELDEST, OLD_OFF, OLD_ON, NEW_OFF, NEW_ON)


def pairs(left: str, right: str, *cells: Cell) -> list[tuple[str, str]]:
    (found,) = find_pairs(compared(*(cells or EVERY)), left, right)
    return [(one.left.cell, one.right.cell) for one in found.pairs]


def test_cells_that_are_alike_in_all_other_axes_are_paired() -> None:
    assert pairs("tensorflow=2.15.1", "tensorflow=2.16.2") == [
        (OLD_OFF.id, NEW_OFF.id),
        (OLD_ON.id, NEW_ON.id),
    ]


def test_what_one_cell_holds_as_the_other_has_it_anyway_does_not_set_them_apart() -> None:
    environment = replace(NEW_ON.environment, keras="3.12.0")  # what every trial here tells
    held = replace(NEW_ON, environment=environment)
    (found,) = find_pairs(compared(OLD_ON, held), OLD_ON.id, held.id)
    (pair,) = found.pairs
    assert pair.moved == (
        Move("tensorflow", "2.15.1", "2.16.2"),
        Move("keras", "3.12.0", "3.12.0"),
    )
    assert pair.apart == pair.moved[:1]
    assert responsible(corners_of(found.context, pair), pair, "a") == ("tensorflow",)


@pytest.mark.parametrize(
    ("left", "right", "one", "other"),
    [
        pytest.param(OLD_OFF.id, NEW_ON.id, OLD_OFF, NEW_ON, id="two ids, whatever differs"),
        pytest.param(ELDEST.id, NEW_ON.id, ELDEST, NEW_ON, id="python moves too"),
        pytest.param(
            "tensorflow=2.11.1", "tensorflow=2.15.1,determinism=on", ELDEST, OLD_ON, id="so here"
        ),
        pytest.param("tensorflow=2.11.1", OLD_ON.id, ELDEST, OLD_ON, id="a condition and an id"),
        pytest.param("*tf2.15.1*.det", "*tf2.16.2*", OLD_ON, NEW_ON, id="patterns"),
        pytest.param(OLD_OFF.id, "determinism=on", OLD_OFF, OLD_ON, id="the setting alone"),
        pytest.param(
            "tensorflow=2.15.1,determinism=off", "determinism=on", OLD_OFF, OLD_ON, id="one axis"
        ),
    ],
)
def test_one_pair(left: str, right: str, one: Cell, other: Cell) -> None:
    assert pairs(left, right) == [(one.id, other.id)]


def test_a_pair_says_what_moved() -> None:
    (found,) = find_pairs(compared(*EVERY), OLD_OFF.id, NEW_ON.id)
    assert found.pairs[0].moved == (
        Move("tensorflow", "2.15.1", "2.16.2"),
        Move("determinism", "off", "on"),
    )


def test_moves_are_in_the_order_of_the_axes_whatever_a_record_has() -> None:
    records = [
        trial(of, case("a", "x")).model_copy(update={"axes": dict(sorted(of.axes.items()))})
        for of in (OLD_OFF, NEW_ON)
    ]
    (found,) = find_pairs(compare(records, []), OLD_OFF.id, NEW_ON.id)
    assert [move.axis for move in found.pairs[0].moved] == ["tensorflow", "determinism"]


def test_cells_without_a_counterpart_or_without_a_result_are_told() -> None:
    comparison = compared(OLD_OFF, OLD_ON, NEW_ON, lost=[NEW_OFF])
    (found,) = find_pairs(comparison, "tensorflow=2.15.1", "tensorflow=2.16.2")
    assert [(one.left.cell, one.right.cell) for one in found.pairs] == [(OLD_ON.id, NEW_ON.id)]
    assert [one.cell for one in found.alone] == [OLD_OFF.id, NEW_OFF.id]


@pytest.mark.parametrize("left", [OLD_ON.id, "tensorflow=2.15.1,determinism=on"])
def test_cells_that_the_other_name_leaves_out_are_not_missed(left: str) -> None:
    (found,) = find_pairs(compared(OLD_OFF, OLD_ON, NEW_OFF, NEW_ON), left, "tensorflow=2.16.2")
    assert [(one.left.cell, one.right.cell) for one in found.pairs] == [(OLD_ON.id, NEW_ON.id)]
    assert found.alone == ()


def test_each_context_has_pairs_of_its_own() -> None:
    cells = [OLD_ON, NEW_ON]
    here = [trial(of, case("a", "x")) for of in cells]
    there = [trial(of, case("a", "x"), trial_key=key(of, engine="venv")) for of in cells]
    found = find_pairs(compare(here + there, []), "tensorflow=2.15.1", "tensorflow=2.16.2")
    assert [one.context.engine for one in found] == ["docker", "venv"]
    assert [len(one.pairs) for one in found] == [1, 1]


@pytest.mark.parametrize(
    ("cells", "names", "error", "message"),
    [
        pytest.param(
            EVERY,
            ("tensorflow=2.15.1", "determinism=on"),
            InputError,
            "'tensorflow=2.15.1' and 'determinism=on': no axis tells one from the other",
            id="about nothing in common",
        ),
        pytest.param(
            EVERY,
            (OLD_ON.id, OLD_ON.id),
            InputError,
            f"'{OLD_ON.id}' and '{OLD_ON.id}': no axis tells one from the other",
            id="the same cell",
        ),
        pytest.param(
            EVERY,
            ("tensorflow=2.11.1", "tensorflow=2.1[56]*"),
            InputError,
            "'tensorflow=2.1[56]*': this names tensorflow 2.15.1 and 2.16.2",
            id="several values",
        ),
        pytest.param(
            (OLD_OFF, ODD, NEW_ON, cell("2.16.2", determinism="off", python="3.10")),
            ("tensorflow=2.15.1", "tensorflow=2.16.2"),
            InputError,
            "'tensorflow=2.15.1' and 'tensorflow=2.16.2': no two cells are alike in all axes but "
            "tensorflow",
            id="nothing alike",
        ),
        pytest.param(
            (OLD_ON, GPU),
            ("tensorflow=2.15.1", "device=gpu"),
            NothingSelected,
            "'tensorflow=2.15.1' has results on docker, cpu avx512_bf16; 'device=gpu' has results "
            "on docker, H100: bits of another engine or host class are not compared",
            id="another host class",
        ),
        pytest.param(
            (OLD_ON, LOST),
            ("tensorflow=2.15.1", "tensorflow=2.17.1"),
            NothingSelected,
            f"'tensorflow=2.17.1': {LOST.id} has no result: timed-out: 600 s",
            id="no result",
        ),
    ],
)
def test_what_can_not_be_paired(
    cells: tuple[Cell, ...], names: tuple[str, str], error: type[SamebitsError], message: str
) -> None:
    comparison = compared(
        *(one for one in cells if one is not LOST), lost=[one for one in cells if one is LOST]
    )
    with pytest.raises(error) as raised:
        find_pairs(comparison, *names)
    assert raised.value.message == message
