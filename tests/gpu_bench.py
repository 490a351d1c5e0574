"""Cells with a GPU, and without, run by the scheduler on an engine whose images are scripted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from requirements_of_host import docker_api
from scripted_trials import CELL, IMAGE, MIB, SCRIPTED

from runner.environments.base_images import BaseImages
from runner.environments.containers import Deadlines
from runner.environments.docker import DockerEngine
from runner.environments.engine import Base, Prepared
from runner.environments.index import IndexSettings
from runner.environments.lock import Lock
from runner.environments.probe import ProbeSource
from runner.execution.gpu import HostGpu
from runner.execution.plan import Circumstances, make_plan
from runner.execution.scheduler import Finished, Limits, Scheduler
from runner.matrix.spec import Probe
from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from runner.environments.engine import Blueprint
    from runner.matrix.cells import Cell

GPU = HostGpu(uuid="GPU-1", model="a GPU", compute_capability="9.0")
PROBE = Probe(trials=1, repeats=2, seed=42, timeout_seconds=60, memory_bytes=256 * MIB)
BRIEF = Deadlines(start=3, broken=1, lease=30)


class Built(DockerEngine):
    """An engine whose images are all the scripted one."""

    def prepare(self, blueprint: Blueprint) -> Prepared:
        """Have it already."""
        del blueprint
        return Prepared(reference=IMAGE, reused=True)


def open_engine() -> Built:
    """The engine that DOCKER_HOST names, which is soon given up where it does not answer."""
    api = docker_api()
    return Built(api, BaseImages(api, {}, {}, {}), IndexSettings(), BRIEF)


def cell(name: str, *, device: str, **variables: str) -> Cell:
    """A cell whose probe behaves as its variables say."""
    on_gpu = device == "gpu"
    environment = replace(CELL.environment, cuda="12.9.1" if on_gpu else None)
    setting = replace(
        CELL.setting,
        device="gpu" if on_gpu else "cpu",
        env=name,
        variables=tuple(sorted(variables.items())),
    )
    return replace(CELL, environment=environment, setting=setting)


def on_gpu(name: str, behaviour: str = "good", **variables: str) -> Cell:
    """A cell that needs a GPU."""
    return cell(name, device="gpu", BEHAVIOUR=behaviour, **variables)


def on_cpu(name: str) -> Cell:
    """A cell that needs none, and does as it is told."""
    return cell(name, device="cpu", BEHAVIOUR="good")


@dataclass
class Bench:
    """An engine, the GPUs that are said to be there, and a folder for results."""

    engine: DockerEngine
    folder: Path
    gpus: tuple[HostGpu, ...] = (GPU,)
    probe: Probe = field(default=PROBE)

    def run(self, *cells: Cell) -> Finished:
        """Run the cells, two things at a time."""
        base = Base(reference="", identity="", pinned=False)
        environments = {one.environment for one in cells}
        now = Circumstances(
            probe=self.probe,
            source=ProbeSource(SCRIPTED),
            engine="venv",
            host=self.engine.host(),
            gpus=self.gpus,
            locks=dict.fromkeys(environments, Lock("")),
            bases=dict.fromkeys(environments, base),
        )
        return Scheduler(
            plan=make_plan(cells, now),
            engine=self.engine,
            store=Store(self.folder / "results"),
            host=now.host,
            probe=self.probe,
            limits=Limits(slots=2, memory=2 * self.probe.memory_bytes),
            gpus=self.gpus,
        ).execute()
