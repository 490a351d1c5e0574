"""The commands `lock` and `clean`."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from rich.markup import escape

from runner.cli import workspace as ws
from runner.environments import lock as locks
from runner.environments.base_images import read_pins, registry_digest, write_pins
from runner.environments.docker import connect, remove_everything
from runner.environments.index import host_settings
from runner.environments.lock import Drift, Lock, Unresolvable
from runner.environments.sizes import Sizes, ask_sizes, pinned_by, read_sizes, write_sizes
from runner.errors import EngineUnavailable, GateFailed, InputError
from runner.matrix import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Console

    from runner.matrix.cells import Cell, Environment


def lock_environments(
    workspace: ws.Workspace, cells: tuple[Cell, ...], console: Console, *, check: bool
) -> int:
    """Resolve the environments of the cells; write the locks, or say what has drifted."""
    wanted = list(dict.fromkeys(cell.environment for cell in cells))
    possible = [environment for environment in wanted if not catalog.refusal(environment)]
    drifts: list[Drift] = []
    locked: list[tuple[Environment, Lock]] = []
    failed: list[str] = []
    with console.status(f"resolving {len(possible)} environments"):
        for environment, lock in ws.resolve_all(workspace, possible):
            if isinstance(lock, Unresolvable):
                failed.append(f"{environment.id}: {lock.reason}")
                continue
            found = list(locks.drift(environment, _committed(workspace, environment), lock))
            drifts += found
            if found and not check:
                locks.write(lock, environment, workspace.locks)
            locked.append((environment, lock))
    done = "" if check else "locked, it "
    for drift in drifts:
        console.print(f"{drift.environment}: {done}{drift.what}", soft_wrap=True, highlight=False)
    if not check:
        _learn_sizes(workspace, locked, console)
        _pin_bases(workspace, console)
    if failed:
        raise InputError("\n".join(["no packages satisfy:", *failed]), "change the matrix file")
    if check and drifts:
        raise GateFailed(f"{len(drifts)} of {len(possible)} locks have drifted", "run nox -s lock")
    word = "differ" if check else "written"
    console.print(f"{len(possible)} environments, {len(drifts)} locks {word}", highlight=False)
    return 0


def clean(root: Path, console: Console, *, images: bool, venvs: bool) -> int:
    """Remove what runs have made, apart from results and locks."""
    if venvs:
        shutil.rmtree(root / ".samebits", ignore_errors=True)
    if images:
        with contextlib.suppress(EngineUnavailable):
            removed = remove_everything(connect())
            console.print(f"removed {removed} images", highlight=False)
    return 0


def _committed(workspace: ws.Workspace, environment: Environment) -> str | None:
    lock = locks.read_committed(environment, workspace.locks)
    return lock.text if lock else None


def _learn_sizes(
    workspace: ws.Workspace, locked: Iterable[tuple[Environment, Lock]], console: Console
) -> None:
    """Ask for the sizes that are missing beside the locks, and drop what no lock there pins.

    They are for an estimate alone: an index that does not tell them only leaves it incomplete.
    """
    before = read_sizes(workspace.locks)
    table = dict(before.table)
    index = host_settings()
    with console.status("asking for the sizes of wheels"):
        for environment, lock in locked:
            wheels = Sizes(table).wheels(lock, environment.python)
            if all(wheel.size is not None for wheel in wheels):
                continue
            try:
                table |= ask_sizes(lock, environment.python, index)
            except EngineUnavailable as error:
                console.print(
                    f"[yellow]sizes stay unknown:[/] {escape(error.message)}", soft_wrap=True
                )
                break
    after = pinned_by(locks.read_all(workspace.locks), Sizes(table))
    if after.table != before.table:
        write_sizes(after, workspace.locks)


def _pin_bases(workspace: ws.Workspace, console: Console) -> None:
    """Pin base images by their registries' digests, where an engine and the registry answer."""
    pins = read_pins(workspace.locks)
    try:
        api = connect()
        for image in sorted(set(workspace.matrix.bases.values()) - {*pins}):
            if "@sha256:" not in image:
                pins[image] = registry_digest(api, image)
    except EngineUnavailable as error:
        console.print(
            f"[yellow]base images stay unpinned:[/] {escape(error.message)}", soft_wrap=True
        )
    if pins != read_pins(workspace.locks):
        write_pins(pins, workspace.locks)
