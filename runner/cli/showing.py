"""Prints comparisons: after a run, and for the command `report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.style import Style

from runner.analysis.compare import compare
from runner.analysis.stages import traced
from runner.errors import NothingSelected
from runner.reports import json_report, markdown, table
from runner.reports.grid import Tone
from runner.results.records import Status
from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from runner.analysis.comparison import Comparison
    from runner.cli.workspace import Workspace
    from runner.reports.grid import Columns
    from runner.results.records import RunRecord

_NARROWEST: Final = 60
_STYLES: Final = {
    Tone.TITLE: Style(bold=True),
    Tone.LABEL: Style(bold=True),
    Tone.SAME: Style(color="green"),
    Tone.CHANGED: Style(color="cyan", bold=True),
    Tone.VARIES: Style(color="yellow"),
    Tone.ERROR: Style(color="red", bold=True),
    Tone.UNSUPPORTED: Style(dim=True),
    Tone.ABSENT: Style(dim=True),
}


def of_run(workspace: Workspace, record: RunRecord) -> Comparison:
    """Compare the cells of one run, with all trials that its engine has of them."""
    stored = workspace.store.trials([row.cell for row in record.cells])
    trials = (trial for trial in stored.records if trial.key.engine == record.engine)
    return traced(compare(trials, [record], stored.damaged), workspace.store.load)


def of_store(results: Path) -> Comparison:
    """Compare everything that is stored.

    Raises
    ------
    NothingSelected
        Nothing is.
    """
    store = Store(results)
    trials, runs = store.trials(), store.runs()
    if not any((trials.records, runs.records, trials.damaged, runs.damaged)):
        raise NothingSelected(f"{results}: no results yet", "run `nox -s matrix` first")
    comparison = compare(trials.records, runs.records, (*trials.damaged, *runs.damaged))
    return traced(comparison, store.load)


def print_table(comparison: Comparison, columns: Columns, cases: str) -> None:
    """Print the table, in colour on a terminal."""
    console = Console()
    system = console._color_system  # noqa: SLF001 - rich gives no other way to ask

    def paint(text: str, tone: Tone) -> str:
        return _STYLES[tone].render(text, color_system=system)

    width = max(_NARROWEST, min(console.width, table.WIDTH)) if console.is_terminal else table.WIDTH
    text = table.render(comparison, columns=columns, cases=cases, width=width, paint=paint)
    print(text, end="")


def print_markdown(comparison: Comparison, columns: Columns, cases: str) -> None:
    """Print the table as Markdown."""
    print(markdown.render(comparison, columns=columns, cases=cases), end="")


def print_json(comparison: Comparison) -> None:
    """Print everything as JSON."""
    print(json_report.render(comparison), end="")


def next_step(workspace: Workspace, record: RunRecord) -> str:
    """Where the results lie and what to do with them."""
    without = [row for row in record.cells if row.status is not Status.DONE]
    failed = [row for row in without if row.status not in (Status.SKIPPED, Status.REFUSED)]
    lines = [f"[dim]results in {workspace.store.root}[/]"]
    if failed:
        lines.append(f"[yellow]{len(failed)} cells have no result;[/] run again to try them again")
    lines.append("[dim]by case:[/] nox -s report -- --columns cases")
    lines.append("[dim]for docs and programs:[/] nox -s report -- --format markdown|json")
    return "\n".join(lines)
