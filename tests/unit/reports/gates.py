"""Comparisons held against a baseline, that several tests of reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.results.synthetic import ERROR, case, cell, run, status, trial, trials

from runner.analysis.against import hold
from runner.analysis.baseline import take
from runner.analysis.compare import compare
from runner.analysis.gate import Gate
from runner.analysis.standing import DEFAULT, Kind
from runner.results.records import Status

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison

STEADY, MOVED, GONE = cell("2.19.1"), cell("2.20.0"), cell("2.21.0")


def planted(kinds: tuple[Kind, ...] = DEFAULT) -> tuple[Comparison, Gate]:
    """Two cells of which one has other bits in `nn.conv2d` now, and one that timed out."""
    cases = {"nn.conv2d": "xx", "nn.bias": "xx", "random.normal": "xx"}
    was = [one for of in (STEADY, MOVED, GONE) for one in trials(of, cases)]
    now = [*trials(STEADY, cases), *trials(MOVED, cases | {"nn.conv2d": "yy"})]
    said = [status(STEADY), status(MOVED), status(GONE, Status.TIMED_OUT, "600 s")]
    comparison = compare(now, [run(said)])
    against = hold(comparison, take(compare(was, [])))
    return comparison, Gate(name="baseline.json", against=against, kinds=kinds)


def idle() -> tuple[Comparison, Gate]:
    """A baseline of another seed, so that nothing can be compared."""
    was = take(compare(trials(STEADY, {"a": "xx"}), []))
    seeded = {"seed": 43}
    comparison = compare(trials(STEADY, {"a": "xx"}), [])
    other = was.model_copy(
        update={"contexts": tuple(one.model_copy(update=seeded) for one in was.contexts)}
    )
    return comparison, Gate(name="baseline.json", against=hold(comparison, other))


def crowded() -> tuple[Comparison, Gate]:
    """The cases of 24 cells became something else in most of them, no two in the same ones."""
    of = [cell(f"2.{minor}.{patch}") for minor in range(10, 18) for patch in range(3)]
    names = [f"family{number % 7}.case{number}" for number in range(40)]
    became = (("x", "x"), ("y", "y"), ("x", "y"), (ERROR,))
    was = [trial(one, *(case(name, "x", "x") for name in names)) for one in of]
    now = [
        trial(one, *(case(name, *became[hash((place, at)) % 4]) for at, name in enumerate(names)))
        for place, one in enumerate(of)
        if place % 5
    ]
    comparison = compare(now, [])
    against = hold(comparison, take(compare(was, [])))
    return comparison, Gate(name="baseline.json", against=against, kinds=tuple(Kind))
