"""What of a matrix this host will run, from what a survey of it found. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from runner.environments.gpu_request import way_of
from runner.environments.interpreters import needs_image
from runner.environments.question import Unanswered
from runner.environments.survey import base_name
from runner.execution.estimate import estimate
from runner.execution.plan import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.environments.sizes import Sizes
    from runner.environments.survey import Survey
    from runner.execution.estimate import Need
    from runner.execution.plan import Circumstances
    from runner.matrix.cells import Cell, Environment
    from runner.results.records import EngineName

NO_RUNTIME: Final = "the engine has no NVIDIA container runtime"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOutlook:
    """Whether a cell will run here; `reason` says why not."""

    cell: Cell
    reason: str = ""

    @property
    def runs(self) -> bool:
        """Whether it will run."""
        return not self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What `run` would do here. `obstacle` is what keeps Docker from being the engine.

    `to_build` are the environments of cells that will run and of which there is none yet, and
    `need` is what they take; `built` counts the others.
    """

    engine: EngineName
    obstacle: str
    cells: tuple[CellOutlook, ...]
    to_build: tuple[Environment, ...]
    built: int
    need: Need
    index: bool

    @property
    def bytes_needed(self) -> int:
        """About so many bytes on disk."""
        return self.need.disk(self.engine)

    @property
    def ready(self) -> bool:
        """Whether anything can run: what is built already, or what an index lets one build."""
        return bool(self.built or (self.to_build and self.index))


def look_ahead(cells: Iterable[Cell], survey: Survey, here: Circumstances, sizes: Sizes) -> Outlook:
    """Tell which cells `run` with the engine `auto` would run.

    `here` knows the devices of this host and the locks that there are, and no base.
    """
    wanted = tuple(cells)
    may_run = _environments(cell for cell in wanted if refusal(cell, here) is None)
    obstacle = _obstacle(survey, may_run)
    engine: EngineName = "venv" if obstacle else "docker"
    missing = dict(_missing(survey, may_run, engine))
    now = replace(here, engine=engine, bases=missing)
    rows = tuple(CellOutlook(cell=cell, reason=_reason(cell, survey, now)) for cell in wanted)
    running = _environments(row.cell for row in rows if row.runs)
    built = _built(survey, engine)
    to_build = tuple(one for one in running if one.id not in built)
    return Outlook(
        engine=engine,
        obstacle=obstacle,
        cells=rows,
        to_build=to_build,
        built=len(running) - len(to_build),
        need=estimate(to_build, here.locks, sizes),
        index=not isinstance(survey.newest, Unanswered),
    )


def has_gpu_runtime(survey: Survey) -> bool:
    """Whether the engine may be able to give a container a GPU."""
    if isinstance(survey.engine, Unanswered):
        return False
    facts = survey.engine.facts
    return "nvidia" in facts.runtimes or way_of(facts) == "cdi" or bool(survey.hook)


def _obstacle(survey: Survey, environments: Iterable[Environment]) -> str:
    """What keeps `auto` from Docker, or ''; it wants a base for every environment."""
    if isinstance(survey.engine, Unanswered):
        return survey.engine.reason
    if isinstance(survey.build, Unanswered):
        return survey.build.reason
    bases = (survey.engine.bases.get(base_name(one)) for one in environments)
    return next((base.reason for base in bases if isinstance(base, Unanswered)), "")


def _missing(
    survey: Survey, environments: Iterable[Environment], engine: EngineName
) -> Iterable[tuple[Environment, str]]:
    """Environments that the engine has no base for, with the reason; `auto` has all in Docker."""
    for one in environments if engine == "venv" else ():
        interpreter = survey.interpreters.get(one.python)
        if reason := needs_image(one):
            yield one, reason
        elif isinstance(interpreter, Unanswered):
            yield one, interpreter.reason


def _reason(cell: Cell, survey: Survey, now: Circumstances) -> str:
    if refused := refusal(cell, now):
        return refused[1]
    on_gpu = cell.setting.device == "gpu" and now.engine == "docker"
    return NO_RUNTIME if on_gpu and not has_gpu_runtime(survey) else ""


def _built(survey: Survey, engine: EngineName) -> frozenset[str]:
    """The ids of the environments that are there; none where the engine did not say."""
    if engine == "venv" or isinstance(survey.engine, Unanswered):
        return survey.venvs
    return frozenset() if isinstance(survey.engine.built, Unanswered) else survey.engine.built


def _environments(cells: Iterable[Cell]) -> tuple[Environment, ...]:
    return tuple(dict.fromkeys(cell.environment for cell in cells))
