"""By how much a case differs, in the first output that does."""

from __future__ import annotations

import numpy as np

from runner.analysis.comparison import CaseResult, Evidence, OutputResult, Verdict
from runner.analysis.difference import Difference, find_difference
from runner.analysis.distance import measure
from runner.results.loaded import LoadedArray
from runner.results.untrusted import Rejected

ARRAYS = {
    "one": LoadedArray("float32", np.array([1.0, 2.0], np.float32)),
    "other": LoadedArray("float32", np.array([1.0, 2.5], np.float32)),
    "long": LoadedArray("float32", np.zeros(3, np.float32)),
}


def load(digest: str) -> LoadedArray | Rejected:
    return ARRAYS.get(digest) or Rejected("missing")


def result(**outputs: str) -> CaseResult:
    return CaseResult(
        case="c",
        family="c",
        verdict=Verdict.IDENTICAL,
        evidence=Evidence(processes=2, seen=4, distinct=1),
        outputs=tuple(OutputResult(name=name, digests=(one,)) for name, one in outputs.items()),
    )


def test_the_first_output_that_differs_is_measured() -> None:
    found = find_difference(result(x="one", y="one", z="long"), result(x="one", y="other"), load)
    assert found == Difference(output="y", distance=measure(ARRAYS["one"], ARRAYS["other"]))
    assert found.distance
    assert found.distance.mismatched == 1


def test_equal_outputs_differ_by_nothing() -> None:
    assert find_difference(result(x="one"), result(x="one"), load) is None


def test_what_can_not_be_compared_is_named_alone() -> None:
    nothing = Difference(output="x", distance=None)
    assert find_difference(result(x="one"), result(x="gone"), load) == nothing
    assert find_difference(result(x="one"), result(x="long"), load) == nothing
    assert find_difference(result(), result(x="one"), load) == nothing
