"""Cells with the same bits share a letter; letters come in axis order."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.analysis.comparison import CaseResult, Evidence, Verdict
from runner.analysis.groups import Cases, group_cases, group_families, letter, lettered, merged

if TYPE_CHECKING:
    import random

    from runner.analysis.groups import Pattern

ONCE = Evidence(processes=1, seen=1, distinct=1)
OFTEN = Evidence(processes=3, seen=6, distinct=1)
VERDICTS = {"~": Verdict.VARIES, "·": Verdict.UNSUPPORTED, "!": Verdict.ERROR}


def cell(evidence: Evidence = OFTEN, /, **cases: str) -> Cases:
    """A cell: case → its bits, or a mark for another verdict."""
    return {
        name: CaseResult(
            case=name,
            family="family",
            verdict=VERDICTS.get(bits, Verdict.IDENTICAL),
            evidence=evidence,
            bits="" if bits in VERDICTS else bits,
        )
        for name, bits in cases.items()
    }


def case_letters(*words: str) -> str:
    grouped = group_cases([cell(a=word) if word else {} for word in words])
    return " ".join(one["a"].group or "-" if one else "." for one in grouped)


def family_letters(*patterns: str) -> str:
    """One word per cell, one character per case: its bits, a mark, or a space for `did not run`."""
    cells = [
        cell(OFTEN, **{f"case{place}": bits for place, bits in enumerate(pattern) if bits != " "})
        for pattern in patterns
    ]
    names = [f"case{place}" for place in range(len(patterns[0]))]
    rows = group_families(group_cases(cells), {"family": names})
    marks = {verdict: mark for mark, verdict in VERDICTS.items()}
    return " ".join(
        row[0].group + "".join(marks[flaw] for flaw in row[0].flaws) if row else "." for row in rows
    )


@pytest.mark.parametrize(
    ("number", "name"),
    [(0, "A"), (1, "B"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (702, "AAA")],
)
def test_letters(number: int, name: str) -> None:
    assert letter(number) == name


def test_letters_never_repeat() -> None:
    assert len({letter(number) for number in range(20_000)}) == 20_000


def test_letters_are_given_by_first_appearance() -> None:
    assert lettered(["x", None, "y", "x", "z"]) == ["A", "", "B", "A", "C"]


@pytest.mark.parametrize(
    ("words", "letters"),
    [
        pytest.param("x x x", "A A A", id="all the same"),
        pytest.param("x y x", "A B A", id="there and back"),
        pytest.param("~ x y", "- A B", id="a cell that varies has no letter"),
        pytest.param("x ~ · ! x", "A - - - A", id="nor has any other verdict"),
    ],
)
def test_groups_of_a_case(words: str, letters: str) -> None:
    assert case_letters(*words.split()) == letters


def test_a_cell_without_the_case_is_left_out() -> None:
    assert case_letters("x", "", "x") == "A . A"


@pytest.mark.parametrize(
    ("patterns", "letters"),
    [
        pytest.param(["xy", "xy", "xz"], "A A B", id="all cases count"),
        pytest.param(["x~", "xy", "xz"], "~ A B", id="what fits two letters has none"),
        pytest.param(["xy", "xz", "x~"], "A B ~", id="wherever it comes"),
        pytest.param(["xy", "z~", "x~"], "A B~ A~", id="what fits one letter has it"),
        pytest.param(["~~", "xy"], "~ A", id="nothing left to compare"),
        pytest.param(["x·", "x!", "x~"], "A· A! A~", id="other verdicts are gaps as well"),
        pytest.param(["x~", "x~", "y~"], "A~ A~ B~", id="equal gaps are compared"),
        pytest.param(["x~", "~y"], "~ ~", id="what shares no case is not compared"),
        pytest.param(["xx", "y~", "~y"], "A ~ ~", id="nor beside a third that both contradict"),
        pytest.param(["xx", "y~", "~x"], "A ~ A~", id="nor with one that has a letter"),
        pytest.param(["x~", "~~"], "A~ ~", id="nothing known takes no letter away"),
        pytest.param(["~!", "·~"], "~! ~·", id="several flaws"),
        pytest.param(["x~", "~y", "xy"], "A~ A~ A", id="gaps agree with the whole"),
        pytest.param(["x~~", "~y~", "xz~"], "~ ~ ~", id="gaps alone are not chained"),
        pytest.param(["xy", "x "], "A A", id="a case that did not run is a gap"),
        pytest.param(["xy", "  "], "A .", id="a family that did not run is left out"),
    ],
)
def test_groups_of_a_family(patterns: list[str], letters: str) -> None:
    assert family_letters(*patterns) == letters


def test_a_family_is_proven_when_each_case_is() -> None:
    cells = group_cases([cell(a="x") | cell(ONCE, b="y"), cell(a="x", b="y")])
    rows = group_families(cells, {"family": ["a", "b"]})
    assert [row[0].proven for row in rows] == [False, True]


def test_a_family_of_which_some_cases_did_not_run_is_partial() -> None:
    rows = group_families([cell(a="x", b="~"), cell(a="x")], {"family": ["a", "b"]})
    assert [row[0].partial for row in rows] == [False, True]


def test_without_cases_there_are_no_families() -> None:
    assert group_families([{}, {}], {}) == [(), ()]


PATTERNS = st.lists(st.tuples(*[st.sampled_from(["", "x", "y", "z"])] * 3), min_size=1, max_size=8)


def contradict(left: Pattern, right: Pattern) -> bool:
    return any(a != b for a, b in zip(left, right, strict=True) if a and b)


@settings(max_examples=300)
@given(PATTERNS)
def test_a_letter_claims_only_what_was_measured(patterns: list[Pattern]) -> None:
    groups = merged(patterns)
    for (left, mine), (right, theirs) in combinations(zip(patterns, groups, strict=True), 2):
        if mine is None or theirs is None:
            continue
        if mine == theirs:
            assert not contradict(left, right)
        elif left == mine or right == theirs:
            assert contradict(left, right)
        else:
            # Each was compared with the whole cells of the other's letter.
            assert contradict(left, theirs)
            assert contradict(mine, right)
        if mine == theirs and left != right:
            # They were compared with the same whole cell, if not with each other.
            assert all(mine)
            assert mine in patterns
    for pattern, group in zip(patterns, groups, strict=True):
        if all(pattern):
            assert group == pattern
        fitting = {one for one in patterns if all(one) and not contradict(one, pattern)}
        if any(pattern) and len(fitting) == 1:
            assert {group} == fitting
        elif len(fitting) > 1:
            assert group is None


@settings(max_examples=300)
@given(PATTERNS, st.randoms(use_true_random=False))
def test_the_order_and_the_number_of_cells_change_no_group(
    patterns: list[Pattern], shuffle: random.Random
) -> None:
    expected = dict(zip(patterns, merged(patterns), strict=True))
    others = patterns + shuffle.choices(patterns, k=3)
    shuffle.shuffle(others)
    assert dict(zip(others, merged(others), strict=True)) == expected
