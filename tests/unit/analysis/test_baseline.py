"""Making a baseline of a comparison, and bringing one up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.results.synthetic import case, cell, key, trial, trials

from runner.analysis.baseline import take, updated
from runner.analysis.compare import compare
from runner.results.baseline import SHORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.comparison import Comparison
    from runner.matrix.cells import Cell

OLD, NEW = cell("2.19.1"), cell("2.20.0")
SAME, OTHER = ("x", "x"), ("y", "y")


def compared(results: Mapping[Cell, Mapping[str, Sequence[object]]]) -> Comparison:
    records = [
        trial(of, *(case(name, *words) for name, words in cases.items()), at=number)
        for of, cases in results.items()
        for number in range(2)
    ]
    return compare(records, [])


def test_bits_are_kept_by_the_beginning_of_their_digest_and_else_the_verdict() -> None:
    comparison = compared({NEW: {"a": SAME, "b": ("x", "y"), "c": ("error",)}})
    (context,) = take(comparison, "m").contexts
    bits = comparison.contexts[0].cells[0].cases[0].bits
    assert context.cells == {NEW.id: {"a": bits[:SHORT], "b": "varies", "c": "error"}}
    assert (context.engine, context.probe, context.seed) == ("docker", "probe-1", 42)
    assert take(comparison, "m").matrix == "m"


def test_an_update_of_some_cells_keeps_the_others() -> None:
    old = take(compared({OLD: {"a": SAME}, NEW: {"a": SAME}}))
    new = take(compared({NEW: {"a": OTHER}}))
    (context,) = updated(old, new, {NEW.id}).contexts
    assert context.cells == take(compared({OLD: {"a": SAME}, NEW: {"a": OTHER}})).contexts[0].cells
    assert updated(old, new, None) == new


def test_an_update_keeps_other_host_classes_and_drops_another_probe() -> None:
    old = take(compared({OLD: {"a": SAME}, NEW: {"a": SAME}}))
    elsewhere = key(NEW, host_class="cpu avx2")
    there = take(compare(trials(NEW, {"a": OTHER}, trial_key=elsewhere), []))
    assert len(updated(old, there, None).contexts) == 2
    reprobed = take(compare(trials(NEW, {"a": OTHER}, trial_key=key(NEW, probe="p-2")), []))
    assert updated(old, reprobed, {NEW.id}).contexts == reprobed.contexts
