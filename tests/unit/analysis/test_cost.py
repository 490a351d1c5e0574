"""Time with determinism over time without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import ERROR, case, cell, trial

from runner.analysis.compare import compare
from runner.analysis.cost import Cost, Costs, cost_of, costs, pairs

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
    off, on = (0.125, 0.25, 0.25), (0.5, 0.75, 1.0)
    found = cost(tuple((9.0, one) for one in off), tuple((9.0, one) for one in on))
    assert found == Cost(ratio=4.0, low=2.0, high=8.0, n=9)


def test_the_time_of_a_process_is_the_median_of_its_later_repeats() -> None:
    found = cost(((9.0, 0.1, 0.1, 7.0),) * 3, ((0.0, 0.2, 0.2, 5.0),) * 3)
    assert found == Cost(ratio=2.0, low=2.0, high=2.0, n=9)


@pytest.mark.parametrize(
    ("off", "on", "seen"),
    [
        pytest.param((0.10, 0.11, 0.12), (0.13, 0.14, 0.15), True, id="slower in all processes"),
        pytest.param((0.10, 0.11, 0.12), (0.07, 0.08, 0.09), False, id="faster in all processes"),
        pytest.param((0.10, 0.11, 0.12), (0.11, 0.14, 0.15), False, id="slower in some"),
        pytest.param((0.10, 0.11, 0.12), (0.12, 0.14, 0.15), False, id="equal in one"),
    ],
)
def test_a_cost_is_seen_where_no_process_contradicts(
    off: tuple[float, ...], on: tuple[float, ...], *, seen: bool
) -> None:
    without, with_it = (
        timed(of, {"a": tuple((0.0, one) for one in times)}) for of, times in ((OFF, off), (ON, on))
    )
    found = costs(context_of(without, with_it))
    assert found.seen(found.cases[0].cost) is seen


def test_one_repeat_says_nothing() -> None:
    assert cost(((0.1,),) * 3, ((0.2,),) * 3) is None


def test_two_processes_say_nothing() -> None:
    assert cost(((0.1, 0.1),) * 3, ((0.2, 0.2),) * 2) is None
    assert cost(((0.1, 0.1),) * 3, ((0.2, 0.2),) * 3) is not None


def test_what_takes_too_little_is_left_out_and_counted() -> None:
    off = timed(OFF, {"a": ((1.0, 0.00019),) * 3, "b": ((1.0, 0.0002),) * 3})
    on = timed(ON, {"a": ((1.0, 0.00021),) * 3, "b": ((1.0, 0.0004),) * 3})
    found = costs(context_of(off, on))
    assert [one.case for one in found.cases] == ["b"]
    assert found.brief == 1


def test_what_failed_has_no_cost() -> None:
    failed = [trial(ON, case("a", ERROR), at=at) for at in range(3)]
    found = costs(context_of(timed(OFF, {"a": ((1.0, 1.0),) * 3}), failed))
    assert (found.cases, found.brief) == ((), 0)


def test_only_cells_that_differ_in_determinism_alone_are_paired() -> None:
    times = {"a": ((1.0, 1.0),)}
    others = [cell("2.19.1", determinism="off"), cell("2.18.1", determinism="on")]
    context = context_of(*(timed(of, times) for of in (OFF, ON, *others)))
    assert [(off.cell, on.cell) for off, on in pairs(context.cells)] == [(OFF.id, ON.id)]


@pytest.mark.parametrize(
    ("ratios", "family"),
    [
        pytest.param(
            (1.0, 2.0, 3.0, 4.0, 9.0), Cost(ratio=3.0, low=2.0, high=4.0, n=5), id="middle half"
        ),
        pytest.param((2.0, 1.0, 3.0), Cost(ratio=2.0, low=1.0, high=3.0, n=3), id="all of few"),
    ],
)
def test_a_family_sums_up_its_cases(ratios: tuple[float, ...], family: Cost) -> None:
    off = timed(OFF, {f"nn.{ratio}": ((1.0, 1.0),) * 3 for ratio in ratios})
    on = timed(ON, {f"nn.{ratio}": ((1.0, ratio),) * 3 for ratio in ratios})
    assert costs(context_of(off, on)).families == {"nn": family}


def families(**ratios: float) -> Costs:
    """Two cells with one case in each of these families."""
    off = timed(OFF, {f"{name}.x": ((1.0, 1.0),) * 3 for name in ratios})
    on = timed(ON, {f"{name}.x": ((1.0, ratio),) * 3 for name, ratio in ratios.items()})
    return costs(context_of(off, on))


def test_what_all_cases_share_is_no_cost_of_determinism() -> None:
    found = families(a=1.25, b=1.25, c=1.25, d=1.25, e=2.0)
    assert found.together == Cost(ratio=1.25, low=1.25, high=1.25, n=5)
    assert [name for name, cost in found.families.items() if found.seen(cost)] == ["e"]


def test_where_all_are_faster_with_it_what_is_as_fast_as_without_is_no_cost() -> None:
    found = families(a=0.5, b=0.5, c=0.5, d=0.5, e=1.0)
    assert [name for name, cost in found.families.items() if found.seen(cost)] == []


def test_a_few_families_have_nothing_in_common() -> None:
    found = families(a=2.0, b=2.0, c=2.0)
    assert found.together is None
    assert all(found.seen(cost) for cost in found.families.values())
