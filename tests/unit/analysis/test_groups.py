"""Cells with the same bits share a letter; letters come in axis order."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.analysis.comparison import CaseResult, Evidence, Verdict
from runner.analysis.groups import Cases, group_cases, group_families, letter, lettered, merged

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
        pytest.param(["x~", "xy", "xz"], "A~ A B", id="what varies does not tell cells apart"),
        pytest.param(["xy", "z~", "x~"], "A B~ A~", id="the rest does"),
        pytest.param(["~~", "xy"], "~ A", id="nothing left to compare"),
        pytest.param(["x·", "x!", "x~"], "A· A! A~", id="other verdicts are gaps as well"),
        pytest.param(["~!", "·~"], "~! ~·", id="several flaws"),
        pytest.param(["x~", "~y", "xy"], "A~ A~ A", id="gaps agree with the whole"),
        pytest.param(["x~~", "~y~", "xz~"], "A~ A~ B~", id="a filled gap can contradict"),
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


def test_without_cases_there_are_no_families() -> None:
    assert group_families([{}, {}], {}) == [(), ()]


PATTERNS = st.lists(st.tuples(*[st.sampled_from(["", "x", "y", "z"])] * 3), min_size=1, max_size=8)


@settings(max_examples=300)
@given(PATTERNS)
def test_cells_of_one_group_never_contradict_each_other(
    patterns: list[tuple[str, ...]],
) -> None:
    numbers = merged(patterns)
    for (left, mine), (right, theirs) in combinations(zip(patterns, numbers, strict=True), 2):
        contradict = any(a != b for a, b in zip(left, right, strict=True) if a and b)
        if mine is not None and mine == theirs:
            assert not contradict
        if all(left) and all(right):
            assert (mine == theirs) == (left == right)
    assert [number is None for number in numbers] == [not any(one) for one in patterns]
