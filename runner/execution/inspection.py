"""Which CUDA libraries a built environment would load, asked of it without a GPU.

The probe opens each library by the name by which TensorFlow does, in the same container or venv as
a trial, and asks it for its version. What can't be opened, or is another than the declared one,
would end every trial on a GPU, so it is told when an environment is built.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.environments.engine import BuildFailure, Trial
from runner.execution.declared import declared, hold
from runner.execution.endings import exit_reason
from runner.matrix.cells import Cell, Setting
from runner.matrix.releases import minor_of
from runner.results.opened import read_opened
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from runner.environments.engine import Blueprint, Engine, Prepared
    from runner.matrix.cells import Environment
    from runner.matrix.spec import Probe
    from runner.results.probe_output import Library

_SECONDS: Final = 120
# cuBLAS is two files of one version, and TensorFlow opens both.
_BESIDE: Final = {"cublas": ("cublasLt",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What an environment would load. `problems` speak against it; what is `unseen` is not known.

    `libraries` is library → its versions, as it tells them itself.
    """

    environment: str
    reference: str
    libraries: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def file_names(environment: Environment) -> tuple[str, ...]:
    """The libraries that TensorFlow opens; none without CUDA, or for a release not in the table."""
    row = minor_of(environment.tensorflow) if environment.cuda else None
    opens = row.opens if row else {}
    return tuple(
        f"lib{name}.so.{version}"
        for library, version in opens.items()
        for name in (library, *_BESIDE.get(library, ()))
    )


def look_at(blueprint: Blueprint, engine: Engine, probe: Probe) -> Inspection:
    """Inspect an environment that was built; one that is gone since then is built again."""
    prepared = engine.prepare(blueprint)
    if isinstance(prepared, BuildFailure):
        gone = f"it was built, is gone, and could not be built again: {prepared.reason}"
        return Inspection(environment=blueprint.environment.id, reference="", problems=(gone,))
    return inspect(blueprint, prepared, engine, probe)


def inspect(blueprint: Blueprint, prepared: Prepared, engine: Engine, probe: Probe) -> Inspection:
    """Open the libraries of a built environment, and hold them against what it declares."""
    environment = blueprint.environment
    names = file_names(environment)
    nothing = Inspection(environment=environment.id, reference=prepared.reference)
    if not names:
        return nothing
    with tempfile.TemporaryDirectory(prefix="samebits-trial-") as name:
        outcome = engine.run(_trial(blueprint, prepared, probe, names), Path(name))
        if outcome.exit_code != 0 or outcome.failure:
            failed = outcome.failure or exit_reason(outcome.exit_code or 0, outcome.log)
            return replace(nothing, problems=(failed,))
        opened = read_opened(Path(name))
    if isinstance(opened, Rejected):
        return replace(nothing, problems=(f"unreadable result: {opened.reason}",))
    return judge(blueprint, prepared, opened.libraries)


def judge(blueprint: Blueprint, prepared: Prepared, found: tuple[Library, ...]) -> Inspection:
    """Hold what was opened against what an environment declares. Pure."""
    closed = {one.name: one.reason for one in found if not one.path}
    wanted = declared(blueprint.environment, blueprint.lock, blueprint.base.inside)
    held = hold(tuple(one for one in wanted if one.library not in closed), found)
    told = {one.name: one.version for one in found if one.path}
    unopened = (f"{name} can't be opened: {why}" for name, why in closed.items())
    return Inspection(
        environment=blueprint.environment.id,
        reference=prepared.reference,
        libraries=tuple(told.items()),
        problems=(*held.differs, *unopened),
        unseen=held.unseen,
    )


def _trial(blueprint: Blueprint, prepared: Prepared, probe: Probe, names: tuple[str, ...]) -> Trial:
    setting = Setting(device="cpu", determinism="off")
    return Trial(
        cell=Cell(environment=blueprint.environment, setting=setting),
        prepared=prepared,
        probe_folder=blueprint.probe.images,
        arguments=("--libraries", *names),
        variables=(),
        timeout=_SECONDS,
        memory=probe.memory_bytes,
    )
