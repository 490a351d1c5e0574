"""A claim held against cells: what upholds it, what contradicts it, and what says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.analysis.claims import (
    GPU,
    H100,
    OFF,
    ON,
    V15,
    V16,
    V17,
    claim,
    judged,
    outputs,
    ran,
    said,
)
from unit.results.synthetic import ERROR, UNSUPPORTED, case, cell, key, trial

from runner.analysis.claims.outcome import Outcome
from runner.reports.claims import leaving_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.matrix.cells import Cell
    from runner.results.probe_output import CaseOutput
    from runner.results.records import TrialRecord

STABLE = {"test": "stable", "cases": "op"}
NO_DIFFERENCE = "no difference in 6 repeats in 3 processes"
FEWER = f"{NO_DIFFERENCE} (at 95 %, fewer than 50 % of repeats differ)"


def same(repeats: int = 2) -> CaseOutput:
    return outputs("op", out=["x"] * repeats)


def varying(**rest: object) -> dict[str, object]:
    return {"test": "varies", "cases": "op", "strength": "likely", **rest}


# stable


@pytest.mark.parametrize(
    ("level", "processes", "expected"),
    [
        pytest.param("processes", [["x", "x"]] * 3, ("holds", NO_DIFFERENCE), id="never differs"),
        pytest.param(
            "processes",
            [["x", "y"], ["x", "x"], ["x", "x"]],
            (
                "contradicted",
                "2 different results in 6 repeats in 3 processes, differing in one process",
            ),
            id="differs in a process",
        ),
        pytest.param(
            "processes",
            [["x", "x"], ["y", "y"], ["z", "z"]],
            (
                "contradicted",
                "3 different results in 6 repeats in 3 processes, differing across processes",
            ),
            id="differs from process to process",
        ),
        pytest.param(
            "in_process",
            [["x", "x"], ["y", "y"], ["z", "z"]],
            ("holds", NO_DIFFERENCE),
            id="within each process it does not",
        ),
        pytest.param(
            "processes",
            [["x", "x"]],
            ("not exercised", "ran in one process only"),
            id="one process says nothing of others",
        ),
        pytest.param(
            "in_process",
            [["x"]] * 3,
            ("not exercised", "ran once in a process"),
            id="one repeat says nothing of others",
        ),
    ],
)
def test_a_claim_that_it_stays_the_same(
    level: str, processes: list[Sequence[str]], expected: tuple[str, str]
) -> None:
    stated = claim({**STABLE, "level": level})
    assert said(stated, ran(ON, *(outputs("op", out=words) for words in processes))) == [expected]


def test_what_differs_only_in_reverse_order_is_another_program() -> None:
    forward = [trial(ON, case("op", "x", "x"), at=at) for at in range(2)]
    reverse = trial(ON, case("op", "y", "y"), at=2, order="reversed")
    why = "differs only where the cases run in reverse order, which is another program"
    for stated in (claim(STABLE), claim(varying())):
        assert said(stated, [*forward, reverse]) == [("not exercised", why)]


def test_only_the_outputs_that_a_claim_names_count() -> None:
    cells = ran(ON, *[outputs("op", left=["x", "x"], product=["y", word]) for word in "yz"])
    [told] = judged(claim({**STABLE, "outputs": "left"}), cells).cells[0].findings
    assert told.subject == "op/left"
    assert said(claim({**STABLE, "outputs": "left"}), cells)[0][0] == "holds"
    assert said(claim({**STABLE, "outputs": ["left", "product"]}), cells) == [
        (
            "contradicted",
            "2 different results of product in 4 repeats in 2 processes, differing in one process",
        )
    ]
    assert said(claim({**STABLE, "outputs": "right"}), cells) == [
        ("not exercised", "no such output: right")
    ]


def test_a_case_that_a_claim_does_not_mean_is_left_out() -> None:
    cells = [trial(ON, case("a", "x", "x"), case("b", "x", "y"), at=at) for at in range(2)]
    every = {**STABLE, "cases": "*"}
    assert [outcome for outcome, _ in said(claim(every), cells)] == ["holds", "contradicted"]
    stated = claim({**every, "without": "b"})
    assert [outcome for outcome, _ in said(stated, cells)] == ["holds"]
    assert leaving_out(stated.tests[0]) == ", leaving out b"


def test_which_output_varies_within_a_process_may_be_unknown() -> None:
    cells = ran(ON, *[outputs("op", a=["x", "y"], b=[word, word]) for word in "xy"])
    assert said(claim({**STABLE, "level": "in_process", "outputs": "b"}), cells) == [
        ("not exercised", "not known which outputs vary within a process")
    ]


# varies, and how firmly it is said


@pytest.mark.parametrize(
    ("strength", "count", "outcome", "why"),
    [
        pytest.param("always", 1, "contradicted", "no difference", id="always: one pair is enough"),
        pytest.param("likely", 3, "contradicted", FEWER, id="likely: half of them can't"),
        pytest.param(
            "likely",
            2,
            "not seen",
            "no difference in 4 repeats in 2 processes (at 95 %, fewer than 75 % of repeats "
            "differ); too few to contradict what is likely",
            id="likely: half of them still could",
        ),
        pytest.param(
            "plain",
            29,
            "not seen",
            "no difference in 58 repeats in 29 processes (at 95 %, fewer than 5 % of repeats "
            "differ); too few to contradict what is said without a rate",
            id="plain: one in twenty still could",
        ),
        pytest.param(
            "plain",
            30,
            "contradicted",
            "no difference in 60 repeats in 30 processes (at 95 %, fewer than 5 % of repeats "
            "differ)",
            id="plain: one in twenty can't",
        ),
        pytest.param(
            "may",
            3,
            "not seen",
            f"{FEWER}; what may happen is not contradicted by not happening",
            id="may: nothing contradicts",
        ),
    ],
)
def test_a_difference_that_was_not_seen(strength: str, count: int, outcome: str, why: str) -> None:
    stated = claim(varying(strength=strength, level="in_process"))
    [(found, words)] = said(stated, ran(ON, *[same()] * count))
    assert (found, words.startswith(why)) == (outcome, True), words


def test_a_difference_that_was_seen_upholds_it_however_firmly_it_was_said() -> None:
    cells = ran(ON, *[outputs("op", out=["x", word]) for word in "xyz"])
    for strength in ("always", "likely", "plain", "may"):
        assert said(claim(varying(strength=strength)), cells) == [
            ("holds", "3 different results in 6 repeats in 3 processes, differing in one process")
        ]


# two outputs of one cell

PAIR = {"pairs": [["op/first", "op/second"]]}


@pytest.mark.parametrize(
    ("first", "second", "test", "expected"),
    [
        ("x", "x", {"test": "equal"}, ("holds", "the same bits in 6 repeats in 3 processes")),
        ("x", "y", {"test": "equal"}, ("contradicted", "other bits in 6 repeats in 3 processes")),
        (
            "x",
            "y",
            {"test": "different", "strength": "always"},
            ("holds", "other bits in 6 repeats in 3 processes"),
        ),
        (
            "x",
            "x",
            {"test": "different", "strength": "likely"},
            ("contradicted", "the same bits in 6 repeats in 3 processes"),
        ),
    ],
)
def test_two_outputs_beside_each_other(
    first: str, second: str, test: dict[str, object], expected: tuple[str, str]
) -> None:
    cells = ran(ON, *[outputs("op", first=[first] * 2, second=[second] * 2)] * 3)
    assert said(claim({**test, **PAIR}), cells) == [expected]


def test_an_output_that_varies_is_neither_equal_nor_different() -> None:
    cells = ran(ON, *[outputs("op", first=["x", "y"], second=["x", "x"])] * 3)
    why = "op/first: varies, so it is neither equal to another nor different"
    for test in ({"test": "equal"}, {"test": "different", "strength": "always"}):
        assert said(claim({**test, **PAIR}), cells) == [("not exercised", why)]


def test_two_cases_are_compared_by_their_outputs() -> None:
    both = [trial(ON, case("a", "x", "x"), case("b", "x", "x"), at=at) for at in range(2)]
    assert said(claim({"test": "equal", "pairs": [["a", "b"]]}), both)[0][0] == "holds"
    assert said(claim({"test": "equal", "pairs": [["a", "c"]]}), both) == [
        ("not exercised", "c: no such case in the results")
    ]


# unsupported

NO_KERNEL = "UnimplementedError: A deterministic GPU implementation is not available"
NO_WEIGHTS = "UnimplementedError: Weights are not yet supported by the GPU implementation"
REFUSED = {"test": "unsupported", "cases": "op"}


def test_a_claim_that_it_is_refused() -> None:
    for reason, expected in (
        (NO_KERNEL, ("holds", NO_KERNEL)),
        (
            "TensorFlow 2.4.4 has no tf.x",
            ("not exercised", "unsupported: TensorFlow 2.4.4 has no tf.x"),
        ),
        (
            NO_WEIGHTS,
            ("not exercised", f"unsupported: {NO_WEIGHTS}"),
        ),
    ):
        assert said(claim(REFUSED), ran(ON, case("op", UNSUPPORTED, reason=reason))) == [expected]
    assert said(claim(REFUSED), ran(ON, case("op", ERROR, reason="ValueError"))) == [
        ("not exercised", "error: ValueError")
    ]
    assert said(claim(REFUSED), ran(ON, *[same()] * 3)) == [
        ("contradicted", "it ran, identical in 6 repeats in 3 processes")
    ]


@pytest.mark.parametrize(
    "test", [STABLE, varying(), {"test": "same_across", "axis": "python", "cases": "op"}]
)
def test_a_case_that_could_not_run_says_nothing(test: dict[str, object]) -> None:
    cells = ran(ON, case("op", UNSUPPORTED, reason=NO_KERNEL))
    assert said(claim(test), cells) == [("not exercised", f"unsupported: {NO_KERNEL}")]


# along an axis

SAME = {"test": "same_across", "axis": "tensorflow", "cases": "op"}
DIFFERS = {"test": "differs_across", "axis": "tensorflow", "cases": "op"}


def bits(word: str) -> list[CaseOutput]:
    return [outputs("op", out=[word, word])] * 3


def test_each_cell_is_compared_with_the_one_before_it() -> None:
    cells = {V17: ran(V17, *bits("y")), V15: ran(V15, *bits("x")), V16: ran(V16, *bits("y"))}
    expected = {
        V15: ("not exercised", "no cell before it that differs in tensorflow alone"),
        V16: ("contradicted", "other bits than with tensorflow 2.15.1"),
        V17: ("holds", "the same bits as with the tensorflow before it"),
    }
    for of, says in expected.items():
        others = [records for other, records in cells.items() if other != of]
        assert said(claim(SAME), *others, cells[of]) == [says]


def test_a_cell_without_bits_is_stepped_over() -> None:
    varies = [outputs("op", out=["x", "y"])] * 3
    cells = (ran(V15, *bits("x")), ran(V16, *varies), ran(V17, *bits("x")))
    assert said(claim(SAME), *cells) == [
        ("holds", "the same bits as with the tensorflow before it")
    ]
    assert said(claim(SAME), *cells[:2]) == [
        (
            "not exercised",
            "varies, or was seen only once, so it is neither equal to another nor different",
        )
    ]


def test_a_cell_that_differs_in_more_than_the_axis_is_no_neighbour() -> None:
    older = cell("2.15.1", python="3.10")
    assert said(claim(SAME), ran(older, *bits("x")), ran(V16, *bits("y"))) == [
        ("not exercised", "no cell before it that differs in tensorflow alone")
    ]


def test_a_change_that_is_only_possible() -> None:
    stated = claim({**DIFFERS, "strength": "may"})
    assert said(stated, ran(V15, *bits("x")), ran(V16, *bits("y"))) == [
        ("holds", "other bits than with tensorflow 2.15.1")
    ]
    why = "what may happen is not contradicted by not happening"
    assert said(stated, ran(V15, *bits("x")), ran(V16, *bits("x"))) == [
        ("not seen", f"the same bits as with the tensorflow before it; {why}")
    ]


ACROSS_DEVICES = {"test": "same_across", "axis": "device", "cases": "op"}


def test_a_claim_about_the_device_holds_a_gpu_against_its_own_processor() -> None:
    here = ran(ON, *bits("x"))
    assert said(claim(ACROSS_DEVICES), here, ran(GPU, *bits("x"), host_class=H100)) == [
        ("holds", "the same bits as with the device before it")
    ]
    assert said(claim(ACROSS_DEVICES), here, ran(GPU, *bits("y"), host_class=H100)) == [
        ("contradicted", "other bits than with device cpu")
    ]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"host_class": "cpu avx2"}, id="another processor"),
        pytest.param({"engine": "venv"}, id="another engine"),
        pytest.param({"probe": "probe-2"}, id="another probe"),
        pytest.param({"seed": 7}, id="another seed"),
    ],
)
def test_what_differs_besides_the_device_is_not_compared(other: dict[str, str]) -> None:
    elsewhere = key(ON).model_copy(update=other)
    here = [trial(ON, one, at=at, trial_key=elsewhere) for at, one in enumerate(bits("x"))]
    result = judged(claim(ACROSS_DEVICES), here, ran(GPU, *bits("y"), host_class=H100))
    assert {cell.outcome for cell in result.cells} == {Outcome.NOT_EXERCISED}


def test_bits_of_two_host_classes_are_never_compared_along_another_axis() -> None:
    cells = ran(V15, *bits("x")), ran(V16, *bits("y"), host_class="cpu avx2")
    assert {one.outcome for one in judged(claim(SAME), *cells).cells} == {Outcome.NOT_EXERCISED}


# time

SLOWER = {"test": "slower", "cases": "op", "strength": "likely"}


def timed(*later: float) -> list[CaseOutput]:
    return [outputs("op", [9.0, seconds], out=["x", "x"]) for seconds in later]


@pytest.mark.parametrize(
    ("on", "strength", "expected"),
    [
        ((2.0, 2.2, 2.4), "likely", ("holds", "2.00 times as long (between 1.67 and 2.40)")),
        (
            (0.9, 1.1, 1.3),
            "likely",
            ("not seen", "1.00 times as long (between 0.75 and 1.30)"),
        ),
        ((0.5, 0.5, 0.5), "likely", ("contradicted", "0.45 times as long (between 0.42 and 0.50)")),
        ((0.5, 0.5, 0.5), "may", ("not seen", "0.45 times as long (between 0.42 and 0.50)")),
    ],
)
def test_the_price_of_determinism(
    on: tuple[float, ...], strength: str, expected: tuple[str, str]
) -> None:
    cells = ran(OFF, *timed(1.0, 1.1, 1.2)), ran(ON, *timed(*on))
    assert said(claim({**SLOWER, "strength": strength}), *cells) == [expected]


def price(*seconds: float, strength: str = "likely", **rest: object) -> list[tuple[str, str]]:
    """What is said of cases that each took 1 s without determinism, and so long with it."""
    names = "abcd"[: len(seconds)]

    def every(of: Cell, at: int, later: Sequence[float]) -> TrialRecord:
        took = zip(names, later, strict=True)
        return trial(of, *(outputs(name, [9, one], out="xx") for name, one in took), at=at)

    off = [every(OFF, at, [1.0] * len(seconds)) for at in range(3)]
    on = [every(ON, at, seconds) for at in range(3)]
    stated = claim({**SLOWER, "cases": list(names), "strength": strength, **rest})
    return [(outcome, why.partition(" times")[0]) for outcome, why in said(stated, off, on)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param((0.5, 1.0), ["not seen", "not seen"], id="one faster does not contradict"),
        pytest.param((0.5, 0.5), ["contradicted", "contradicted"], id="all faster do"),
        pytest.param((2.0, 1.0), ["not seen", "not seen"], id="half slower is not most"),
        pytest.param((2.0, 2.0, 0.5), ["holds", "holds", "not seen"], id="most are slower"),
    ],
)
def test_a_likely_price_is_paid_by_most_cases(
    seconds: tuple[float, ...], expected: list[str]
) -> None:
    assert price(*seconds) == [
        (outcome, f"{one:.2f}") for outcome, one in zip(expected, seconds, strict=True)
    ]


def test_a_price_that_is_possible_is_paid_by_some_case() -> None:
    assert price(2.0, 0.5, strength="may") == [("holds", "2.00"), ("not seen", "0.50")]


def test_a_price_may_be_said_to_be_high() -> None:
    assert price(2.0, times=3) == [("not seen", "2.00")]
    assert price(4.0, times=3) == [("holds", "4.00")]


def test_a_price_has_two_sides() -> None:
    assert said(claim(SLOWER), ran(ON, *timed(1.0, 1.0))) == [
        ("not exercised", "no cell with determinism off that differs in nothing else")
    ]
    assert said(claim(SLOWER), ran(ON, *timed(1.0, 1.0)), ran(OFF, *timed(1.0, 1.0))) == [
        (
            "not exercised",
            "determinism is off here; the cell with it on is timed against this one",
        )
    ]


# scope and summing up


def test_a_cell_out_of_scope_has_no_findings() -> None:
    stated = claim(STABLE, scope={"tensorflow": ">=2.16", "determinism": "on"})
    result = judged(stated, ran(V15, *bits("x")), ran(V16, *bits("x")), ran(OFF, *bits("x")))
    assert [(one.spot.cell.cell, one.covered, len(one.findings)) for one in result.cells] == [
        (V15.id, False, 0),
        (V16.id, True, 1),
        (OFF.id, False, 0),
    ]
    assert dict(result.counts) == {Outcome.HOLDS: 1}


@pytest.mark.parametrize(("compute", "covered"), [("8.0", True), ("9.0", True), ("10.0", False)])
def test_a_scope_may_ask_for_a_generation_of_gpus(compute: str, covered: bool) -> None:  # noqa: FBT001
    result = judged(claim(STABLE, scope={"compute": compute}), ran(GPU, same(), host_class=H100))
    assert [one.covered for one in result.cells] == [covered]


def test_a_contradiction_weighs_more_than_what_holds() -> None:
    cells = ran(ON, *[outputs("op", a=["x", "x"], b=["x", "y"])] * 3)
    holds, fails = {**STABLE, "outputs": "a"}, {**STABLE, "outputs": "b"}
    nothing = {**STABLE, "cases": "other.*"}
    unseen = varying(strength="may", outputs="a")
    for tests, expected in (
        ((holds, fails), Outcome.CONTRADICTED),
        ((nothing, holds), Outcome.HOLDS),
        ((unseen, nothing), Outcome.NOT_SEEN),
        ((unseen, holds), Outcome.HOLDS),
        ((nothing,), Outcome.NOT_EXERCISED),
    ):
        assert [one.outcome for one in judged(claim(*tests), cells).cells] == [expected]


def test_cells_together_are_weighed_as_the_findings_of_one() -> None:
    same_bits, others = ran(V15, *bits("x")), ran(V16, *bits("y"))
    assert judged(claim(SAME), same_bits).outcome is Outcome.NOT_EXERCISED
    assert judged(claim(SAME), same_bits, ran(V16, *bits("x"))).outcome is Outcome.HOLDS
    assert judged(claim(SAME), same_bits, others).outcome is Outcome.CONTRADICTED
    elsewhere = claim(STABLE, scope={"device": "gpu"})
    assert judged(elsewhere, same_bits).outcome is Outcome.NOT_EXERCISED


def test_a_claim_that_nothing_decides_says_why() -> None:
    stated = claim(undecided="the probe always sets a seed")
    assert said(stated, ran(ON, same())) == [("not exercised", "the probe always sets a seed")]
