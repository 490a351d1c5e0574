"""Prints comparisons: after a run, and for the command `report`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from rich.console import Console
from rich.markup import escape
from rich.style import Style

from runner.analysis import apart
from runner.analysis.changes import find_walks
from runner.analysis.compare import compare
from runner.analysis.selection import of_cases
from runner.analysis.shards import absent
from runner.analysis.stages import traced
from runner.cli.spelling import spelled
from runner.cli.workspace import Workspace, home
from runner.errors import InputError, NothingSelected
from runner.matrix.cells import AXES
from runner.matrix.problems import closest, listed, shown
from runner.matrix.select import select
from runner.reports import change_formats, json_report, table
from runner.reports.changes import make_parts
from runner.reports.grid import Tone
from runner.reports.words import brief, number
from runner.results.records import Status
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from runner.analysis.comparison import Comparison
    from runner.analysis.gate import Gate
    from runner.reports.grid import Columns
    from runner.results.records import RunRecord, TrialRecord
    from runner.results.store import Damaged

DEFAULT_MATRIX: Final = Path("matrix.yaml")
EVERY: Final = "*"
_MERGE: Final = "samebits merge TARGET SOURCE… joins them, and says which are missing"
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


@dataclass(frozen=True, slots=True)
class Records:
    """What a store has of some cells."""

    trials: tuple[TrialRecord, ...]
    runs: tuple[RunRecord, ...]
    damaged: tuple[Damaged, ...]


def stored(results: Path, cells: Collection[str] | None = None) -> Records:
    """Read what is stored: of these cells, or all of it.

    Raises
    ------
    NothingSelected
        Nothing is stored, or nothing of these cells.
    """
    store = Store(results)
    trials, runs = store.trials(cells), store.runs()
    said = [run for run in (*runs.records, *absent(runs.records)) if run.cells]
    if cells is not None:
        said = [_about(run, cells) for run in said]
    if not any((trials.records, *(run.cells for run in said), trials.damaged, runs.damaged)):
        refuse_none(store, cells)
    return Records(
        trials=trials.records,
        runs=tuple(run for run in said if run.cells),
        damaged=(*trials.damaged, *runs.damaged),
    )


def compared(records: Records, cases: str = EVERY) -> Comparison:
    """Compare records; `cases` is a pattern on names of cases.

    Raises
    ------
    NothingSelected
        There is no such case.
    """
    comparison = compare(records.trials, records.runs, records.damaged)
    if cases != EVERY:
        comparison = of_cases(comparison, cases)
        if not any(context.families for context in comparison.contexts):
            raise NothingSelected(f"--case {cases}: no case with a result has such a name")
    return comparison


def of_store(results: Path, cells: Collection[str] | None = None, cases: str = EVERY) -> Comparison:
    """Compare what is stored: `stored` and `compared` in one."""
    return compared(stored(results, cells), cases)


def refuse_none(store: Store, cells: Collection[str] | None) -> NoReturn:
    """Say why a store has nothing to show: it is empty, or of other cells.

    Raises
    ------
    NothingSelected
        Always.
    """
    others = other_cells(store, cells)
    if not others:
        raise NothingSelected(f"{store.root}: no results yet", "run `nox -s matrix` first")
    raise NothingSelected(
        f"{store.root}: no result of these cells; its {number(len(others), 'cell')}, such as "
        f"{brief(others[0])}, {'is' if len(others) == 1 else 'are'} of another matrix or selection",
        "run these cells first, name the other matrix with --matrix, or see all with --all",
    )


def other_cells(store: Store, cells: Collection[str] | None) -> list[str]:
    """Name the cells of a store, of which it has trials or runs, that are none of these."""
    if cells is None:
        return []
    said = {row.cell for run in store.runs().records for row in run.cells}
    return sorted({*store.cells(), *said} - set(cells))


def with_stages(comparison: Comparison, results: Path) -> Comparison:
    """Add where staged cases first differ, which takes reading their arrays."""
    return traced(comparison, Store(results).load)


def with_distances(comparison: Comparison, results: Path) -> Comparison:
    """Add how far the groups of each case lie apart, which takes reading an array of each."""
    return apart.with_distances(comparison, Store(results).load)


def _about(run: RunRecord, cells: Collection[str]) -> RunRecord:
    """What a run said of these cells alone."""
    return run.model_copy(update={"cells": tuple(row for row in run.cells if row.cell in cells)})


def scope(matrix: Path | None, only: Sequence[str], *, everything: bool) -> Scope:
    """Choose what to show: the cells of the matrix file, or all that is stored.

    Where no file is named and there is no `matrix.yaml`, as in a folder of results alone, that is
    everything.

    Raises
    ------
    InputError
        `only` is given, which selects among the cells of a matrix, and there is none.
    """
    path = matrix or DEFAULT_MATRIX
    if everything or (matrix is None and not path.is_file()):
        if only:
            raise InputError("--only selects cells of a matrix file; name it with --matrix")
        return Scope(home(path) / "results", None)
    workspace = Workspace(path)
    cells = frozenset(cell.id for cell in select(workspace.matrix.cells, only))
    known = frozenset(cell.id for cell in workspace.matrix.cells)
    return Scope(workspace.store.root, cells, path, known, workspace.matrix.text_sha256)


@dataclass(frozen=True, slots=True)
class Scope:
    """What to show: where results are kept by default, and of which cells; None is all of them.

    `matrix` is the file that they are of, `known` all of its cells and `text` the SHA-256 of it;
    without one, None and empty.
    """

    results: Path
    cells: frozenset[str] | None
    matrix: Path | None = None
    known: frozenset[str] = frozenset()
    text: str = ""


def print_changes(
    comparison: Comparison, axis: str, form: Literal["table", "markdown", "json"]
) -> None:
    """Print at which values of an axis each case changed bits.

    Raises
    ------
    InputError
        There is no such axis.
    """
    if axis not in AXES:
        near = closest(axis, AXES)
        meant = f", did you mean {shown(near)}?" if near else ""
        raise InputError(
            f"--axis {axis}: there is no such axis{meant}", f"The axes are {listed(AXES)}."
        )
    walks = [(context, find_walks(context, axis)) for context in comparison.contexts]
    if form == "json":
        print(change_formats.as_json(walks), end="")
        return
    parts = [part for context, found in walks for part in make_parts(context, found)]
    write = change_formats.text if form == "table" else change_formats.markdown
    print(write(parts), end="")


def print_table(comparison: Comparison, columns: Columns, gate: Gate | None = None) -> None:
    """Print the table, in colour on a terminal, unless `NO_COLOR` is set (https://no-color.org)."""
    console = Console()
    # rich gives no other way to ask
    system = None if console.no_color else console._color_system  # noqa: SLF001

    def paint(text: str, tone: Tone) -> str:
        return _STYLES[tone].render(text, color_system=system)

    width = max(_NARROWEST, min(console.width, table.WIDTH)) if console.is_terminal else table.WIDTH
    text = table.render(comparison, gate, columns=columns, width=width, paint=paint)
    print(text, end="")


def print_json(comparison: Comparison, gate: Gate | None = None) -> None:
    """Print everything as JSON."""
    print(json_report.render(comparison, gate), end="")


def next_step(workspace: Workspace, record: RunRecord) -> str:
    """Where the results lie and what to do with them."""
    without = [row for row in record.cells if row.status is not Status.DONE]
    failed = [one for one in without if not one.without_device and one.status != Status.REFUSED]
    lines = [f"[dim]results in {escape(str(workspace.store.root))}[/]"]
    if failed:
        failures = number(len(failed), "cell")
        lines.append(f"[yellow]{failures} without a result;[/] run again to try them again")
    named = "" if workspace.path == DEFAULT_MATRIX else f" --matrix {escape(str(workspace.path))}"
    report = f"{spelled('nox -s report --')}{named}"
    lines.append(f"[dim]by case:[/] {report} --columns cases")
    lines.append(f"[dim]as a page:[/] {report} --format html -o report.html")
    lines.append(f"[dim]for docs and programs:[/] {report} --format markdown|json")
    if record.shard:
        lines.append(f"[dim]one of {record.shard.of} shards:[/] {_MERGE}")
    return "\n".join(lines)
