"""The command `run`: lock what is not locked, plan, build and try, keep, and say what came out."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from runner.cli import workspace as ws
from runner.cli.guard import INTERRUPTED
from runner.cli.progress import RunProgress
from runner.errors import InputError, NothingSelected
from runner.execution.choice import in_words
from runner.execution.gpu_reading import read_gpu
from runner.execution.scheduler import Finished, Limits, Scheduler
from runner.reports.words import number
from runner.results.records import CellStatus, RunRecord, Status
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from runner.environments.engine import Capacity
    from runner.execution.plan import Action, Circumstances, Plan
    from runner.matrix.cells import Cell
    from runner.results.records import Phase, Shard

FOLLOW_PARENT: Final = "SAMEBITS_FOLLOW_PARENT"
NO_RESULT: Final = 5
EACH_REASON: Final = "`python -m runner plan` gives the reason for each cell"
_SET_PARENT_DEATH_SIGNAL: Final = 1
_MEMORY_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the command line asks of a run.

    `require_gpu`: a cell without a GPU has failed. `shard` is the part of a divided run that the
    cells are.
    """

    engine: ws.EngineChoice
    bases: tuple[str, ...]
    gpus: tuple[str, ...] = ()
    require_gpu: bool = False
    jobs: int | None
    fresh: bool
    locked: bool
    shard: Shard | None = None


def run_matrix(
    workspace: ws.Workspace, cells: tuple[Cell, ...], options: RunOptions, console: Console
) -> tuple[int, RunRecord]:
    """Run the cells; returns the exit code of DESIGN §9 and the record of the run."""
    record, interrupted = carry_out(workspace, cells, options, console)
    if options.require_gpu and (missing := without_gpu(record)):
        console.print(f"[red]{escape(missing)}[/]", soft_wrap=True, highlight=False)
    code = exit_code(record, interrupted=interrupted, require_gpu=options.require_gpu)
    return code, record


def carry_out(
    workspace: ws.Workspace, cells: tuple[Cell, ...], options: RunOptions, console: Console
) -> tuple[RunRecord, bool]:
    """Run the cells; returns the record of the run, and whether it was interrupted."""
    follow_parent()
    tell = partial(tell_plainly, console)
    started = datetime.now(UTC)
    gpus = ws.choose_gpus(options.gpus)
    environments = ws.may_run(cells, gpus.gpus)
    local = ws.local_bases(options.bases)
    chosen = ws.choose_engine(options.engine, workspace, environments, local)
    try:
        tell_engine(options, chosen, console)
        if devices := in_words(gpus, cells):
            tell(one_line(devices))
        found = ws.find_locks(workspace, environments)
        ready = ws.complete_locks(workspace, found, locked=options.locked, tell=tell)
        plan, now = ws.plan_cells(workspace, cells, chosen, ready, gpus, fresh=options.fresh)
        record = begin(workspace, plan, now, chosen, started, options.shard)
        if not plan.to_run:
            return conclude(workspace, record, None, console), False
        announce(plan, chosen, console)
        workspace.store.add_run(record)
        if swept := chosen.engine.sweep():
            tell(f"removed {number(swept, 'container')} that an earlier run left behind")
        with RunProgress(plan, console) as progress:
            finished = Scheduler(
                plan=plan,
                engine=chosen.engine,
                store=workspace.store,
                host=now.host,
                probe=workspace.matrix.probe,
                limits=limits(options.jobs, chosen.engine.capacity()),
                gpus=now.gpus,
                read_gpu=read_gpu,
                listen=progress,
            ).execute()
    finally:
        chosen.engine.close()
    return conclude(workspace, record, finished, console), finished.interrupted


def tell_plainly(console: Console, line: str) -> None:
    """Print one line as it is, whatever brackets a path in it has."""
    console.print(line, soft_wrap=True, highlight=False, markup=False)


def tell_engine(options: RunOptions, chosen: ws.Chosen, console: Console) -> None:
    """Say which engine it is where that is not the one that is taken first."""
    if options.engine == "auto" and chosen.engine.name == "venv":
        console.print("[yellow]no Docker, so venvs on this host:[/]", end=" ")
        tell_plainly(console, chosen.reason)


def limits(jobs: int | None, capacity: Capacity) -> Limits:
    """One slot a core unless told otherwise, and most of the memory."""
    return Limits(slots=jobs or capacity.cores, memory=int(capacity.memory * _MEMORY_SHARE))


def begin(
    workspace: ws.Workspace,
    plan: Plan,
    now: Circumstances,
    chosen: ws.Chosen,
    started: datetime,
    shard: Shard | None = None,
) -> RunRecord:
    """Make the record of a run before it runs, which presumes that it is interrupted."""
    cells = tuple(
        CellStatus(
            cell=row.cell.id,
            axes=row.cell.axes,
            status=row.status,
            reason=row.reason,
            key=row.key.digest if row.key else "",
        )
        for row in plan.cells
    )
    return RunRecord(
        matrix=workspace.matrix.text_sha256,
        started=started,
        finished=None,
        engine=now.engine,
        engine_reason=chosen.reason,
        host=now.host,
        cells=cells,
        shard=shard,
    )


def announce(plan: Plan, chosen: ws.Chosen, console: Console) -> None:
    """Say what is about to happen."""
    counts = Counter(row.action for row in plan.cells)
    left_out: dict[Action, str] = {
        "reuse": "reused",
        "refuse": "refused",
        "no-gpu": "without a GPU",
        "skip": "skipped",
        "fail": "failed",
    }
    rest = [f"{counts[action]} {word}" for action, word in left_out.items() if counts[action]]
    console.print(
        f"{number(len(plan.blueprints), 'environment')} and {number(plan.trials, 'trial')} of "
        f"{number(len(plan.to_run), 'cell')} to run with {chosen.engine.name}"
        + (f"; {', '.join(rest)}" if rest else ""),
        highlight=False,
    )


def conclude(
    workspace: ws.Workspace, begun: RunRecord, finished: Finished | None, console: Console
) -> RunRecord:
    """Keep the record of how far each cell got, unless the last run's says the same."""
    reached = finished.cells if finished else {}
    cells = tuple(
        row.model_copy(update=dict(zip(("status", "reason"), reached[row.cell], strict=True)))
        if row.cell in reached
        else row
        for row in begun.cells
    )
    phases = finished.phases if finished else ()
    update = {"finished": datetime.now(UTC), "cells": cells, "phases": phases}
    record = begun.model_copy(update=update)
    previous = workspace.store.runs().records[-1:]
    if finished or not previous or (previous[0].cells, previous[0].shard) != (cells, record.shard):
        workspace.store.add_run(record)
    if phases:
        tell_times(phases, record, console)
    return record


def without_gpu(record: RunRecord) -> str:
    """One line on the cells that had no GPU, by reason, which `--require-gpu` does not take."""
    reasons = Counter(row.reason for row in record.cells if row.status is Status.NO_GPU)
    if not reasons:
        return ""
    told = "; ".join(f"{number(count, 'cell')}: {reason}" for reason, count in reasons.items())
    return one_line(f"--require-gpu: {told}")


def exit_code(record: RunRecord, *, interrupted: bool, require_gpu: bool = False) -> int:
    """The exit code of a run; a cell that could not be planned for want of a GPU is no failure.

    Unless a GPU is required: then each cell without one has failed.

    Raises
    ------
    InputError
        Every selected cell is impossible, whatever the host.
    NothingSelected
        No selected cell can run on this host.
    """
    if interrupted:
        return INTERRUPTED
    if require_gpu and without_gpu(record):
        return NO_RESULT
    statuses = {Status.SKIPPED if row.without_device else row.status for row in record.cells}
    if statuses <= {Status.REFUSED, Status.SKIPPED}:
        told = by_reason(row.reason for row in record.cells)
        if statuses == {Status.REFUSED}:
            raise InputError(f"none of the selected cells is possible\n{told}", EACH_REASON)
        why = f"none of the selected cells can run on this host\n{told}"
        raise NothingSelected(why, EACH_REASON)
    return 0 if statuses <= {Status.DONE, Status.REFUSED, Status.SKIPPED} else NO_RESULT


def by_reason(reasons: Iterable[str]) -> str:
    """One line for each reason, with the number of cells, the most frequent first."""
    counts = Counter(reasons).most_common()
    return "\n".join(f"{number(count, 'cell')}: {reason}" for reason, count in counts)


def tell_times(phases: tuple[Phase, ...], record: RunRecord, console: Console) -> None:
    """Say where the time went."""
    spent: defaultdict[str, float] = defaultdict(float)
    counts = Counter(phase.kind for phase in phases)
    for phase in phases:
        spent[phase.kind] += phase.end - phase.start
    wall = (record.finished or record.started) - record.started
    parts = [f"{number(counts[kind], kind)} {spent[kind]:.0f} s" for kind in counts]
    side_by_side = sum(spent.values()) / max(wall.total_seconds(), 0.001)
    console.print(
        f"[dim]{', '.join(parts)}, in {wall.total_seconds():.0f} s of wall time:"
        f" {side_by_side:.1f} at once on average[/]",
        highlight=False,
    )


def follow_parent() -> None:
    """End with the process that started us, where it asks for that: nox dies without its child."""
    if os.environ.get(FOLLOW_PARENT) and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
