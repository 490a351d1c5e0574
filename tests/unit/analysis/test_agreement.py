"""How far two cells agree: of the cases with bits in both, how many have the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.results.synthetic import ERROR, case, cell, trial

from runner.analysis.agreement import Shared, agreement
from runner.analysis.compare import compare

if TYPE_CHECKING:
    from runner.analysis.comparison import Context

VERSIONS = ("2.15.1", "2.16.2", "2.17.1", "2.18.1")


def context(*rows: str) -> Context:
    """One word per cell, one letter per case: its bits, `~` varies, `!` failed, space: not run."""
    records = [
        trial(
            cell(version),
            case("seen", "x", "x"),
            *(
                case(f"case{place}", *_words(letter))
                for place, letter in enumerate(row)
                if letter != " "
            ),
        )
        for version, row in zip(VERSIONS, rows, strict=False)
    ]
    [found] = compare(records, []).contexts
    return found


def _words(letter: str) -> tuple[object, ...]:
    return {"~": ("1", "2"), "!": (ERROR,)}.get(letter, (letter, letter))


def test_cells_that_share_some() -> None:
    assert agreement(context("abc", "abd", "xyz")) == (
        (),
        (Shared(3, 4),),
        (Shared(1, 4), Shared(1, 4)),
    )


def test_what_has_no_bits_in_one_cell_tells_nothing() -> None:
    assert agreement(context("a~!b", "aaab", " aab")) == (
        (),
        (Shared(3, 3),),
        (Shared(2, 2), Shared(4, 4)),
    )


def test_a_context_without_results() -> None:
    assert agreement(compare([trial(cell(), case("a", "x"))], []).contexts[0]) == ((),)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="ab~! ", min_size=4, max_size=4), min_size=2, max_size=4))
def test_it_is_what_counting_by_hand_gives(rows: list[str]) -> None:
    found = agreement(context(*rows))
    for place, row in enumerate(rows):
        for before in range(place):
            pairs = [(a, b) for a, b in zip(row, rows[before], strict=True) if {a, b} <= {"a", "b"}]
            same = 1 + sum(a == b for a, b in pairs)
            assert found[place][before] == Shared(same, 1 + len(pairs))


def test_the_order_of_cases_does_not_matter() -> None:
    columns = ["aab", "aba", "bbb", "a~a"]
    expected = agreement(context(*map("".join, zip(*columns, strict=True))))
    random.Random(1).shuffle(columns)  # noqa: S311 - a shuffle
    assert agreement(context(*map("".join, zip(*columns, strict=True)))) == expected
