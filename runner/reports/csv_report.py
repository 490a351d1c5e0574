"""A comparison as CSV: a row for each case of each cell, and one for each cell without a result.

Held against a baseline, each case that is gone has a row as well.
RFC 4180 with a header, in UTF-8. A text that a spreadsheet would take for a formula begins with an
apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from runner.matrix.cells import AXES
from runner.reports.words import brief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.analysis.against import Difference
    from runner.analysis.comparison import CaseResult, CellResult, Comparison, Context, MissingCell
    from runner.analysis.gate import Gate

    Row = dict[str, str | int]
    Place = tuple[str, str, str, str]

COLUMNS: Final = (
    "engine",
    "host_class",
    "cell",
    *AXES,
    "family",
    "case",
    "verdict",
    "group",
    "level",
    "processes",
    "repeats_seen",
    "distinct_results",
    "proven",
    "status",
    "reason",
    "against_baseline",
)
# The last four are the first four at full width, which some spreadsheets read as those.
_FORMULAS: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(comparison: Comparison, gate: Gate | None = None) -> str:
    """Write a comparison as CSV; `gate` fills the last column with what differs from a baseline."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", dialect="excel")
    writer.writeheader()
    differences = _differences(gate)
    rows = [row for one in comparison.contexts for row in _rows(one, differences)]
    for row in (*rows, *map(_gone, differences.values())):
        writer.writerow({name: _safe(value) for name, value in row.items()})
    return text.getvalue()


def _differences(gate: Gate | None) -> dict[Place, Difference]:
    found = gate.against.differences if gate else ()
    return {(one.engine, one.host_class, one.cell, one.case): one for one in found}


def _rows(context: Context, differences: dict[Place, Difference]) -> Iterator[Row]:
    """Give the rows of a context, and take out the differences that they tell."""
    for cell in context.cells:
        for case in cell.cases:
            place = (context.engine, context.host_class, cell.cell, case.case)
            one = differences.pop(place, None)
            row = _cell(context, cell) | _case(case)
            yield row | {"against_baseline": one.kind.value if one else ""}
    for missing in context.missing:
        yield _cell(context, missing) | {"reason": missing.reason}


def _gone(one: Difference) -> Row:
    """Make the row of a case that the baseline has and nothing here does."""
    return {
        "engine": one.engine,
        "host_class": one.host_class,
        "cell": one.cell,
        "family": one.family,
        "case": one.case,
        "reason": one.reason,
        "against_baseline": one.kind.value,
    }


def _cell(context: Context, cell: CellResult | MissingCell) -> Row:
    axes: Row = {axis: cell.axes.get(axis, "") for axis in AXES}
    place: Row = {"engine": context.engine, "host_class": context.host_class, "cell": cell.cell}
    return place | axes | {"status": cell.status.value}


def _case(case: CaseResult) -> Row:
    return {
        "family": case.family,
        "case": case.case,
        "verdict": case.verdict.value,
        "group": case.group,
        "level": case.level.value if case.level else "",
        "processes": case.evidence.processes,
        "repeats_seen": case.evidence.seen,
        "distinct_results": case.evidence.distinct,
        "proven": "yes" if case.proven else "no",
        "reason": case.reason,
    }


def _safe(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    line = brief(value)
    return f"'{line}" if line.startswith(_FORMULAS) else line
