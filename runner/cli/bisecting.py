"""The command `bisect`: run what tells most, release by release, until it is known what changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from runner.cli import running
from runner.cli import workspace as ws
from runner.cli.guard import INTERRUPTED
from runner.cli.search import Search
from runner.environments.catalogue import read_catalogue
from runner.environments.index import host_settings
from runner.environments.lock import Lock, Unresolvable
from runner.environments.published import Span, Taken, fetch_releases, package_of, span
from runner.errors import InputError
from runner.matrix.line import check_axis, choose_cell, line, read_values
from runner.matrix.problems import closest, shown
from runner.matrix.select import select
from runner.reports import bisect_formats
from runner.reports.bisect import likeness
from runner.reports.words import number
from runner.results.untrusted import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from runner.cli.search import Asked
    from runner.matrix.cells import Cell, Environment
    from runner.results.records import RunRecord

    Run = Callable[[tuple[Cell, ...]], tuple[RunRecord, bool]]

_GOES_ON: Final = "[yellow]interrupted:[/] what was tried is kept, and the same command goes on"


def bisect(
    workspace: ws.Workspace, asked: Asked, options: running.RunOptions, console: Console
) -> tuple[int, Search]:
    """Search until the answer is known; returns the exit code of DESIGN §9 and what was found.

    Raises
    ------
    InputError
        There is no such case, axis or release.
    EngineUnavailable
        The index or the engine is not usable.
    """
    running.follow_parent()
    check_case(workspace, asked.case)
    cell, found = prepare(workspace, asked)
    cells = line(cell, asked.axis, found.releases)
    tell_span(package_of(asked.axis, cell), found, cell, console)

    def tell(line: str) -> None:
        console.print(line, soft_wrap=True, highlight=False)

    search = begin(workspace, asked, cells, found, options, tell)
    if options.engine == "auto" and search.record.engine == "venv":
        reason = escape(inert(search.record.engine_reason))
        console.print(f"[yellow]no Docker, so venvs on this host:[/] {reason}", soft_wrap=True)
    options = replace(options, engine=search.record.engine)

    def run(batch: tuple[Cell, ...]) -> tuple[RunRecord, bool]:
        return running.carry_out(workspace, batch, options, console)

    interrupted = pursue(search, run, console)
    return INTERRUPTED if interrupted else search.exit_code(), search


def pursue(search: Search, run: Run, console: Console) -> bool:
    """Run what tells most until the answer is known; returns whether it was interrupted."""
    interrupted = False
    try:
        while not interrupted and (wanted := search.wanted()):
            tell_next(search, wanted, console)
            record, interrupted = run(tuple(search.cells[release] for release in wanted))
            search.note(record)
            tell_found(search, wanted, console)
            interrupted = interrupted or not any(one in search.tried for one in wanted)
    except KeyboardInterrupt:
        console.print(_GOES_ON, highlight=False)
        raise
    if interrupted:
        console.print(_GOES_ON, highlight=False)
    return interrupted


def check_case(workspace: ws.Workspace, case: str) -> None:
    """Refuse a name that is none of the catalogue's; one's own cases are known by running them.

    Raises
    ------
    InputError
        There is no such case.
    """
    if workspace.probe.own:
        return
    known = [entry.name for entry in read_catalogue(workspace.probe).cases]
    if case not in known:
        family = case.partition(".")[0]
        near = closest(case, sorted(known, key=lambda name: name.partition(".")[0] != family))
        meant = f", did you mean {shown(near)}?" if near else ""
        hint = "`python -m runner cases` lists them; a bisection is about one of them."
        raise InputError(f"there is no case {shown(case)}{meant}", hint)


def prepare(workspace: ws.Workspace, asked: Asked) -> tuple[Cell, Span]:
    """Choose the cell to go through, and ask the index for the releases between the ends."""
    check_axis(asked.axis)
    chosen = select(workspace.matrix.cells, asked.only)
    cell = choose_cell(chosen, asked.axis, read_values(asked.values))
    python = cell.environment.python
    taken = Taken(python=python, newer=workspace.matrix.exclude_newer, pre=asked.pre)
    releases = fetch_releases(package_of(asked.axis, cell), python, host_settings())
    return cell, span(releases, asked.ends, taken)


def begin(
    workspace: ws.Workspace,
    asked: Asked,
    cells: Mapping[str, Cell],
    found: Span,
    options: running.RunOptions,
    tell: Callable[[str], None],
) -> Search:
    """Choose the engine, and look at what is stored.

    What can't run, and what has all of its trials, is known. Only the ends are resolved for it, as
    they are needed anyway; of the others, what has no lock has no trial that counts.
    """
    started = datetime.now(UTC)
    wanted = tuple(cells.values())
    gpus = ws.choose_gpus(options.gpus)
    environments = ws.may_run(wanted, gpus.gpus)
    local = ws.local_bases(options.bases)
    chosen = ws.choose_engine(options.engine, workspace, environments, local)
    try:
        locks = ws.find_locks(workspace, environments)
        ends = {one.environment: None for one in (wanted[0], wanted[-1])}
        missing = {one: None for one in ends if one in locks and not locks[one]}
        ready: dict[Environment, Lock | Unresolvable] = {
            environment: lock or Lock("") for environment, lock in locks.items()
        }
        ready |= ws.complete_locks(workspace, missing, locked=False, tell=tell)
        plan, now = ws.plan_cells(workspace, wanted, chosen, ready, gpus, fresh=False)
        record = running.begin(workspace, plan, now, chosen, started)
    finally:
        chosen.engine.close()
    search = Search(
        store=workspace.store, asked=asked, cells=cells, aside=found.aside, record=record
    )
    known = {row.cell.id for row in plan.cells if row.action != "run"}
    rows = tuple(row for row in record.cells if row.cell in known)
    search.note(record.model_copy(update={"cells": rows}))
    return search


def tell_span(package: str, found: Span, cell: Cell, console: Console) -> None:
    """Say what there is to go through, what is left aside, and in which cells."""
    reasons = Counter(reason for _, reason in found.aside).most_common()
    aside = "".join(f"; left aside: {count} ({reason})" for reason, count in reasons)
    console.print(
        f"{number(len(found.releases), 'release')} of {package} from {found.releases[0]} to "
        f"{found.releases[-1]}{aside}; cells as {cell.id}",
        soft_wrap=True,
        highlight=False,
    )


def tell_next(search: Search, wanted: tuple[str, ...], console: Console) -> None:
    """Say what is tried next, and how many tries are left at most."""
    most = number(search.most(), "release")
    names = escape(", ".join(wanted))
    console.print(
        f"[bold]{search.asked.axis} {names}[/] of at most {most} to try",
        soft_wrap=True,
        highlight=False,
    )


def tell_found(search: Search, wanted: tuple[str, ...], console: Console) -> None:
    """Say what came out of the releases that were just tried."""
    for release in wanted:
        if release in search.tried:
            said = escape(likeness(search.result(), release))
            console.print(f"[bold]{release}[/] {said}", soft_wrap=True, highlight=False)


def print_search(search: Search, *, as_json: bool) -> None:
    """Print what was found, as text or for programs."""
    write = bisect_formats.as_json if as_json else bisect_formats.text
    print(write(search.result(), search.differences()), end="")
