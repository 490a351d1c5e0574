"""Contexts whose bits follow from causes that a test plants, made of values and not of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.comparison import CaseResult, CellResult, Context, Evidence, Verdict
from runner.analysis.groups import lettered
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    Axes = Mapping[str, str]

OFTEN = Evidence(processes=3, seen=6, distinct=1)
CHANGING = Evidence(processes=3, seen=6, distinct=2)
Seen = tuple["Axes", "Axes", "Hashable | None"]
"""The axes of a cell, its factors, and what its bits stand for: None where the case varies."""


def named(axes: Axes) -> str:
    """The id of a cell."""
    return ".".join(f"{axis}{value}" for axis, value in axes.items())


def context(cells: Iterable[Seen], case: str = "a") -> Context:
    """Cells with one case each, in the order given."""
    seen = list(cells)
    letters = lettered([bits for _, _, bits in seen])
    return Context(
        engine="venv",
        engine_reason="",
        host_class="cpu avx2",
        machines=("AMD EPYC 9R14",),
        probe="probe-1",
        seed=42,
        pinned=True,
        first=None,
        last=None,
        families={"family": (case,)},
        cells=tuple(
            _cell(axes, factors, case, letter)
            for (axes, factors, _), letter in zip(seen, letters, strict=True)
        ),
        missing=(),
    )


def _cell(axes: Axes, factors: Axes, case: str, letter: str) -> CellResult:
    result = CaseResult(
        case=case,
        family="family",
        verdict=Verdict.IDENTICAL if letter else Verdict.VARIES,
        evidence=OFTEN if letter else CHANGING,
        bits=letter,
        group=letter,
    )
    return CellResult(
        cell=named(axes),
        axes=dict(axes),
        done=3,
        attempted=3,
        superseded=0,
        damaged=0,
        repeats=2,
        status=Status.DONE,
        reason="",
        cases=(result,),
        families=(),
        factors=dict(factors),
    )


def line(axis: str, values: Sequence[str], letters: str, **others: str) -> list[Seen]:
    """Cells along one axis: a letter stands for bits, `~` for a case that varies there."""
    return [
        ({axis: value, **others}, {}, None if letter == "~" else letter)
        for value, letter in zip(values, letters, strict=True)
    ]
