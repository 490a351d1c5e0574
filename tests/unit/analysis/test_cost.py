"""Time with determinism over time without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import ERROR, case, cell, trial

from runner.analysis.compare import compare
from runner.analysis.cost import Cost, cost_of, costs, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.comparison import Context
    from runner.matrix.cells import Cell
    from runner.results.records import TrialRecord

Times = tuple[tuple[float, ...], ...]
"""Seconds: one tuple per process, with one time per repeat."""
OFF, ON = cell(determinism="off"), cell(determinism="on")


def timed(of: Cell, cases: Mapping[str, Times]) -> list[TrialRecord]:
    """One trial per process."""
    processes = max(map(len, cases.values()))
    return [
        trial(
            of,
            *(
                case(name, *["x"] * len(times[at]), family=name.partition(".")[0]).model_copy(
                    update={"seconds": times[at]}
                )
                for name, times in cases.items()
            ),
            at=at,
        )
        for at in range(processes)
    ]


def context_of(*records: Sequence[TrialRecord]) -> Context:
    (context,) = compare([one for some in records for one in some], []).contexts
    return context


def cost(off: Times, on: Times) -> Cost | None:
    context = context_of(timed(OFF, {"a": off}), timed(ON, {"a": on}))
    ((one, other),) = pairs(context.cells)
    return cost_of(one, other, "a")


def test_every_process_with_it_against_every_one_without() -> None:
    found = cost(((9.0, 0.125), (9.0, 0.25)), ((9.0, 0.5), (9.0, 0.75)))
    assert found == Cost(ratio=3.5, low=2.0, high=6.0, n=4)
    assert found.seen


def test_the_time_of_a_process_is_the_median_of_its_later_repeats() -> None:
    found = cost(((9.0, 0.1, 0.1, 7.0),), ((0.0, 0.2, 0.2, 5.0),))
    assert found == Cost(ratio=2.0, low=2.0, high=2.0, n=1)


@pytest.mark.parametrize(
    ("off", "on", "seen"),
    [
        pytest.param((0.10, 0.12), (0.13, 0.14), True, id="slower in all processes"),
        pytest.param((0.10, 0.12), (0.08, 0.09), True, id="faster in all processes"),
        pytest.param((0.10, 0.12), (0.11, 0.14), False, id="slower in some"),
        pytest.param((0.10, 0.12), (0.12, 0.14), False, id="equal in one"),
    ],
)
def test_a_cost_is_seen_where_no_process_contradicts(
    off: tuple[float, ...], on: tuple[float, ...], *, seen: bool
) -> None:
    found = cost(tuple((0.0, one) for one in off), tuple((0.0, one) for one in on))
    assert found is not None
    assert found.seen is seen


def test_one_repeat_says_nothing() -> None:
    assert cost(((0.1,), (0.1,)), ((0.2,), (0.2,))) is None


def test_what_takes_too_little_is_left_out_and_counted() -> None:
    off = timed(OFF, {"a": ((1.0, 0.00019),), "b": ((1.0, 0.0002),)})
    on = timed(ON, {"a": ((1.0, 0.00021),), "b": ((1.0, 0.0004),)})
    found = costs(context_of(off, on))
    assert [one.case for one in found.cases] == ["b"]
    assert found.brief == 1


def test_what_failed_has_no_cost() -> None:
    failed = [trial(ON, case("a", ERROR), at=at) for at in range(2)]
    found = costs(context_of(timed(OFF, {"a": ((1.0, 1.0), (1.0, 1.0))}), failed))
    assert (found.cases, found.brief) == ((), 0)


def test_only_cells_that_differ_in_determinism_alone_are_paired() -> None:
    times = {"a": ((1.0, 1.0),)}
    others = [cell("2.19.1", determinism="off"), cell("2.18.1", determinism="on")]
    context = context_of(*(timed(of, times) for of in (OFF, ON, *others)))
    assert [(off.cell, on.cell) for off, on in pairs(context.cells)] == [(OFF.id, ON.id)]


def test_a_family_has_the_middle_half_of_its_cases() -> None:
    ratios = (1.0, 2.0, 3.0, 4.0, 9.0)
    off = timed(OFF, {f"nn.{ratio}": ((1.0, 1.0),) for ratio in ratios})
    on = timed(ON, {f"nn.{ratio}": ((1.0, ratio),) for ratio in ratios})
    assert costs(context_of(off, on)).families == {"nn": Cost(ratio=3.0, low=2.0, high=4.0, n=5)}
