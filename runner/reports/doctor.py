"""What a host can run, line by line: a fact, a mark and its remedy. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from runner.environments.question import Unanswered
from runner.execution.choice import short
from runner.execution.gpu_watch import busy, gib
from runner.execution.outlook import has_gpu_runtime
from runner.reports.needs import disk, gaps
from runner.reports.words import as_json, number, size
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.environments.base_images import Located
    from runner.environments.survey import Survey
    from runner.execution.choice import GpuSurvey
    from runner.execution.gpu import HostGpu
    from runner.execution.outlook import Outlook
    from runner.results.gpu_use import GpuReading

Mark = Literal["ok", "warn", "no"]
_WIDTH: Final = 100
_MOST_REASONS: Final = 8
_PLAN: Final = "`nox -s plan` tells it of each cell"
_TOOLKIT: Final = (
    "install the NVIDIA Container Toolkit and restart dockerd, which looks for it when it starts"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact about this host; `remedy` says what would change it."""

    name: str
    mark: Mark
    fact: str
    remedy: str = ""


def lines(survey: Survey, gpus: GpuSurvey, outlook: Outlook) -> tuple[Line, ...]:
    """Say all that was found, and which cells will therefore run."""
    asked = any(row.cell.setting.device == "gpu" for row in outlook.cells)
    return (
        *_engine(survey),
        _index(survey),
        *_interpreters(survey, outlook),
        *_gpus(survey, gpus, asked=asked),
        *(_gpu_runtime(survey) if asked else ()),
        *_disks(survey, outlook),
        *_cells(outlook),
    )


def text(found: tuple[Line, ...]) -> str:
    """Lines of at most 100 columns, each with its remedy below it."""
    widest = max(len(one.name) for one in found)
    indent = " " * (widest + 8)
    told = []
    for one in found:
        told.append(_wrapped(one.fact, f"{one.mark:<4}  {one.name:<{widest}}  ", indent))
        if one.remedy:
            told.append(_wrapped(one.remedy, f"{indent}→ ", f"{indent}  "))
    return "\n".join(told) + "\n"


def json(found: tuple[Line, ...], outlook: Outlook) -> str:
    """The same for programs."""
    return as_json(
        {
            "ready": outlook.ready,
            "engine": outlook.engine,
            "bytes_needed": outlook.bytes_needed,
            "checks": [
                {"check": one.name, "mark": one.mark, "fact": one.fact, "remedy": one.remedy}
                for one in found
            ],
            "cells": [
                {"cell": row.cell.id, "runs": row.runs, "reason": row.reason}
                for row in outlook.cells
            ],
        }
    )


def _engine(survey: Survey) -> Iterator[Line]:
    engine = survey.engine
    if isinstance(engine, Unanswered):
        yield Line("engine", "no", engine.reason, engine.remedy)
    else:
        facts = engine.facts
        room = f"{number(facts.cores, 'core')}, {size(facts.memory)} of memory"
        told = f"Docker Engine {facts.version} at {engine.address}, {facts.system}, {room}"
        yield Line("engine", "ok", told)
    if isinstance(survey.build, Unanswered):
        yield Line("build", "no", survey.build.reason, survey.build.remedy)
    else:
        told = f"{survey.build.path} {survey.build.version} can build with BuildKit"
        yield Line("build", "ok", told)
    if not isinstance(engine, Unanswered):
        yield from (_base(name, base) for name, base in engine.bases.items())


def _base(name: str, base: Located | Unanswered) -> Line:
    if isinstance(base, Unanswered):
        return Line(f"base {name}", "no", base.reason, base.remedy)
    place = "is on the engine" if base.place == "engine" else "can be pulled from its registry"
    return Line(f"base {name}", "ok", f"{base.image} {place}")


def _index(survey: Survey) -> Line:
    if isinstance(survey.newest, Unanswered):
        told = f"{survey.index} is not usable: {survey.newest.reason}"
        return Line("index", "no", told, survey.newest.remedy or "check the network")
    return Line("index", "ok", f"{survey.index} answers; it has tensorflow-cpu {survey.newest}")


def _interpreters(survey: Survey, outlook: Outlook) -> Iterator[Line]:
    """The interpreters of the venv engine, which are no obstacle where Docker runs."""
    for python, found in survey.interpreters.items():
        name = f"python {python}"
        if isinstance(found, Unanswered):
            mark: Mark = "no" if outlook.engine == "venv" else "warn"
            yield Line(name, mark, f"{found.reason}, for the engine venv", found.remedy)
        else:
            yield Line(name, "ok", f"{found.reference} ({found.identity.split('(')[0].strip()})")


def _gpus(survey: Survey, gpus: GpuSurvey, *, asked: bool) -> Iterator[Line]:
    """Each GPU and what becomes of it, or why there is none."""
    everything = sorted((*gpus.found.whole, *gpus.found.mig), key=lambda gpu: gpu.index)
    for gpu in everything:
        yield _gpu(survey, gpus, gpu)
    if not everything:
        yield _no_gpu(survey, gpus.found.unanswered, asked=asked)


def _gpu(survey: Survey, gpus: GpuSurvey, gpu: HostGpu) -> Line:
    name = f"GPU {gpu.index}"
    multiprocessors = f", {gpu.multiprocessors} SMs" if gpu.multiprocessors else ""
    driver = gpu.driver or survey.driver or "of no known version"
    told = f"{gpu.model} ({short(gpu.uuid)}){multiprocessors}, driver {driver}"
    if gpu in gpus.found.mig:
        remedy = f"`nvidia-smi -i {gpu.index} -mig 0` ends it"
        return Line(name, "warn", f"{told}; not chosen: it is in MIG mode", remedy)
    if gpu not in gpus.choice.gpus:
        first = gpus.choice.gpus[0]
        why = "not asked for" if gpu.host_class == first.host_class else "of another class"
        return Line(name, "ok", f"{told}; not chosen: {why}", f"--gpu {gpu.index} chooses it")
    return _chosen(name, f"{told}; chosen", gpus.readings.get(gpu.uuid))


def _chosen(name: str, told: str, reading: GpuReading | None) -> Line:
    """A GPU that a run would use, as it is now."""
    if reading is None:
        return Line(name, "ok", told)
    if found := busy(reading):
        return Line(name, "warn", f"{told}, but {found.fact}", found.remedy)
    if reading.uncorrected:
        errors = f"uncorrected memory errors since the driver was loaded: {reading.uncorrected:,}"
        return Line(name, "warn", f"{told}, but {errors}", "see `nvidia-smi -q -d ECC`")
    free = f"{gib(reading.free)} of {gib(reading.total)} GiB free"
    return Line(name, "ok", f"{told}, {free}")


def _no_gpu(survey: Survey, unanswered: str, *, asked: bool) -> Line:
    if not asked:
        return Line("GPU", "ok", "none is needed: no cell of this matrix asks for one")
    if unanswered:
        told = f"NVML does not tell of the GPUs of this host: {unanswered}"
        remedy = "see whether `nvidia-smi` answers; after an update of the driver, restart the host"
        return Line("GPU", "no", told, remedy)
    if survey.driver:
        told = f"the kernel has loaded driver {survey.driver}, but NVML lists no GPU"
        return Line("GPU", "no", told, "see `nvidia-smi -L`")
    told = "no NVIDIA driver is loaded on this host, so that no GPU is seen"
    return Line("GPU", "no", told, "install the driver until `nvidia-smi` answers")


def _gpu_runtime(survey: Survey) -> Iterator[Line]:
    """Whether containers get a GPU; what only a start would show is marked as such."""
    name = "GPU in containers"
    if isinstance(survey.engine, Unanswered):
        return
    facts = survey.engine.facts
    if "nvidia" in facts.runtimes:
        yield Line(name, "ok", "the engine has the runtime nvidia")
    elif facts.devices:
        yield Line(name, "ok", f"the engine found by CDI: {', '.join(facts.devices)}")
    elif has_gpu_runtime(survey):
        told = f"{survey.hook} is there; only starting a container shows whether the engine saw it"
        yield Line(name, "warn", told, "restart dockerd if it was installed since dockerd started")
    else:
        told = "the engine names no NVIDIA runtime and no GPU found by CDI"
        yield Line(name, "no", told, _TOOLKIT)


def _disks(survey: Survey, outlook: Outlook) -> Iterator[Line]:
    """The room there is against what is needed, where it is needed."""
    engine = survey.engine
    docker = outlook.engine == "docker"
    if not isinstance(engine, Unanswered):
        needed = outlook if docker else None
        yield _disk("disk, engine", engine.free, engine.facts.root, needed)
    yield _disk("disk, here", survey.free, str(survey.home), None if docker else outlook)


def _disk(name: str, free: int | Unanswered, place: str, needed: Outlook | None) -> Line:
    if isinstance(free, Unanswered):
        return Line(name, "warn", f"free space is not known: {free.reason}", "look there by hand")
    told = f"{size(free)} free in {place}"
    if needed is None or not needed.to_build:
        return Line(name, "ok", f"{told}; nothing has to be built there")
    parts = "; ".join([disk(needed.need, needed.engine), *gaps(needed.need)])
    told += f"; about {size(needed.bytes_needed)} needed: {parts}"
    if free >= needed.bytes_needed:
        return Line(name, "ok", told)
    return Line(name, "warn", told, "make room, or run part of the matrix with --only")


def _cells(outlook: Outlook) -> Iterator[Line]:
    running = sum(row.runs for row in outlook.cells)
    told = f"{running:,} of {number(len(outlook.cells), 'cell')} will run, by the engine "
    told += f"{outlook.engine}; {_environments(outlook)}"
    if not running:
        yield Line("cells", "no", f"none of {number(len(outlook.cells), 'cell')} will run", _PLAN)
    elif not outlook.ready:
        yield Line("cells", "no", f"{told}, which needs the index", "see the line of the index")
    else:
        yield Line("cells", "ok" if running == len(outlook.cells) else "warn", told)
    if outlook.engine == "venv" and running:
        yield Line("engine venv", "warn", f"taken in place of Docker: {outlook.obstacle}")
    yield from _reasons(outlook)


def _environments(outlook: Outlook) -> str:
    parts = (
        (outlook.built, "is built" if outlook.built == 1 else "are built"),
        (len(outlook.to_build), "to build"),
    )
    return ", ".join(f"{number(count, 'environment')} {done}" for count, done in parts if count)


def _reasons(outlook: Outlook) -> Iterator[Line]:
    """Why cells will not run, by the number of cells."""
    reasons = Counter(row.reason for row in outlook.cells if not row.runs).most_common()
    for reason, count in reasons[:_MOST_REASONS]:
        yield Line("not run", "no", f"{number(count, 'cell')}: {reason}")
    if rest := sum(count for _, count in reasons[_MOST_REASONS:]):
        yield Line("not run", "no", f"{number(rest, 'cell')} for other reasons", _PLAN)


def _wrapped(said: str, first: str, rest: str) -> str:
    return textwrap.fill(
        one_line(said),
        width=_WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
