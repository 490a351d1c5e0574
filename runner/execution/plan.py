"""What is left to do: which cells run, which are reused, which can't, and why. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from runner.environments.engine import Base, Blueprint
from runner.environments.lock import Lock, Unresolvable
from runner.execution.choice import NO_GPU
from runner.matrix import catalog, hardware
from runner.matrix.cells import ENVIRONMENT_AXES
from runner.results.records import EngineName, Host, Order, Status, TrialKey, TrialRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.environments.probe import ProbeSource
    from runner.execution.gpu import HostGpu
    from runner.matrix.cells import Cell, Environment, Inside
    from runner.matrix.spec import Probe

Action = Literal["run", "reuse", "refuse", "no-gpu", "skip", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All that a plan follows from, apart from the cells themselves.

    `locks` and `bases` cover the environments that may run; `bases` maps to the reason where an
    environment has no base. `no_gpu` says why there is none where `gpus` is empty. `stored` are the
    trials kept so far. `fresh` asks for new trials even where stored ones would do. `build_only`
    plans what there is to build, on whichever device it would run, and no trials.
    """

    probe: Probe
    source: ProbeSource
    engine: EngineName
    host: Host
    gpus: tuple[HostGpu, ...] = ()
    no_gpu: str = NO_GPU
    locks: Mapping[Environment, Lock | Unresolvable]
    bases: Mapping[Environment, Base | str]
    stored: Iterable[TrialRecord] = ()
    fresh: bool = False
    build_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCell:
    """One cell and what becomes of it.

    `missing` are the trials still to run; `stored` counts those that are reused. `key` is None
    where the cell can't run. `note` tells what the reader should know all the same.
    """

    cell: Cell
    action: Action
    reason: str = ""
    note: str = ""
    key: TrialKey | None = None
    missing: tuple[Order, ...] = ()
    stored: int = 0

    @property
    def status(self) -> Status:
        """How far the cell is before anything has run."""
        by_action = {
            "refuse": Status.REFUSED,
            "no-gpu": Status.NO_GPU,
            "skip": Status.SKIPPED,
            "reuse": Status.DONE,
            "run": Status.INTERRUPTED,
            "fail": Status.BUILD_FAILED,
        }
        return by_action[self.action]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every selected cell in axis order, and how to build the environments that still run."""

    cells: tuple[PlannedCell, ...]
    blueprints: Mapping[Environment, Blueprint] = field(default_factory=dict)

    @property
    def to_run(self) -> tuple[PlannedCell, ...]:
        """The cells that have trials missing."""
        return tuple(cell for cell in self.cells if cell.action == "run")

    @property
    def trials(self) -> int:
        """How many trials are to run."""
        return sum(len(cell.missing) for cell in self.to_run)


def make_plan(cells: Iterable[Cell], now: Circumstances) -> Plan:
    """Decide for each cell; the same circumstances always give the same plan."""
    stored: dict[str, list[TrialRecord]] = {}
    for record in now.stored:
        if record.status is Status.DONE:
            stored.setdefault(record.cell, []).append(record)
    planned = tuple(_plan_cell(cell, now, stored.get(cell.id, [])) for cell in cells)
    blueprints = {
        row.cell.environment: _blueprint(row.cell.environment, now)
        for row in planned
        if row.action == "run"
    }
    return Plan(planned, blueprints)


def wanted_orders(trials: int) -> tuple[Order, ...]:
    """The orders of a cell's trials: the last of several runs the cases backwards.

    State that leaks from case to case shows as a difference in that one.
    """
    forward: list[Order] = ["forward"]
    return tuple(forward * (trials - 1)) + (("forward",) if trials == 1 else ("reversed",))


def refusal(cell: Cell, now: Circumstances) -> tuple[Action, str] | None:
    """Say why a cell can't run: impossible anywhere, no device here that can, or no base for it."""
    environment = cell.environment
    if reason := catalog.refusal(environment):
        return "refuse", reason
    if not now.build_only and (refused := _device_refusal(cell, now)):
        return refused
    lock = now.locks.get(environment)
    if isinstance(lock, Unresolvable):
        return "refuse", f"can't be installed: {lock.reason}"
    base = now.bases.get(environment)
    if isinstance(base, str):
        return "fail", base
    if base and base.inside and (reason := catalog.refusal_inside(environment, base.inside)):
        return "refuse", reason
    return None


def _device_refusal(cell: Cell, now: Circumstances) -> tuple[Action, str] | None:
    """Why this host has no device for a cell; its GPUs are of one class."""
    if cell.setting.device == "cpu":
        return None
    if not now.gpus:
        return "no-gpu", now.no_gpu
    gpu = now.gpus[0]
    reason = hardware.refusal(cell.environment, gpu.compute_capability, gpu.driver)
    return ("skip", reason) if reason else None


def _warnings(cell: Cell, now: Circumstances) -> list[str | None]:
    """What the reader should know of a cell that runs."""
    base = now.bases.get(cell.environment)
    inside = base.inside if isinstance(base, Base) else None
    said = [catalog.warning(cell.environment, inside), _found_inside(inside)]
    if cell.setting.device == "gpu":
        said.append(hardware.warning(cell.environment, now.gpus[0].compute_capability))
    return said


def _found_inside(inside: Inside | None) -> str | None:
    if inside is None:
        return None
    cuda, cudnn = inside.cuda or "of no stated version", inside.cudnn or "of no stated version"
    return f"the base image says that it has CUDA {cuda}, cuDNN {cudnn}"


def trial_key(cell: Cell, now: Circumstances) -> TrialKey:
    """Make the key of a cell's trials; the environment must have its lock and base."""
    lock, base = now.locks[cell.environment], now.bases[cell.environment]
    if isinstance(lock, Unresolvable) or isinstance(base, str):
        raise TypeError(f"{cell.id} can't run and has no key")
    gpu = f"{now.gpus[0].host_class}, " if cell.setting.device == "gpu" else ""
    setting = {axis: text for axis, text in cell.axes.items() if axis not in ENVIRONMENT_AXES}
    return TrialKey(
        lock=lock.sha256,
        recipe=now.source.recipe_sha256 if now.engine == "docker" else "",
        probe=now.source.sha256,
        seed=now.probe.seed,
        repeats=now.probe.repeats,
        setting=setting | {f"${name}": text for name, text in cell.setting.variables},
        engine=now.engine,
        base=base.identity,
        host_class=gpu + now.host.host_class,
    )


def _plan_cell(cell: Cell, now: Circumstances, stored: list[TrialRecord]) -> PlannedCell:
    if refused := refusal(cell, now):
        return PlannedCell(cell=cell, action=refused[0], reason=refused[1])
    if now.build_only:
        return PlannedCell(cell=cell, action="run")
    key = trial_key(cell, now)
    same = [record for record in stored if record.key == key]
    wanted = wanted_orders(now.probe.trials)
    missing = wanted if now.fresh else _without(wanted, same)
    moved = "" if same else _staleness(key, stored)
    note = "; ".join(filter(None, [*_warnings(cell, now), moved]))
    return PlannedCell(
        cell=cell,
        action="run" if missing else "reuse",
        note=note,
        key=key,
        missing=missing,
        stored=0 if now.fresh else len(same),
    )


def _without(wanted: tuple[Order, ...], stored: list[TrialRecord]) -> tuple[Order, ...]:
    have = Counter(record.order for record in stored)
    missing: list[Order] = []
    for order in wanted:
        if have[order]:
            have[order] -= 1
        else:
            missing.append(order)
    return tuple(missing)


def _staleness(key: TrialKey, stored: list[TrialRecord]) -> str:
    """What moved since the newest stored trial that can't be used any more."""
    if not stored:
        return ""
    newest = max(stored, key=lambda record: record.started).key
    moved = [name for name in TrialKey.model_fields if getattr(newest, name) != getattr(key, name)]
    return f"stale: {', '.join(moved)} changed".replace("_", " ")


def _blueprint(environment: Environment, now: Circumstances) -> Blueprint:
    lock, base = now.locks[environment], now.bases[environment]
    if isinstance(lock, Unresolvable) or isinstance(base, str):
        raise TypeError(f"{environment.id} can't be built")
    return Blueprint(environment=environment, base=base, lock=lock, probe=now.source)
