"""A comparison as the summary of a step of GitHub Actions: Markdown of a bounded size.

A step's summary is at most 1 MiB; one that is larger is not shown at all
(https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runner.reports import markdown
from runner.reports.badge import same_everywhere
from runner.reports.words import number

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison
    from runner.analysis.gate import Gate
    from runner.reports.grid import Columns

LIMIT: Final = 2**20
"""Bytes that the summary of one step may have."""
_CUT: Final = "\n\n**Cut here: the rest is too long for a step summary.** Keep the whole report \
as an artifact, such as with `--format markdown --output report.md`.\n"


def render(
    comparison: Comparison,
    gate: Gate | None = None,
    *,
    columns: Columns = "families",
    room: int = LIMIT,
) -> str:
    """Write a comparison in at most `room` bytes of UTF-8, what matters most first."""
    head = f"**{markdown.escape(_headline(comparison))}**\n\n"
    return bounded(head + markdown.render(comparison, gate, columns=columns), room)


def _headline(comparison: Comparison) -> str:
    same, cases = same_everywhere(comparison)
    cells = sum(len(one.cells) for one in comparison.contexts)
    silent = sum(len(one.missing) for one in comparison.contexts)
    without = f", {number(silent, 'cell')} without a result" if silent else ""
    each = f"{number(cells, 'cell')} with a result"
    return f"{same} of {number(cases, 'case')} bit-identical in all of {each}{without}"


def bounded(text: str, room: int) -> str:
    """Cut text after the last whole line that leaves room to say so."""
    if len(text.encode()) <= room:
        return text
    kept = text.encode()[: max(0, room - len(_CUT.encode()))]
    lines = kept.rpartition(b"\n")[0].decode()
    return lines + _CUT if lines else ""
