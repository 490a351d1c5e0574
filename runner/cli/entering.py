"""The command `shell`: a shell, or one command, in the environment of a cell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from runner.cli import workspace as ws
from runner.cli.guard import guarded
from runner.cli.options import PROGRESS, Bases, EngineChoice, EngineOption, Gpus, MatrixFile
from runner.environments.engine import BuildFailure
from runner.environments.shells import Entry
from runner.errors import InputError, NoResult, NothingSelected
from runner.execution.trials import Task, trial_of
from runner.matrix.problems import shown
from runner.matrix.select import select

if TYPE_CHECKING:
    from runner.execution.choice import GpuChoice
    from runner.matrix.cells import Cell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("shell")(guarded(PROGRESS)(shell))


def shell(
    cell: Annotated[
        str, typer.Argument(metavar="CELL", help="A cell: its id, or a pattern that fits one.")
    ],
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[-- COMMAND…]", help="Run this, and no shell.")
    ] = None,
    matrix: MatrixFile = Path("matrix.yaml"),
    engine: EngineChoice = EngineOption.auto,
    base: Bases = None,
    gpu: Gpus = None,
) -> int:
    """Open a shell in the environment of a cell, as a trial of it would run, or run one command.

    In Docker that is a fresh container with a trial's profile: no network, and nothing to write to
    but /out and /tmp. It is gone afterwards, and so is all that was written. The exit code is that
    of the shell or command.
    """
    entry = Entry(tuple(command or ()), sys.stdin.isatty() and sys.stdout.isatty())
    if not entry.command and not entry.terminal:
        raise InputError(
            "shell: this is no terminal",
            "Give a command to run instead: shell CELL -- python --version",
        )
    workspace = ws.Workspace(matrix)
    found = _one(workspace, cell)
    gpus = ws.choose_gpus(gpu or ())
    local = ws.local_bases(base or ())
    chosen = ws.choose_engine(engine.value, workspace, (found.environment,), local)
    try:
        task = _task(workspace, found, chosen, gpus)
        if not entry.command:
            told = f"{found.id}, in {chosen.engine.name}; `exit` leaves it"
            PROGRESS.print(escape(told), style="dim", highlight=False)
        return chosen.engine.enter(trial_of(task), entry)
    finally:
        chosen.engine.close()


def _one(workspace: ws.Workspace, pattern: str) -> Cell:
    """The only cell that fits."""
    cells = select(workspace.matrix.cells, patterns=(pattern,))
    if len(cells) > 1:
        raise InputError(
            f"{shown(pattern)} fits {len(cells)} cells: {cells[0].id}, {cells[1].id} …",
            "Name one: `python -m runner list` prints every cell.",
        )
    return cells[0]


def _task(workspace: ws.Workspace, cell: Cell, chosen: ws.Chosen, gpus: GpuChoice) -> Task:
    """A trial of the cell, its environment built."""
    locks = ws.find_locks(workspace, (cell.environment,))
    ready = ws.complete_locks(workspace, locks, locked=False, tell=PROGRESS.print)
    plan, now = ws.plan_cells(workspace, (cell,), chosen, ready, gpus, fresh=True)
    (planned,) = plan.cells
    if planned.action != "run":
        raise NothingSelected(f"{cell.id}: {planned.reason}")
    blueprint = plan.blueprints[cell.environment]
    with PROGRESS.status(f"{cell.environment.id}: building, unless it is there"):
        prepared = chosen.engine.prepare(blueprint)
    if isinstance(prepared, BuildFailure):
        raise NoResult(f"{cell.environment.id}: not built: {prepared.reason}")
    return Task(
        planned=planned,
        order="forward",
        number=1,
        blueprint=blueprint,
        prepared=prepared,
        probe=workspace.matrix.probe,
        gpu=now.gpus[0] if cell.setting.device == "gpu" else None,
    )
