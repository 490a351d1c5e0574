"""The first stage that differs, and how the difference grows from group to group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from unit.results.synthetic import cell, digest, run, status, trial

from runner.analysis.compare import compare
from runner.analysis.comparison import CaseResult, Evidence, OutputResult, Verdict
from runner.analysis.distance import Distance
from runner.analysis.stages import StageDistance, differing, first_variation, traced
from runner.results.loaded import LoadedArray
from runner.results.probe_output import CaseOutput, Output
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.comparison import Comparison
    from runner.analysis.stages import Trace

STAGES = ("weights0", "forward", "step1", "step2")
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


@pytest.mark.parametrize(
    ("left", "right", "stages"),
    [
        pytest.param({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, (), id="none"),
        pytest.param({"a": "1", "b": "2"}, {"a": "3", "b": "2"}, ("a",), id="and meets again"),
        pytest.param({"a": "1", "b": "2"}, {"a": "1", "b": "4"}, ("b",), id="the last"),
        pytest.param({"a": "1"}, {"a": "1", "b": "2"}, ("b",), id="one has more stages"),
        pytest.param({"a": "1", "b": "2"}, {"a": "1"}, ("b",), id="the other has more"),
        pytest.param({"a": "1"}, {"z": "1"}, ("a",), id="another name"),
    ],
)
def test_stages_that_differ(
    left: Mapping[str, str], right: Mapping[str, str], stages: tuple[str, ...]
) -> None:
    assert differing(staged(**left), staged(**right)) == stages


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
    *cells: Mapping[str, float], staged: bool = True, lost: float | None = None
) -> tuple[Trace, ...]:
    """Compare cells with one case each; the array of the value `lost` is not in the store."""
    known = {digest(value): value for one in cells for value in one.values()}

    def load(wanted: str) -> LoadedArray | Rejected:
        value = known[wanted]
        return MISSING if value == lost else LoadedArray("float64", np.array([value], "<f8"))

    return traced(_compared(cells, staged=staged), load).contexts[0].traces


def _compared(cells: Sequence[Mapping[str, float]], *, staged: bool) -> Comparison:
    own = [cell(f"2.{number}.0") for number in range(10, 10 + len(cells))]
    trials = [
        trial(of, sample("train.mlp", values, staged=staged), at=at)
        for of in own
        for at, values in [(own.index(of), cells[own.index(of)])]
    ]
    return compare(trials, [run([status(of) for of in own])])


def far(greatest: float, ulps: int) -> Distance:
    return Distance(elements=1, mismatched=1, nans=0, greatest=greatest, ulps=ulps)


def test_a_trace_leads_from_one_group_to_the_next_through_the_stages_that_differ() -> None:
    start = stage_values(1.0, 2.0, 4.0, 8.0)
    (trace,) = traces(start, start, stage_values(1.0, 2.0, 4.0 + 2**-50, 8.0 + 2**-48))
    assert (trace.case, trace.left, trace.right) == ("train.mlp", "A", "B")
    assert trace.cells == (cell("2.10.0").id, cell("2.12.0").id)
    assert trace.first == "step1"
    assert trace.stages == (
        StageDistance(stage="step1", distance=far(2**-50, 1)),
        StageDistance(stage="step2", distance=far(2**-48, 2)),
    )


def test_neighbouring_groups_are_compared_and_no_others() -> None:
    found = traces(stage_values(1, 2, 3, 4), stage_values(1, 2, 3, 5), stage_values(1, 2, 6, 4))
    assert [(one.left, one.right, one.first) for one in found] == [
        ("A", "B", "step2"),
        ("B", "C", "step1"),
    ]


def test_a_distance_is_unknown_where_an_array_is_not_stored() -> None:
    (trace,) = traces(stage_values(1, 2, 3, 4), stage_values(1, 2, 5, 6), lost=5)
    assert trace.stages == (
        StageDistance(stage="step1", distance=None),
        StageDistance(stage="step2", distance=far(2.0, 2**51)),
    )


def test_a_case_whose_outputs_are_no_stages_has_no_trace() -> None:
    assert traces(stage_values(1, 2, 3, 4), stage_values(1, 2, 3, 5), staged=False) == ()


def test_cells_that_agree_have_no_trace() -> None:
    assert traces(stage_values(1, 2, 3, 4), stage_values(1, 2, 3, 4)) == ()
