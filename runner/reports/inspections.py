"""What built environments would load, held against what they declare; and what was not built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.reports.words import as_json as to_json
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.execution.inspection import Inspection

_WIDTHS: Final = [44, 54]


def text(inspections: Sequence[Inspection], not_built: Mapping[str, str]) -> str:
    """A table with one row for each environment; `not_built` is environment → reason."""
    rows = [[one.environment, _told(one)] for one in inspections]
    rows += [[name, f"not built: {one_line(reason)}"] for name, reason in not_built.items()]
    return tabulate(rows, headers=["environment", "what it loads"], maxcolwidths=_WIDTHS) + "\n"


def as_json(inspections: Sequence[Inspection], not_built: Mapping[str, str]) -> str:
    """The same for programs."""
    built = [
        {
            "environment": one.environment,
            "reference": one.reference,
            "libraries": dict(one.libraries),
            "problems": one.problems,
            "unseen": one.unseen,
        }
        for one in inspections
    ]
    return to_json({"built": built, "not_built": dict(not_built)})


def _told(one: Inspection) -> str:
    found = ", ".join(f"{name} {version or '(tells none)'}" for name, version in one.libraries)
    if one.problems:
        return one_line("; ".join(one.problems) + (f" (opened: {found})" if found else ""))
    if not one.libraries:
        return "built; it has no CUDA to look at"
    return one_line("; ".join([f"as declared: {found}", *one.unseen]))
