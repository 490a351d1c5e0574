"""The verdict on one case, and at which level it varies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import ERROR, UNSUPPORTED, case, digest

from runner.analysis.comparison import Evidence, Level, Verdict
from runner.analysis.verdicts import Sighting, bits_of, judge
from runner.results.probe_output import CaseOutput, Output

if TYPE_CHECKING:
    from runner.results.records import Order

F: Order = "forward"
R: Order = "reversed"


def seen(*words: object, order: Order = F, host: str = "node-1", reason: str = "") -> Sighting:
    return Sighting(output=case("a", *words, reason=reason), order=order, host=host)


IDENTICAL, VARIES = Verdict.IDENTICAL, Verdict.VARIES


@pytest.mark.parametrize(
    ("sightings", "verdict", "level"),
    [
        pytest.param(
            [seen(1, 1), seen(1, 1), seen(1, 1, order=R)], IDENTICAL, None, id="identical"
        ),
        pytest.param([seen(1)], IDENTICAL, None, id="seen once"),
        pytest.param([seen(1, 2)], VARIES, Level.IN_PROCESS, id="repeats differ"),
        pytest.param(
            [seen(1, 2), seen(1, 2), seen(1, 2, order=R)],
            VARIES,
            Level.IN_PROCESS,
            id="repeats differ alike in each process",
        ),
        pytest.param(
            [seen(1, 1), seen(2, 2), seen(2, 1)],
            VARIES,
            Level.IN_PROCESS,
            id="the innermost level counts",
        ),
        pytest.param([seen(1, 1), seen(2, 2)], VARIES, Level.PROCESSES, id="processes differ"),
        pytest.param(
            [seen(1, 1), seen(1, 1), seen(2, 2, order=R)],
            VARIES,
            Level.ORDER,
            id="only the reversed trial differs",
        ),
        pytest.param(
            [seen(1), seen(1), seen(2, order=R), seen(2, order=R)],
            VARIES,
            Level.ORDER,
            id="all reversed trials differ",
        ),
        pytest.param(
            [seen(1, 1), seen(2, 2, order=R)],
            VARIES,
            Level.PROCESSES,
            id="one forward trial can't blame the order",
        ),
        pytest.param(
            [seen(1), seen(2), seen(3, order=R)],
            VARIES,
            Level.PROCESSES,
            id="forward trials differ too",
        ),
        pytest.param(
            [seen(1), seen(1), seen(2, order=R), seen(3, order=R)],
            VARIES,
            Level.PROCESSES,
            id="reversed trials differ among themselves",
        ),
        pytest.param(
            [seen(1), seen(1), seen(2, host="node-2"), seen(2, host="node-2")],
            VARIES,
            Level.HOSTS,
            id="each host agrees with itself",
        ),
        pytest.param(
            [seen(1), seen(1), seen(2, host="node-2")],
            VARIES,
            Level.PROCESSES,
            id="one trial on a host can't blame the host",
        ),
    ],
)
def test_verdict_and_level(
    sightings: list[Sighting], verdict: Verdict, level: Level | None
) -> None:
    result = judge(sightings)
    assert (result.verdict, result.level) == (verdict, level)
    assert bool(result.bits) == (verdict is IDENTICAL)


@pytest.mark.parametrize(
    ("sightings", "verdict", "reason"),
    [
        pytest.param(
            [seen(UNSUPPORTED, reason="no kernel")] * 3,
            Verdict.UNSUPPORTED,
            "no kernel",
            id="unsupported in all",
        ),
        pytest.param([seen(ERROR, reason="boom")] * 2, Verdict.ERROR, "boom", id="error in all"),
        pytest.param(
            [seen(1, 1), seen(ERROR, reason="boom"), seen(1, 1)],
            Verdict.ERROR,
            "error in 1 of 3 trials: boom",
            id="error in one",
        ),
        pytest.param(
            [seen(1, 1), seen(UNSUPPORTED, reason="no kernel")],
            Verdict.ERROR,
            "unsupported in 1 of 2 trials: no kernel",
            id="unsupported in one",
        ),
        pytest.param(
            [seen(UNSUPPORTED, reason="no kernel"), seen(ERROR, reason="boom")],
            Verdict.ERROR,
            "boom",
            id="unsupported and error",
        ),
    ],
)
def test_a_case_that_fails(sightings: list[Sighting], verdict: Verdict, reason: str) -> None:
    result = judge(sightings)
    assert (result.verdict, result.reason, result.bits) == (verdict, reason, "")
    assert result.evidence.seen == 0


def test_evidence_counts_processes_repeats_and_results() -> None:
    result = judge([seen(1, 1), seen(1, 2), seen(3, 1, order=R)])
    assert result.evidence == Evidence(processes=3, seen=6, distinct=3)


@pytest.mark.parametrize(
    ("repeats", "bound"), [(0, 1.0), (1, 1.0), (3, 1.0), (6, 0.5), (30, 0.1), (300, 0.01)]
)
def test_the_bound_follows_the_rule_of_three(repeats: int, bound: float) -> None:
    assert Evidence(processes=1, seen=repeats, distinct=1).bound == bound


@pytest.mark.parametrize(
    ("processes", "repeats", "bound"),
    [(3, 0, 1.0), (1, 300, 1.0), (3, 300, 1.0), (6, 6, 0.5), (30, 300, 0.1)],
)
def test_a_process_is_one_sample_of_what_differs_between_processes(
    processes: int, repeats: int, bound: float
) -> None:
    assert Evidence(processes=processes, seen=repeats, distinct=1).process_bound == bound


@pytest.mark.parametrize(
    ("sightings", "proven"),
    [
        pytest.param([seen(1)], False, id="one repeat"),
        pytest.param([seen(1, 1)], True, id="two repeats"),
        pytest.param([seen(1), seen(1)], True, id="two processes"),
        pytest.param([seen(ERROR)], True, id="an error needs no second"),
    ],
)
def test_identical_is_proven_by_two_sightings(sightings: list[Sighting], proven: bool) -> None:  # noqa: FBT001 - a table
    assert judge(sightings).proven is proven


def output(**changes: object) -> CaseOutput:
    one = {"name": "out", "dtype": "float32", "shape": (2,), "digests": (digest(1),)}
    first = Output.model_validate({**one, "stored": False, **changes})
    second = Output.model_validate({**one, "name": "second", "stored": False})
    return CaseOutput(name="a", family="a", status="ok", outputs=(first, second))


@pytest.mark.parametrize(
    "changes",
    [{"name": "other"}, {"dtype": "int32"}, {"shape": (2, 1)}, {"digests": (digest(2),)}],
    ids=str,
)
def test_bits_are_over_name_dtype_shape_and_digest(changes: dict[str, object]) -> None:
    assert bits_of(output(**changes)) != bits_of(output())


def test_the_order_of_outputs_does_not_matter() -> None:
    one = output()
    swapped = one.model_copy(update={"outputs": one.outputs[::-1]})
    assert bits_of(swapped) == bits_of(one)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 2), min_size=1, max_size=3), st.sampled_from([F, R])),
        min_size=1,
        max_size=5,
    )
)
def test_identical_exactly_when_one_result_was_seen(
    processes: list[tuple[list[int], Order]],
) -> None:
    result = judge([seen(*words, order=order) for words, order in processes])
    distinct = {word for words, _ in processes for word in words}
    assert (result.verdict is IDENTICAL) == (len(distinct) == 1)
    assert result.evidence.distinct == len(distinct)
    assert (result.level is None) == (result.verdict is IDENTICAL)
