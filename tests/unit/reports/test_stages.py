"""What a report says of training: few lines, alike cases together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from unit.results.synthetic import cell, digest, run, status, trial

from runner.analysis.changes import Move
from runner.analysis.compare import compare
from runner.analysis.distance import Distance, Greatest
from runner.analysis.stages import StageDistance, Trace
from runner.analysis.ulps import Ulps
from runner.reports import json_report, markdown, table
from runner.reports.fold import Scales
from runner.reports.stages import stage_lines
from runner.results.probe_output import CaseOutput, Output

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison

OFF, ON = cell(determinism="off"), cell(determinism="on")
NEW_OFF = cell("2.21.0", determinism="off")
NEW_ON = cell("2.21.0", determinism="on")
SWITCHED = (Move("determinism", "off", "on"),)
HERE = "(determinism off → on at tensorflow 2.20.0)"
INFINITE = float("inf")


def trace(case: str, first: str = "gradients", **greatest: float | None) -> Trace:
    """A trace in which `first` and the stages of `greatest` differ; None is an unknown distance."""
    distances = {first: None, **greatest}
    return Trace(
        case=case,
        left="A",
        right="B",
        cells=(OFF.id, ON.id),
        moved=SWITCHED,
        stages=tuple(
            StageDistance(stage=stage, distance=None if value is None else _far(value))
            for stage, value in distances.items()
        ),
    )


def _far(greatest: float) -> Distance:
    found = Greatest(value=greatest, index=(0,), left=0.0, right=greatest)
    ulps = Ulps(greatest=3, median=1, histogram=())
    return Distance(
        dtype="float32", elements=8, mismatched=2, absolute=found, relative=found, ulps=ulps
    )


def compared(*traces: Trace, case: CaseOutput | None = None) -> Comparison:
    """A context of two releases, each without determinism and with it, that has these traces."""
    plain = CaseOutput(name="a", family="a", status="unsupported")
    cells = [OFF, ON, NEW_OFF, NEW_ON]
    trials = [trial(of, case or plain) for of in cells]
    comparison = compare(trials, [run([status(of) for of in cells])])
    (context,) = comparison.contexts
    return replace(comparison, contexts=(replace(context, traces=traces),))


def lines(*traces: Trace, case: CaseOutput | None = None) -> list[str]:
    (context,) = compared(*traces, case=case).contexts
    return list(stage_lines(context, Scales.of([one.axes for one in context.cells])))


def test_a_line_names_the_first_stage_and_the_growth_over_the_steps() -> None:
    grown = trace("train.mlp.xla", step1=3.7e-9, step2=8e-9, step8=2.1e-7)
    assert lines(grown) == [
        (
            f"train.mlp.xla: first at gradients {HERE}; "
            "greatest difference 3.7e-09 at step1, 2.1e-07 at step8"
        )
    ]


def test_the_steps_are_put_in_order_by_number() -> None:
    assert lines(trace("a", step2=2.0, step10=10.0, step1=1.0)) == [
        f"a: first at gradients {HERE}; greatest difference 1.0e+00 at step1, 1.0e+01 at step10"
    ]


def test_one_step_alone_is_no_growth() -> None:
    assert lines(trace("a", first="step8", step8=2e-7)) == [
        f"a: first at step8 {HERE}; greatest difference 2.0e-07 at step8"
    ]


def test_what_is_not_stored_has_no_figures() -> None:
    assert lines(trace("a", step1=None, step2=None)) == [f"a: first at gradients {HERE}"]


def test_other_stages_than_the_steps_are_of_another_kind_and_not_compared_with_them() -> None:
    fit = trace("fit", first="weights0", epoch1=1.0, epoch2=2.0, losses=9.0)
    assert lines(fit) == [
        f"fit: first at weights0 {HERE}; greatest difference 1.0e+00 at epoch1, 2.0e+00 at epoch2"
    ]


def test_cases_that_differ_alike_share_a_line_with_the_greatest_of_them() -> None:
    assert lines(
        trace("eager", step1=1e-9, step8=5e-8),
        trace("function", step1=4e-9, step8=2e-8),
        trace("xla", first="forward", step1=1e-9),
    ) == [
        (
            f"eager, function: first at gradients {HERE}; "
            "greatest difference 4.0e-09 at step1, 5.0e-08 at step8"
        ),
        f"xla: first at forward {HERE}; greatest difference 1.0e-09 at step1",
    ]


def test_a_case_of_many_groups_takes_one_line_with_each_step() -> None:
    newer = replace(
        trace("a", first="loss"),
        cells=(OFF.id, NEW_OFF.id),
        moved=(Move("tensorflow", "2.20.0", "2.21.0"),),
    )
    again = replace(trace("a"), cells=(NEW_OFF.id, NEW_ON.id))
    assert lines(trace("a"), newer, again) == [
        (
            "a: first at gradients (determinism off → on), "
            "at loss (tensorflow 2.20.0 → 2.21.0 at determinism off)"
        )
    ]


def test_another_step_is_a_reason_for_another_line() -> None:
    elsewhere = replace(trace("b"), cells=(NEW_OFF.id, NEW_ON.id))
    assert lines(trace("a"), elsewhere) == [
        f"a: first at gradients {HERE}",
        "b: first at gradients (determinism off → on at tensorflow 2.21.0)",
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


TITLE = "Stage of training that differs first, where a case has bits not seen before"


def test_the_text_and_the_markdown_have_it_as_a_note() -> None:
    comparison = compared(trace("a", step1=1e-9))
    where = f"a: first at gradients {HERE}; greatest difference 1.0e-09 at"
    assert f"\n\n{TITLE}:\n- {where}\n  step1\n" in table.render(comparison)
    assert f"\n\n**{TITLE}**\n\n- {where} step1\n" in markdown.render(comparison)


def test_without_traces_there_is_no_note() -> None:
    assert TITLE not in table.render(compared())


def test_the_json_has_every_stage() -> None:
    document = json.loads(json_report.render(compared(trace("a", step1=1e-9, step2=INFINITE))))
    (reported,) = document["contexts"][0]["traces"]
    known = {"elements": 8, "mismatched": 2, "nans": 0, "greatest_ulps": 3}
    assert reported == {
        "case": "a",
        "groups": ["A", "B"],
        "cells": [OFF.id, ON.id],
        "stages": [
            {"stage": "gradients", "greatest_difference": None, **dict.fromkeys(known)},
            {"stage": "step1", "greatest_difference": 1e-9, **known},
            {"stage": "step2", "greatest_difference": None, **known},
        ],
    }
