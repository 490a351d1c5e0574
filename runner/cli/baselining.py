"""The command `baseline update`: what the stored results say, as a file to hold later ones to."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the options' types
from typing import TYPE_CHECKING, Annotated

import typer

from runner.analysis.against import hold
from runner.analysis.baseline import narrowed, take, updated
from runner.analysis.gate import Gate
from runner.cli import showing
from runner.cli.guard import guarded
from runner.cli.options import PROGRESS, Everything, Results, StoredMatrix
from runner.errors import NothingSelected
from runner.reports.against import against_note
from runner.reports.words import brief, number
from runner.results.baseline import encode, read
from runner.results.durable import write_over

if TYPE_CHECKING:
    from collections.abc import Collection

    from runner.analysis.comparison import Comparison
    from runner.results.baseline import Baseline

_EXAMPLES = (
    "Examples: baseline update baseline.json   report --baseline baseline.json   "
    "report --baseline baseline.json --fail-on changed,varies,missing"
)
baseline = typer.Typer(
    help="A file with what each case of each cell came to, to hold later results against.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(baseline, name="baseline")


@baseline.callback()
def group() -> None:
    """Hold the commands on baselines together, of which there is one."""


@baseline.command(epilog=_EXAMPLES)
@guarded(PROGRESS)
def update(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where it is, or is to be.")],
    matrix: StoredMatrix = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="AXIS=VALUE,… or ID",
            help="Take only these cells, and keep what the file says of others. Repeatable.",
        ),
    ] = None,
    everything: Everything = False,
    results: Results = None,
) -> int:
    """Write what the stored results say; it runs nothing. The file is to be committed."""
    scope = showing.scope(matrix, only or (), everything=everything)
    return write(file, results or scope.results, scope, scope.cells if only else None)


def write(file: Path, results: Path, scope: showing.Scope, asked: Collection[str] | None) -> int:
    """Bring a baseline up to date and say what changes; `asked` are the cells that are named.

    What the file says of other host classes is kept.

    Raises
    ------
    InputError
        The file is there and no baseline.
    NothingSelected
        No cell has a result.
    """
    comparison = showing.of_store(results, scope.cells)
    new = take(comparison, scope.text)
    if not new.contexts:
        raise NothingSelected(f"{results}: no cell has a result", "run `nox -s matrix` first")
    old = read(file) if file.exists() else None
    whole = updated(old, new, asked) if old else new
    if old:
        known = narrowed(old, asked, lambda _: True)
        against = hold(comparison, known, scope.text)
        _tell(Gate(name=str(file), against=against, kinds=()), comparison)
    data = encode(whole)
    fresh = old is None or file.read_bytes() != data
    if fresh:
        write_over(file.resolve(), data)
    PROGRESS.print(
        _summary(file, whole, fresh=fresh), markup=False, highlight=False, soft_wrap=True
    )
    return 0


def _tell(gate: Gate, comparison: Comparison) -> None:
    for line in against_note(gate, comparison).lines[1:]:
        PROGRESS.print(f"- {line}", markup=False, highlight=False, soft_wrap=True)


def _summary(file: Path, whole: Baseline, *, fresh: bool) -> str:
    cells = [cases for one in whole.contexts for cases in one.cells.values()]
    places = {(one.engine, one.host_class) for one in whole.contexts}
    return (
        f"{brief(str(file))}: {'written' if fresh else 'as it was'}: "
        f"{number(sum(map(len, cells)), 'result')} of {number(len(cells), 'cell')} on "
        f"{len(places)} host {'class' if len(places) == 1 else 'classes'}"
    )
