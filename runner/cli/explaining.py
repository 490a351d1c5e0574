"""The command `explain`: what changed the bits of cases."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from runner.analysis.attribute import attribute
from runner.errors import NothingSelected
from runner.matrix.problems import closest, shown
from runner.reports import explain_formats
from runner.reports.explain import make_chapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.analysis.comparison import Comparison

_NAMES = "`python -m runner report --columns cases` shows every case that has a result."


def print_explanation(comparison: Comparison, patterns: Sequence[str], form: str) -> None:
    """Print what changed the bits of the cases that the patterns name.

    Raises
    ------
    NothingSelected
        No case with a result has such a name.
    """
    wanted = _named(comparison, patterns)
    found = [
        (context, [attribute(context, case) for case in here])
        for context in comparison.contexts
        if (
            here := [
                case for cases in context.families.values() for case in cases if case in wanted
            ]
        )
    ]
    if form == "json":
        print(explain_formats.as_json(found), end="")
        return
    write = explain_formats.markdown if form == "markdown" else explain_formats.text
    print(write(make_chapter(context, cases) for context, cases in found), end="")


def _named(comparison: Comparison, patterns: Sequence[str]) -> set[str]:
    names = {
        case: None
        for context in comparison.contexts
        for cases in context.families.values()
        for case in cases
    }
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            near = closest(pattern, [*names])
            hint = f"Did you mean {shown(near)}?" if near else _NAMES
            raise NothingSelected(f"no case with a result is called {shown(pattern)}", hint)
    return {name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)}
