"""The command `plan`: what would be built, run, reused and refused, and why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.cli import workspace as ws
from runner.cli.running import limits
from runner.environments.lock import Lock, Unresolvable
from runner.environments.sizes import read_sizes
from runner.execution.choice import in_words
from runner.execution.estimate import estimate
from runner.execution.pace import Room, duration, past
from runner.reports import needs
from runner.reports.needs import Needs
from runner.reports.words import number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.execution.plan import Action, Circumstances, Plan, PlannedCell
    from runner.execution.scheduler import Limits
    from runner.matrix.cells import Cell, Environment


_WORDS: Final[Mapping[Action, str]] = {
    "run": "to run",
    "reuse": "reused",
    "no-gpu": "without a GPU",
    "skip": "skipped",
    "refuse": "refused",
    "fail": "without a base",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A plan, what it was made for and what it takes.

    `unlocked` are environments that would be locked first. `gpus` is a sentence on those
    that cells run on and those that are left out, or nothing.
    """

    plan: Plan
    engine: str
    reason: str
    host: str
    unlocked: tuple[Environment, ...]
    built: tuple[Environment, ...]
    left_out: tuple[tuple[str, str], ...]
    needs: Needs
    gpus: str = ""


def outline(
    workspace: ws.Workspace,
    cells: tuple[Cell, ...],
    engine: ws.EngineChoice,
    bases: tuple[str, ...],
    gpus: tuple[str, ...] = (),
    *,
    fresh: bool,
    jobs: int | None = None,
) -> Outline:
    """Plan the cells; nothing is locked, built or run."""
    devices = ws.choose_gpus(gpus)
    environments = ws.may_run(cells, devices.gpus)
    chosen = ws.choose_engine(engine, workspace, environments, ws.local_bases(bases))
    try:
        found = ws.find_locks(workspace, environments)
        ready: dict[Environment, Lock | Unresolvable] = {
            environment: lock or Lock("") for environment, lock in found.items()
        }
        plan, now = ws.plan_cells(workspace, cells, chosen, ready, devices, fresh=fresh)
        built = tuple(one for one in plan.blueprints if chosen.engine.has(plan.blueprints[one]))
        slots = limits(jobs, chosen.engine.capacity())
    finally:
        chosen.engine.close()
    excluded = workspace.matrix.excluded if cells == workspace.matrix.cells else ()
    return Outline(
        plan=plan,
        engine=chosen.engine.name,
        reason=chosen.reason,
        host=now.host.host_class,
        unlocked=tuple(environment for environment, lock in found.items() if lock is None),
        built=built,
        left_out=tuple((row.cell.id, row.because) for row in excluded),
        gpus=in_words(devices, cells),
        needs=_needs(workspace, plan, now, built, slots),
    )


def as_text(outline: Outline) -> str:
    """A table with one line for each cell, and a summary."""
    plan = outline.plan
    rows = [[row.cell.id, row.action, _trials(row), row.reason or row.note] for row in plan.cells]
    table = tabulate(rows, headers=["cell", "", "trials", "why"], maxcolwidths=[None, 6, 8, 46])
    counts = Counter(row.action for row in plan.cells)
    told = {action: word for action, word in _WORDS.items() if counts[action]}
    lines = [
        f"engine {outline.engine} ({outline.reason}), host class {outline.host}",
        ", ".join(f"{number(counts[action], 'cell')} {word}" for action, word in told.items()),
        f"{number(plan.trials, 'trial')} to run",
        *(f"to build: {one.id}" for one in plan.blueprints if one not in outline.built),
        *(f"built before: {one.id}" for one in outline.built),
    ]
    lines += [one_line(outline.gpus)] if outline.gpus else []
    if outline.unlocked:
        names = ", ".join(environment.id for environment in outline.unlocked)
        lines.append(f"to be locked first: {names}")
    lines += [f"excluded: {cell}: {because}" for cell, because in outline.left_out]
    if takes := needs.lines(outline.needs):
        lines += ["", *takes]
    return "\n".join([table, "", *lines])


def as_json(outline: Outline) -> str:
    """The same for programs."""
    document = {
        "engine": outline.engine,
        "engine_reason": outline.reason,
        "host_class": outline.host,
        "gpus": outline.gpus,
        "unlocked": [environment.id for environment in outline.unlocked],
        "to_build": [one.id for one in outline.plan.blueprints if one not in outline.built],
        "built": [one.id for one in outline.built],
        "cells": [
            {
                "cell": row.cell.id,
                "axes": row.cell.axes,
                "action": row.action,
                "reason": row.reason,
                "note": row.note,
                "missing": list(row.missing),
                "stored": row.stored,
            }
            for row in outline.plan.cells
        ],
        "excluded": [{"cell": cell, "because": because} for cell, because in outline.left_out],
        "needs": needs.as_document(outline.needs),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _needs(
    workspace: ws.Workspace,
    plan: Plan,
    now: Circumstances,
    built: tuple[Environment, ...],
    slots: Limits,
) -> Needs:
    """What the plan takes, and what its skipped cells would take where they could run."""
    to_build = tuple(one for one in plan.blueprints if one not in built)
    skipped = [row.cell for row in plan.cells if row.action in {"no-gpu", "skip"}]
    more = {cell.environment for cell in skipped} - {*built}
    together = (*to_build, *(cell.environment for cell in skipped if cell.environment in more))
    locks, sizes = ws.find_locks(workspace, together), read_sizes(workspace.locks)
    room = Room(slots=slots.slots, trials=slots.trials_at_once(now.probe), gpus=len(now.gpus))
    before = past(workspace.store.runs().records, now.engine, now.host.host_class)
    return Needs(
        engine=now.engine,
        here=estimate(to_build, locks, sizes),
        together=estimate(together, locks, sizes),
        skipped=len(skipped),
        trials=len(skipped) * now.probe.trials,
        duration=duration(plan, to_build, before, room),
    )


def _trials(row: PlannedCell) -> str:
    if row.action == "run":
        return f"{len(row.missing)}" + (f" (+{row.stored})" if row.stored else "")
    return str(row.stored) if row.stored else ""
