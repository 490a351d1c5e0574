"""`run --build-only`: build every environment of the cells, and look at what each would load."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from runner.cli import workspace as ws
from runner.cli.guard import INTERRUPTED
from runner.cli.progress import RunProgress
from runner.cli.running import (
    EACH_REASON,
    NO_RESULT,
    announce,
    by_reason,
    follow_parent,
    limits,
    tell_engine,
    tell_plainly,
)
from runner.errors import InputError
from runner.execution.choice import GpuChoice
from runner.execution.inspection import Inspection, look_at
from runner.execution.scheduler import Scheduler
from runner.matrix import catalog
from runner.reports import inspections
from runner.results.records import Status

if TYPE_CHECKING:
    from rich.console import Console

    from runner.cli.running import RunOptions
    from runner.environments.engine import Blueprint
    from runner.execution.plan import Circumstances, Plan
    from runner.execution.scheduler import Finished
    from runner.matrix.cells import Cell


def build_matrix(
    workspace: ws.Workspace,
    cells: tuple[Cell, ...],
    options: RunOptions,
    console: Console,
    *,
    as_json: bool,
) -> int:
    """Build and look, on whichever device the cells would run; returns the exit code.

    Raises
    ------
    InputError
        None of the environments is possible.
    """
    follow_parent()
    environments = tuple(
        dict.fromkeys(cell.environment for cell in cells if not catalog.refusal(cell.environment))
    )
    local = ws.local_bases(options.bases)
    chosen = ws.choose_engine(options.engine, workspace, environments, local)
    try:
        tell_engine(options, chosen, console)
        plan, now = _plan(workspace, cells, chosen, options, console)
        announce(plan, chosen, console)
        finished = _build(workspace, plan, now, chosen, options, console)
        if finished.interrupted:
            return INTERRUPTED
        not_built = _not_built(plan, finished)
        built = (one for one in plan.blueprints.values() if one.environment.id not in not_built)
        looked = tuple(_look(one, workspace, chosen, console) for one in built)
    finally:
        chosen.engine.close()
    write = inspections.as_json if as_json else inspections.text
    print(write(looked, not_built), end="")
    return NO_RESULT if not_built or any(one.problems for one in looked) else 0


def _plan(
    workspace: ws.Workspace,
    cells: tuple[Cell, ...],
    chosen: ws.Chosen,
    options: RunOptions,
    console: Console,
) -> tuple[Plan, Circumstances]:
    """Lock what is not locked, and plan what there is to build."""
    tell = partial(tell_plainly, console)
    found = ws.find_locks(workspace, chosen.bases)
    ready = ws.complete_locks(workspace, found, locked=options.locked, tell=tell)
    plan, now = ws.plan_cells(
        workspace, cells, chosen, ready, GpuChoice(), fresh=False, build_only=True
    )
    if not plan.blueprints:
        told = by_reason(row.reason for row in plan.cells)
        raise InputError(f"none of the selected cells is possible\n{told}", EACH_REASON)
    return plan, now


def _build(
    workspace: ws.Workspace,
    plan: Plan,
    now: Circumstances,
    chosen: ws.Chosen,
    options: RunOptions,
    console: Console,
) -> Finished:
    with RunProgress(plan, console) as progress:
        return Scheduler(
            plan=plan,
            engine=chosen.engine,
            store=workspace.store,
            host=now.host,
            probe=workspace.matrix.probe,
            limits=limits(options.jobs, chosen.engine.capacity()),
            listen=progress,
        ).execute()


def _look(
    blueprint: Blueprint, workspace: ws.Workspace, chosen: ws.Chosen, console: Console
) -> Inspection:
    with console.status(f"looking at {blueprint.environment.id}"):
        return look_at(blueprint, chosen.engine, workspace.matrix.probe)


def _not_built(plan: Plan, finished: Finished) -> dict[str, str]:
    """Environment → why it was not built; what is refused counts as said before."""
    return {
        row.cell.environment.id: reason
        for row in plan.cells
        for status, reason in [finished.cells[row.cell.id]]
        if status not in {Status.DONE, Status.REFUSED}
    }
