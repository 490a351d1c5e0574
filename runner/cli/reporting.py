"""The command `report`: one comparison in any of its formats, printed or written to a file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.ledger import ledger
from runner.cli import showing
from runner.errors import InputError
from runner.reports import html, json_report, markdown, table
from runner.results.durable import write_over
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison
    from runner.reports.grid import Columns

STDOUT: Final = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be told: a comparison, and the records that it was made of.

    `whole` says that it has all cases, as what is said of the published claims needs. `matrix` is
    the file that was named.
    """

    comparison: Comparison
    records: showing.Records
    whole: bool
    matrix: Path | None = None


def show(told: Told, form: str, columns: Columns, output: Path | None) -> None:
    """Write a comparison to a file or to standard output.

    Raises
    ------
    InputError
        Something else has the name of the file, such as a folder or a device.
    StoreError
        The file could not be written; what was there has not changed.
    """
    comparison = told.comparison
    if form == "table" and output in {None, STDOUT}:
        showing.print_table(comparison, columns)
        return
    match form:
        case "html":
            text = html.render(comparison, _stored(told))
        case "json":
            text = json_report.render(comparison)
        case "markdown":
            text = markdown.render(comparison, columns=columns)
        case _:
            text = table.render(comparison, columns=columns)
    write(text, output)


def write(text: str, output: Path | None) -> None:
    """Write text to a file, whole or not at all; to standard output where there is none, or `-`.

    Raises
    ------
    InputError
        Something else has that name, such as a folder or a device.
    """
    if output is None or output == STDOUT:
        print(text, end="")
        return
    target = output.resolve()
    if target.exists() and not target.is_file():
        raise InputError(f"--output {output}: not a file", "Name a file, or - to print it.")
    write_over(target, text.encode())
    print(f"The report is in {one_line(str(output))}", file=sys.stderr)


def _stored(told: Told) -> html.Stored:
    """Give what a page tells beside the comparison."""
    results = any(context.cells for context in told.comparison.contexts)
    usual = told.matrix in {None, showing.DEFAULT_MATRIX}
    return html.Stored(
        trials=told.records.trials,
        runs=told.records.runs,
        claims=evaluate(told.comparison, ledger()) if told.whole and results else (),
        matrix="" if usual else str(told.matrix),
    )
