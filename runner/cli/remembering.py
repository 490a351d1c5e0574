"""The command `history`: when the bits of cases changed from run to run, and what moved."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import typer

from runner.analysis.timeline import find_courses
from runner.cli import showing
from runner.cli.guard import guarded
from runner.cli.options import (
    PROGRESS,
    AsJson,
    Everything,
    Form,
    FormatOption,
    Only,
    Results,
    StoredMatrix,
)
from runner.errors import NothingSelected
from runner.matrix.problems import closest, shown
from runner.reports import course_formats
from runner.reports.courses import make_parts
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from runner.analysis.timeline import Course


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Examples: history nn.conv2d   history 'random.*' --all --format json")(
        history
    )


@guarded(PROGRESS)
def history(
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
    """Say from run to run when a case changed bits and what moved there; it runs nothing.

    Trials count whose lock, probe, setting or base is no longer the one of their cell.
    """
    scope = showing.scope(matrix, only or (), everything=everything)
    courses = find(results or scope.results, scope.cells, case)
    if as_json or form is FormatOption.json:
        print(course_formats.as_json(courses), end="")
    else:
        write = course_formats.text if form is FormatOption.table else course_formats.markdown
        print(write(make_parts(courses)), end="")
    return 0


def find(
    results: Path, cells: Collection[str] | None, patterns: Sequence[str]
) -> tuple[Course, ...]:
    """Follow the cases that the patterns name through a store.

    Raises
    ------
    NothingSelected
        Nothing is stored of these cells, or no such case.
    """
    store = Store(results)
    trials, runs = store.trials(cells).records, store.runs().records
    names = sorted({one.name for trial in trials if trial.probe for one in trial.probe.cases})
    if not names:
        showing.refuse_none(store, cells)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            near = closest(pattern, names)
            hint = f"Did you mean {shown(near)}?" if near else "`python -m runner cases` lists them"
            raise NothingSelected(f"no case with a result is {shown(pattern)}", hint)
    return find_courses(
        trials, runs, lambda name: any(fnmatchcase(name, pattern) for pattern in patterns)
    )
