"""The first stage that differs, and how the difference grows from group to group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from unit.results.synthetic import cell, digest, run, status, trial

from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.comparison import CaseResult, Evidence, OutputResult, Verdict
from runner.analysis.distance import measure
from runner.analysis.stages import StageDistance, first_variation, traced
from runner.results.loaded import LoadedArray
from runner.results.probe_output import CaseOutput, Output
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.comparison import Comparison
    from runner.analysis.distance import Distance
    from runner.analysis.stages import Trace
    from runner.matrix.cells import Cell

STAGES = ("weights0", "forward", "step1", "step2")
SWITCH: tuple[Literal["off", "on"], ...] = ("off", "on")
MISSING = Rejected("no such file")


def staged(**digests: Sequence[str]) -> CaseResult:
    return CaseResult(
        case="train",
        family="train",
        verdict=Verdict.IDENTICAL,
        evidence=Evidence(processes=1, seen=1, distinct=1),
        staged=True,
        outputs=tuple(
            OutputResult(name=name, digests=tuple(found)) for name, found in digests.items()
        ),
    )


def test_the_first_stage_that_varies_in_one_cell() -> None:
    assert first_variation(staged(a="1", b="23", c="45")) == "b"
    assert first_variation(staged(a="1", b="2")) is None


def sample(name: str, values: Mapping[str, float], *, staged: bool = True) -> CaseOutput:
    """One output of one float64 for each stage; equal values have equal digests."""
    outputs = tuple(
        Output(name=stage, dtype="float64", shape=(1,), digests=(digest(value),) * 2, stored=True)
        for stage, value in values.items()
    )
    return CaseOutput(
        name=name, family="train", status="ok", outputs=outputs, seconds=(0.1, 0.1), staged=staged
    )


def stage_values(*values: float) -> dict[str, float]:
    return dict(zip(STAGES, values, strict=True))


def traces(
    *cells: Mapping[str, float],
    staged: bool = True,
    lost: float | None = None,
    own: Sequence[Cell] = (),
) -> tuple[Trace, ...]:
    """Compare cells with one case each; the array of the value `lost` is not in the store."""
    known = {digest(value): value for one in cells for value in one.values()}

    def load(wanted: str) -> LoadedArray | Rejected:
        value = known[wanted]
        return MISSING if value == lost else LoadedArray("float64", np.array([value], "<f8"))

    return traced(_compared(cells, staged=staged, own=own), load).contexts[0].traces


def _compared(
    cells: Sequence[Mapping[str, float]], *, staged: bool, own: Sequence[Cell] = ()
) -> Comparison:
    own = own or [cell(f"2.{number}.0") for number in range(10, 10 + len(cells))]
    trials = [
        trial(of, sample("train.mlp", values, staged=staged), at=at)
        for of in own
        for at, values in [(own.index(of), cells[own.index(of)])]
    ]
    return compare(trials, [run([status(of) for of in own])])


def far(left: float, right: float) -> Distance | None:
    return measure(*(LoadedArray("float64", np.array([one], "<f8")) for one in (left, right)))


def test_a_trace_leads_to_a_new_group_through_the_stages_that_differ() -> None:
    start = stage_values(1.0, 2.0, 4.0, 8.0)
    (trace,) = traces(start, start, stage_values(1.0, 2.0, 4.0 + 2**-50, 8.0 + 2**-48))
    assert (trace.case, trace.left, trace.right) == ("train.mlp", "A", "B")
    assert trace.cells == (cell("2.11.0").id, cell("2.12.0").id)
    assert trace.moved == (Move("tensorflow", "2.11.0", "2.12.0"),)
    assert trace.first == "step1"
    assert trace.stages == (
        StageDistance(stage="step1", distance=far(4.0, 4.0 + 2**-50)),
        StageDistance(stage="step2", distance=far(8.0, 8.0 + 2**-48)),
    )


def test_each_new_group_is_compared_with_the_cell_before_it() -> None:
    found = traces(
        stage_values(1, 2, 3, 4),
        stage_values(1, 2, 3, 5),
        stage_values(1, 2, 3, 4),
        stage_values(1, 2, 6, 4),
    )
    assert [(one.left, one.right, one.first) for one in found] == [
        ("A", "B", "step2"),
        ("A", "C", "step1"),
    ]


def test_a_step_goes_along_one_axis_where_it_can() -> None:
    own = [cell(release, determinism=word) for release in ("2.19.1", "2.20.0") for word in SWITCH]
    off, on = stage_values(1, 2, 3, 4), stage_values(1, 2, 5, 6)
    new_off, new_on = stage_values(7, 2, 3, 4), stage_values(7, 2, 5, 6)
    found = traces(off, on, new_off, new_on, own=own)
    assert [(one.moved, one.first) for one in found] == [
        ((Move("determinism", "off", "on"),), "step1"),
        ((Move("tensorflow", "2.19.1", "2.20.0"),), "weights0"),
        ((Move("determinism", "off", "on"),), "step1"),
    ]


def test_a_stage_that_one_cell_lacks_differs_and_has_no_distance() -> None:
    whole = stage_values(1, 2, 3, 4)
    shorter = {stage: whole[stage] for stage in STAGES[:-1]}
    for cells in ((whole, shorter), (shorter, whole)):
        (trace,) = traces(*cells)
        assert trace.stages == (StageDistance(stage="step2", distance=None),)


def test_a_distance_is_unknown_where_an_array_is_not_stored() -> None:
    (trace,) = traces(stage_values(1, 2, 3, 4), stage_values(1, 2, 5, 6), lost=5)
    assert trace.stages == (
        StageDistance(stage="step1", distance=None),
        StageDistance(stage="step2", distance=far(4.0, 6.0)),
    )


def test_a_case_whose_outputs_are_no_stages_has_no_trace() -> None:
    assert traces(stage_values(1, 2, 3, 4), stage_values(1, 2, 3, 5), staged=False) == ()


def test_cells_that_agree_have_no_trace() -> None:
    assert traces(stage_values(1, 2, 3, 4), stage_values(1, 2, 3, 4)) == ()
