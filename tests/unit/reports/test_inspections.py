"""What built environments would load, as text and JSON."""

from __future__ import annotations

import json

from runner.execution.inspection import Inspection
from runner.reports.inspections import as_json, text

GOOD = Inspection(
    environment="py3.11-tf2.20.0-cuda12.9.1",
    reference="image:1",
    libraries=(("cudart", "12.9"), ("cufft", "")),
    unseen=("cuDNN was not loaded",),
)
BAD = Inspection(
    environment="py3.11-tf2.21.0-cuda12.9.1",
    reference="image:2",
    libraries=(("cudart", "12.6"),),
    problems=("the CUDA runtime 12.6 was loaded, not 12.9.1",),
)
PLAIN = Inspection(environment="py3.11-tf2.21.0", reference="image:3")


def flat(*inspections: Inspection, **not_built: str) -> str:
    return " ".join(text(inspections, not_built).split())


def test_what_is_as_declared_is_told_with_its_versions() -> None:
    said = flat(GOOD)
    assert "as declared: cudart 12.9, cufft (tells none); cuDNN was not loaded" in said


def test_a_problem_comes_before_what_was_opened() -> None:
    said = flat(BAD)
    assert "the CUDA runtime 12.6 was loaded, not 12.9.1 (opened: cudart 12.6)" in said
    assert "as declared" not in said


def test_an_environment_without_cuda_and_one_that_was_not_built() -> None:
    assert "built; it has no CUDA to look at" in flat(PLAIN)
    assert "other not built: disk full" in flat(other="disk\x1b[31m full").replace("\ufffd[31m", "")


def test_a_reason_can_t_steer_a_terminal() -> None:
    assert "\x1b" not in text((BAD,), {"x": "\x1b]0;title\x07"})


def test_for_programs() -> None:
    document = json.loads(as_json((GOOD, BAD), {"other": "disk full"}))
    assert document["not_built"] == {"other": "disk full"}
    assert [one["problems"] for one in document["built"]] == [[], list(BAD.problems)]
    assert document["built"][0]["libraries"] == {"cudart": "12.9", "cufft": ""}
