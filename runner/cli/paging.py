"""The HTML report: one file from a comparison and the records that it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.ledger import ledger
from runner.cli.output import STDOUT, deliver
from runner.cli.showing import DEFAULT_MATRIX
from runner.reports import html

if TYPE_CHECKING:
    from pathlib import Path

    from runner.analysis.comparison import Comparison
    from runner.analysis.gate import Gate
    from runner.cli.showing import Records


def write_page(
    comparison: Comparison,
    records: Records,
    gate: Gate | None,
    output: Path | None,
    *,
    matrix: Path | None,
    whole: bool,
) -> None:
    """Write the page to a file or to standard output.

    `matrix` is the file that was named. `whole` says that the comparison has all cases, as what is
    said of the published claims needs.

    Raises
    ------
    InputError, StoreError
        The file can't be written.
    """
    results = any(context.cells for context in comparison.contexts)
    stored = html.Stored(
        trials=records.trials,
        runs=records.runs,
        claims=evaluate(comparison, ledger()) if whole and results else (),
        matrix="" if matrix in {None, DEFAULT_MATRIX} else str(matrix),
        gate=gate,
    )
    deliver(html.render(comparison, stored), output or STDOUT)
