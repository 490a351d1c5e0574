"""Trials of an interpreter as it is: run, judged, and kept nowhere."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.environments.engine import Base, Blueprint, Prepared
from runner.environments.lock import Lock
from runner.execution.plan import Circumstances, PlannedCell, trial_key, wanted_orders
from runner.execution.trials import UNWATCHED, Task, perform
from runner.matrix.cells import Cell, Environment
from runner.results.records import Status
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.environments.active import Interpreter
    from runner.environments.engine import Engine
    from runner.environments.probe import ProbeSource
    from runner.execution.gpu import HostGpu
    from runner.execution.gpu_watch import GpuWatch
    from runner.matrix.cells import Setting
    from runner.matrix.spec import Probe
    from runner.results.records import Order, TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What to run, in which interpreter and how. `probe.trials` fresh processes, one at a time."""

    interpreter: Interpreter
    setting: Setting
    probe: Probe
    source: ProbeSource
    gpu: HostGpu | None = None

    @property
    def cell(self) -> Cell:
        """The cell that this would be in a matrix."""
        found = self.interpreter
        environment = Environment(python=found.minor, tensorflow=found.tensorflow)
        return Cell(environment=environment, setting=self.setting)


def verify(
    wanted: Verification,
    engine: Engine,
    watch: GpuWatch = UNWATCHED,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[TrialRecord, ...]:
    """Run the trials in turn, until one does not finish.

    `watch` looks at the GPU of each, and `tell` hears its number.

    The records are as those of a run, their store is gone afterwards.
    """
    records: list[TrialRecord] = []
    now = _circumstances(wanted, engine)
    with tempfile.TemporaryDirectory(prefix="samebits-verify-") as folder:
        store = Store(Path(folder))
        for number, order in enumerate(wanted_orders(wanted.probe.trials), start=1):
            tell(number)
            task = _task(wanted, now, order, number)
            record, _ = perform(task, engine, now.host, store, watch)
            records.append(record)
            if record.status is not Status.DONE:
                break
    return tuple(records)


def _circumstances(wanted: Verification, engine: Engine) -> Circumstances:
    environment = wanted.cell.environment
    path = str(wanted.interpreter.path)
    return Circumstances(
        probe=wanted.probe,
        source=wanted.source,
        engine=engine.name,
        host=engine.host(),
        gpus=(wanted.gpu,) if wanted.gpu else (),
        locks={environment: Lock("")},
        bases={environment: Base(reference=path, identity=path, pinned=False)},
    )


def _task(wanted: Verification, now: Circumstances, order: Order, number: int) -> Task:
    environment = wanted.cell.environment
    lock, base = now.locks[environment], now.bases[environment]
    if not isinstance(lock, Lock) or not isinstance(base, Base):
        raise TypeError("an interpreter has no lock of its own")
    key = trial_key(wanted.cell, now)
    return Task(
        planned=PlannedCell(cell=wanted.cell, action="run", key=key),
        order=order,
        number=number,
        blueprint=Blueprint(environment=environment, base=base, lock=lock, probe=wanted.source),
        prepared=Prepared(reference=base.reference, reused=True),
        probe=wanted.probe,
        gpu=wanted.gpu,
    )
