"""The command `report` in every format, and the gate that a baseline makes of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from runner.analysis.against import hold
from runner.analysis.baseline import narrowed
from runner.analysis.gate import Gate
from runner.analysis.standing import DEFAULT, Kind
from runner.cli import showing
from runner.cli.output import STDOUT, add_to, deliver
from runner.errors import GateFailed, InputError
from runner.matrix.problems import closest, listed, shown
from runner.reports import badge, csv_report, json_report, junit, markdown, step_summary, table
from runner.reports.against import counted
from runner.reports.words import brief, number
from runner.results.baseline import read
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import Console

    from runner.analysis.comparison import Comparison
    from runner.reports.grid import Columns
    from runner.results.baseline import Baseline

Form = Literal["table", "markdown", "json", "csv", "junit", "badge", "github"]
NOTHING: Final = "nothing"
SUMMARY: Final = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A baseline that a report is to be held against, and what of it.

    `cells` is None where none are named, so that a cell of the baseline that is no more is missing.
    `cases` is a pattern, `matrix` the SHA-256 of the matrix file.
    """

    name: str
    baseline: Baseline
    kinds: tuple[Kind, ...]
    cells: Collection[str] | None = None
    cases: str = showing.EVERY
    matrix: str = ""

    def of(
        self, cells: Collection[str] | None, *, cases: str = showing.EVERY, text: str = ""
    ) -> Demand:
        """Narrow it to what is shown."""
        return replace(self, cells=cells, cases=cases, matrix=text)

    def hold(self, comparison: Comparison) -> Gate:
        """Hold a comparison against it."""
        known = narrowed(self.baseline, self.cells, lambda case: fnmatchcase(case, self.cases))
        against = hold(comparison, known, self.matrix)
        return Gate(name=self.name, against=against, kinds=self.kinds)


def read_demand(baseline: Path | None, fail_on: Sequence[str]) -> Demand | None:
    """Read the baseline and what shall fail, where the command line names one.

    Raises
    ------
    InputError
        The file is no baseline, or what shall fail is no such kind.
    """
    kinds = kinds_of(fail_on)
    if baseline is not None:
        return Demand(name=str(baseline), baseline=read(baseline), kinds=kinds)
    if fail_on:
        raise InputError(
            "--fail-on: there is no baseline to fail against",
            "name one with --baseline; `python -m runner baseline update` writes it",
        )
    return None


def kinds_of(words: Sequence[str]) -> tuple[Kind, ...]:
    """Read ``changed,varies``; `nothing` is none, and no word at all the usual ones.

    Raises
    ------
    InputError
        A word is none of them.
    """
    asked = [word.strip() for text in words for word in text.split(",") if word.strip()]
    known = [*map(str, Kind), NOTHING]
    for word in asked:
        if word not in known:
            near = closest(word, known)
            meant = f", did you mean {shown(near)}?" if near else ""
            hint = f"The words are {listed(known)}."
            raise InputError(f"--fail-on: no such word: {shown(word)}{meant}", hint)
    if not words:
        return DEFAULT
    return tuple(kind for kind in Kind if kind in asked)


def pass_gate(gate: Gate | None) -> None:
    """End with what fails.

    Raises
    ------
    GateFailed
        Something does.
    """
    if not gate or not gate.failed:
        return
    update = f"`python -m runner baseline update {brief(gate.name)}`"
    if gate.idle:
        raise GateFailed(
            f"nothing could be compared with the baseline {brief(gate.name)}",
            f"use one of this host class, probe and seed: {update} writes it",
        )
    raise GateFailed(
        f"differs from the baseline {brief(gate.name)}: {counted(gate)}",
        f"`python -m runner history {brief(gate.failing[0].case)}` says when and why; where it is "
        f"right, {update} and commit it",
    )


def warn_of_others(scope: showing.Scope, results: Path, console: Console) -> None:
    """Say that a store also has results of cells that the matrix file does not have."""
    if scope.matrix is None:
        return
    others = showing.other_cells(Store(results), scope.known)
    if others:
        console.print(
            f"{results} also has {number(len(others), 'cell')} that {scope.matrix} does not, such "
            f"as {brief(others[0])}: --all shows them",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def write(
    comparison: Comparison,
    gate: Gate | None,
    form: Form,
    columns: Columns,
    output: Path | None,
    console: Console,
) -> None:
    """Write a report to a file or to standard output; a step's summary goes where GitHub reads it.

    Raises
    ------
    InputError, StoreError
        The file can't be written.
    """
    if form == "github" and output is None and (summary := os.environ.get(SUMMARY)):
        _add_summary(comparison, gate, columns, Path(summary), console)
    elif form == "table" and output in {None, STDOUT}:
        showing.print_table(comparison, columns, gate)
    else:
        deliver(_text(comparison, gate, form, columns), output or STDOUT)


def _text(comparison: Comparison, gate: Gate | None, form: Form, columns: Columns) -> str:
    match form:
        case "table":
            return table.render(comparison, gate, columns=columns)
        case "markdown":
            return markdown.render(comparison, gate, columns=columns)
        case "github":
            return step_summary.render(comparison, gate, columns=columns)
        case _:
            return _FOR_PROGRAMS[form](comparison, gate)


_FOR_PROGRAMS: Final = {
    "json": json_report.render,
    "csv": csv_report.render,
    "junit": junit.render,
    "badge": badge.render,
}


def _add_summary(
    comparison: Comparison, gate: Gate | None, columns: Columns, path: Path, console: Console
) -> None:
    room = step_summary.LIMIT - (path.stat().st_size if path.exists() else 0)
    text = step_summary.render(comparison, gate, columns=columns, room=room)
    if text:
        add_to(path, text)
    what = "added to the step summary" if text else "the step summary is full: nothing added"
    console.print(what, highlight=False)
