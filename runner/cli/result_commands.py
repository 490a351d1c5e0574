"""Commands on what is stored: they run nothing and need no engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from runner.analysis.changes import TENSORFLOW
from runner.cli import (
    cataloguing,
    claiming,
    diffing,
    explaining,
    exporting,
    paging,
    reporting,
    showing,
)
from runner.cli.guard import guarded
from runner.cli.options import (
    PROGRESS,
    AsJson,
    BaselineFile,
    Cases,
    Columns,
    ColumnsOption,
    Everything,
    FailOn,
    Form,
    FormatOption,
    MatrixFile,
    Only,
    Output,
    ReportForm,
    ReportFormatOption,
    Results,
    StoredMatrix,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    goldens = typer.Typer(
        help="Golden outputs, for the tests of your own project.", no_args_is_help=True
    )
    app.add_typer(goldens, name="goldens")
    app.command()(report)
    app.command()(changes)
    app.command()(explain)
    app.command()(diff)
    app.command()(claims)
    app.command()(cases)
    goldens.command("export")(export_goldens)


@guarded(PROGRESS)
def report(
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    form: ReportForm = ReportFormatOption.table,
    output: Output = None,
    columns: Columns = ColumnsOption.families,
    case: Cases = showing.EVERY,
    baseline: BaselineFile = None,
    fail_on: FailOn = None,
    distances: Annotated[
        bool, typer.Option("--distances", help="Also how far the groups of each case lie apart.")
    ] = False,
) -> int:
    """Print the table of the stored results of a matrix; it runs nothing and needs no engine.

    As HTML it is one file with everything that is recorded: --format html -o report.html
    """
    scope = showing.scope(matrix, only or (), everything=everything)
    demand = reporting.read_demand(baseline, fail_on or ())
    folder = results or scope.results
    records = showing.stored(folder, scope.cells)
    comparison = showing.with_stages(showing.compared(records, case), folder)
    if distances:
        comparison = showing.with_distances(comparison, folder)
    reporting.warn_of_others(scope, folder, PROGRESS)
    asked = scope.cells if only else None
    gate = demand.of(asked, cases=case, text=scope.text).hold(comparison) if demand else None
    written: reporting.Form | Literal["html"] = form.value
    if written == "html":
        whole = case == showing.EVERY
        paging.write_page(comparison, records, gate, output, matrix=matrix, whole=whole)
    else:
        reporting.write(comparison, gate, written, columns.value, output, PROGRESS)
    reporting.pass_gate(gate)
    return 0


@guarded(PROGRESS)
def changes(
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    axis: Annotated[
        str, typer.Option("--axis", metavar="AXIS", help="Along which axis.")
    ] = TENSORFLOW,
    form: Form = FormatOption.table,
    case: Cases = showing.EVERY,
) -> int:
    """Print at which releases each case changed bits, from stored results; it runs nothing."""
    scope = showing.scope(matrix, only or (), everything=everything)
    comparison = showing.of_store(results or scope.results, scope.cells, case)
    showing.print_changes(comparison, axis, form.value)
    return 0


@guarded(PROGRESS)
def explain(
    case: Annotated[
        list[str], typer.Argument(metavar="CASE…", help="Cases, or patterns such as 'nn.*'.")
    ],
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    form: Form = FormatOption.table,
    as_json: AsJson = False,
) -> int:
    """Say what changed the bits of a case, and what did not, from stored results."""
    scope = showing.scope(matrix, only or (), everything=everything)
    comparison = showing.of_store(results or scope.results, scope.cells)
    explaining.print_explanation(comparison, case, FormatOption.json if as_json else form)
    return 0


@guarded(PROGRESS)
def diff(
    left: Annotated[str, typer.Argument(metavar="X", help="A cell id, a pattern, or AXIS=VALUE.")],
    right: Annotated[str, typer.Argument(metavar="Y", help="The same; what one moves to.")],
    matrix: MatrixFile = Path("matrix.yaml"),
    results: Results = None,
    form: Form = FormatOption.table,
    as_json: AsJson = False,
    case: Cases = showing.EVERY,
) -> int:
    """Print what changes from cells X to cells Y, by how much and why, from all stored results."""
    folder = results or showing.scope(matrix, (), everything=True).results
    form = FormatOption.json if as_json else form
    diffing.print_diff(showing.of_store(folder, cases=case), folder, (left, right), form.value)
    return 0


@guarded(PROGRESS)
def claims(
    matrix: MatrixFile = Path("matrix.yaml"),
    results: Results = None,
    form: Form = FormatOption.table,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="ID", help="Take only these claims, such as 'article-*'. Repeatable."
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also every claim, with its evidence.")
    ] = False,
) -> int:
    """Hold published claims about determinism against all stored results; it runs nothing."""
    folder = results or showing.scope(matrix, (), everything=True).results
    claiming.print_claims(folder, form.value, only or (), verbose=verbose)
    return 0


@guarded(PROGRESS)
def cases(form: Form = FormatOption.table) -> int:
    """List the cases of the probe: what each computes, and why its bits may differ."""
    cataloguing.print_cases(form.value)
    return 0


@guarded(PROGRESS)
def export_goldens(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to write them, such as tests/goldens.")
    ],
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    case: Cases = showing.EVERY,
    update: Annotated[
        bool, typer.Option("--update", help="Change and remove the goldens that are there.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 where they are out of date.")
    ] = False,
) -> int:
    """Write the bits that each group of cells agrees on, and which cell has which.

    Your tests load them in three lines, without samebits: docs/goldens.md.
    """
    scope = showing.scope(matrix, only or (), everything=everything)
    stored = results or scope.results
    found = exporting.find(stored, scope.cells, case)
    mode: exporting.Mode = "check" if check else "update" if update else "new"
    return exporting.export(folder, stored, found, mode, PROGRESS)
