"""What a report says of training: few lines, alike cases together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from unit.results.synthetic import cell, digest, run, status, trial

from runner.analysis.compare import compare
from runner.analysis.distance import Distance
from runner.analysis.stages import StageDistance, Trace
from runner.reports import json_report, markdown, table
from runner.reports.fold import Scales
from runner.reports.stages import stage_lines
from runner.results.probe_output import CaseOutput, Output

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison

CELLS = ("a", "b")
INFINITE = float("inf")


def trace(
    case: str, letters: str = "AB", first: str = "gradients", **greatest: float | None
) -> Trace:
    """A trace in which `first` and the stages of `greatest` differ; None is an unknown distance."""
    distances = {first: None, **greatest}
    return Trace(
        case=case,
        left=letters[0],
        right=letters[1],
        cells=CELLS,
        stages=tuple(
            StageDistance(stage=stage, distance=None if value is None else _far(value))
            for stage, value in distances.items()
        ),
    )


def _far(greatest: float) -> Distance:
    return Distance(elements=8, mismatched=2, nans=0, greatest=greatest, ulps=3)


def compared(*traces: Trace, case: CaseOutput | None = None) -> Comparison:
    """A context of one cell that has these traces."""
    of = cell()
    plain = CaseOutput(name="a", family="a", status="unsupported")
    comparison = compare([trial(of, case or plain)], [run([status(of)])])
    (context,) = comparison.contexts
    return replace(comparison, contexts=(replace(context, traces=traces),))


def lines(*traces: Trace, case: CaseOutput | None = None) -> list[str]:
    (context,) = compared(*traces, case=case).contexts
    return list(stage_lines(context, Scales.of([one.axes for one in context.cells])))


def test_a_line_names_the_first_stage_and_the_growth_over_the_steps() -> None:
    grown = trace("train.mlp.xla", step1=3.7e-9, step2=8e-9, step8=2.1e-7)
    assert lines(grown) == [
        (
            "train.mlp.xla: first at gradients (A to B); "
            "greatest difference 3.7e-09 at step1, 2.1e-07 at step8"
        )
    ]


def test_the_steps_are_put_in_order_by_number() -> None:
    assert lines(trace("a", step2=2.0, step10=10.0, step1=1.0)) == [
        "a: first at gradients (A to B); greatest difference 1.0e+00 at step1, 1.0e+01 at step10"
    ]


def test_one_step_alone_is_no_growth() -> None:
    assert lines(trace("a", first="step8", step8=2e-7)) == [
        "a: first at step8 (A to B); greatest difference 2.0e-07 at step8"
    ]


def test_what_is_not_stored_has_no_figures() -> None:
    assert lines(trace("a", step1=None, step2=None)) == ["a: first at gradients (A to B)"]


def test_other_stages_than_the_steps_are_of_another_kind_and_not_compared_with_them() -> None:
    fit = trace("fit", first="weights0", epoch1=1.0, epoch2=2.0, losses=9.0)
    assert lines(fit) == [
        "fit: first at weights0 (A to B); greatest difference 1.0e+00 at epoch1, 2.0e+00 at epoch2"
    ]


def test_cases_that_differ_alike_share_a_line_with_the_greatest_of_them() -> None:
    assert lines(
        trace("eager", step1=1e-9, step8=5e-8),
        trace("function", step1=4e-9, step8=2e-8),
        trace("xla", first="forward", step1=1e-9),
    ) == [
        (
            "eager, function: first at gradients (A to B); "
            "greatest difference 4.0e-09 at step1, 5.0e-08 at step8"
        ),
        "xla: first at forward (A to B); greatest difference 1.0e-09 at step1",
    ]


def test_a_case_of_many_groups_takes_one_line() -> None:
    pairs = ("AB", "BC", "CD", "EF", "GH", "HI")
    found = lines(*(trace("a", pair) for pair in pairs), trace("a", "DE", first="loss"))
    assert found == [
        "a: first at gradients (each step from A to D, E to F, G to H, H to I), at loss (D to E)"
    ]


def test_letters_of_other_cells_are_no_reason_to_share_a_line() -> None:
    elsewhere = replace(trace("b"), cells=("a", "c"))
    assert lines(trace("a"), elsewhere) == [
        "a: first at gradients (A to B)",
        "b: first at gradients (A to B)",
    ]


def test_a_case_that_varies_tells_its_first_stage_as_well() -> None:
    stages = {"weights0": "same", "step1": "one", "step2": "two"}
    outputs = tuple(
        Output(
            name=name,
            dtype="float32",
            shape=(1,),
            digests=(digest("x"), digest("x" if word == "same" else word)),
            stored=False,
        )
        for name, word in stages.items()
    )
    case = CaseOutput(
        name="fit", family="train", status="ok", outputs=outputs, seconds=(1, 1), staged=True
    )
    assert lines(case=case) == ["fit: first at step1 (from run to run; all cells)"]


TITLE = "Stage of training that differs first, from one letter of a case to the next"


def test_the_text_and_the_markdown_have_it_as_a_note() -> None:
    comparison = compared(trace("a", step1=1e-9))
    line = "a: first at gradients (A to B); greatest difference 1.0e-09 at step1"
    assert f"\n\n{TITLE}:\n- {line}\n" in table.render(comparison)
    assert f"\n\n**{TITLE}**\n\n- {line}\n" in markdown.render(comparison)


def test_without_traces_there_is_no_note() -> None:
    assert TITLE not in table.render(compared())


def test_the_json_has_every_stage() -> None:
    document = json.loads(json_report.render(compared(trace("a", step1=1e-9, step2=INFINITE))))
    (reported,) = document["contexts"][0]["traces"]
    known = {"elements": 8, "mismatched": 2, "nans": 0, "greatest_ulps": 3}
    assert reported == {
        "case": "a",
        "groups": ["A", "B"],
        "cells": ["a", "b"],
        "stages": [
            {"stage": "gradients", "greatest_difference": None, **dict.fromkeys(known)},
            {"stage": "step1", "greatest_difference": 1e-9, **known},
            {"stage": "step2", "greatest_difference": None, **known},
        ],
    }
