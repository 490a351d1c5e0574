"""A comparison of some cases alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.results.synthetic import ERROR, cell, run, status, trials

from runner.analysis.compare import compare
from runner.analysis.selection import of_cases

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison

OLD, NEW = cell("2.19.1"), cell("2.20.0")


def compared() -> Comparison:
    records = [
        *trials(OLD, {"nn.a": "xx", "nn.b": "xx", "rnn.c": "xx"}),
        *trials(NEW, {"nn.a": "xx", "nn.b": "yy", "rnn.c": ERROR}),
    ]
    return compare(records, [run([status(OLD), status(NEW)])])


def letters(comparison: Comparison) -> list[dict[str, str]]:
    (context,) = comparison.contexts
    return [{one.family: one.group for one in cell.families} for cell in context.cells]


def test_every_case() -> None:
    assert of_cases(compared(), "*") == compared()


def test_other_cases_are_nowhere() -> None:
    (context,) = of_cases(compared(), "*.a").contexts
    assert context.families == {"nn": ("nn.a",)}
    assert [[case.case for case in cell.cases] for cell in context.cells] == [["nn.a"]] * 2


def test_a_family_is_summed_up_from_those_of_its_cases() -> None:
    assert letters(of_cases(compared(), "nn.*")) == [{"nn": "A"}, {"nn": "B"}]
    assert letters(of_cases(compared(), "nn.a")) == [{"nn": "A"}, {"nn": "A"}]


def test_none() -> None:
    (context,) = of_cases(compared(), "nothing").contexts
    assert (context.families, letters(of_cases(compared(), "nothing"))) == ({}, [{}, {}])
