"""A probe that misbehaves: its cell gets a status with a reason, and the cell beside it its result.

Each way is run in both engines, by the scheduler, beside a cell whose probe does as it is told.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from requirements_of_host import bases, docker_api
from scripted_trials import CELL, IMAGE, MIB, SCRIPTED

from runner.environments.docker import DockerEngine
from runner.environments.engine import Base, Prepared
from runner.environments.index import IndexSettings
from runner.environments.lock import Lock
from runner.environments.probe import ProbeSource
from runner.environments.venv import VenvEngine
from runner.execution.plan import Circumstances, make_plan
from runner.execution.scheduler import Limits, Scheduler
from runner.matrix.spec import Probe
from runner.results.records import Status
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runner.environments.engine import Blueprint, Engine
    from runner.matrix.cells import Cell

    Runs = Callable[[str], tuple[Status, str]]

pytestmark = pytest.mark.engine

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PROBE = Probe(trials=1, repeats=2, seed=42, timeout_seconds=20, memory_bytes=256 * MIB)
DIGEST = "ab" * 32


class Built(DockerEngine):
    """An engine whose images are all the scripted one."""

    def prepare(self, blueprint: Blueprint) -> Prepared:
        del blueprint
        return Prepared(reference=IMAGE, reused=True)


class Linked(VenvEngine):
    """An engine whose venvs are all a link to this interpreter."""

    def prepare(self, blueprint: Blueprint) -> Prepared:
        del blueprint
        return Prepared(reference=str(self._folder), reused=True)


@dataclass(frozen=True)
class Bench:
    """An engine, and the Python that its probe runs in."""

    engine: Engine
    python: str
    folder: Path

    def cell(self, behaviour: str) -> Cell:
        """A cell whose probe behaves like that."""
        environment = replace(CELL.environment, python=self.python)
        told = (("BEHAVIOUR", behaviour),)
        setting = replace(CELL.setting, env=behaviour, variables=told)
        return replace(CELL, environment=environment, setting=setting)

    def run(self, behaviour: str, probe: Probe) -> tuple[Status, str]:
        """Run it beside a good one, which must have its result."""
        bad, good = self.cell(behaviour), self.cell("good")
        base = Base(reference="", identity="", pinned=False)
        now = Circumstances(
            probe=probe,
            source=ProbeSource(SCRIPTED),
            engine="venv",
            host=self.engine.host(),
            locks={bad.environment: Lock("")},
            bases={bad.environment: base},
        )
        store = Store(self.folder / "results")
        finished = Scheduler(
            plan=make_plan((bad, good), now),
            engine=self.engine,
            store=store,
            host=now.host,
            probe=probe,
            limits=Limits(slots=2, memory=2 * probe.memory_bytes),
        ).execute()
        assert finished.cells[good.id] == (Status.DONE, "")
        status, reason = finished.cells[bad.id]
        kept = {one.cell for one in store.trials().records if one.probe}
        assert kept == ({good.id, bad.id} if status is Status.DONE else {good.id})
        return status, reason


@pytest.fixture
def docker_bench(image: str, tmp_path: Path) -> Iterator[Bench]:
    del image
    api = docker_api()
    engine = Built(api, bases(api), IndexSettings())
    yield Bench(engine, "3.11", tmp_path)
    engine.close()


@pytest.fixture
def venv_bench(tmp_path: Path) -> Bench:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
    return Bench(Linked(tmp_path / "venv", IndexSettings()), PYTHON, tmp_path)


@pytest.fixture(params=["docker_bench", "venv_bench"])
def bench(request: pytest.FixtureRequest) -> Bench:
    found: Bench = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        pytest.param(
            "segfault",
            Status.RUN_FAILED,
            "the probe was ended by SIGSEGV, native code crashed; "
            "it last printed: computing nn.conv2d",
            id="a crash",
        ),
        pytest.param(
            "abort",
            Status.RUN_FAILED,
            "the probe was ended by SIGABRT, native code gave up; "
            "it last printed: Unknown flag in XLA_FLAGS: --nope",
            id="an abort",
        ),
        pytest.param(
            "fail",
            Status.RUN_FAILED,
            "the probe ended with exit code 7: the reason stands here",
            id="an exit code",
        ),
        pytest.param("no_gpu", Status.NO_GPU, "libcudart.so.12 is missing", id="no GPU"),
        pytest.param("oom", Status.OUT_OF_MEMORY, "needed more than 0.25 GiB", id="memory"),
        pytest.param(
            "nothing",
            Status.RUN_FAILED,
            "unreadable result: result.json: no such file or directory",
            id="no result",
        ),
        pytest.param(
            "half",
            Status.RUN_FAILED,
            "unreadable result: result.json: not JSON: ",
            id="half a result",
        ),
        pytest.param(
            "large_result",
            Status.RUN_FAILED,
            "unreadable result: result.json: larger than 16,777,216 bytes",
            id="a result of 17 MiB",
        ),
        pytest.param(
            "other_folder",
            Status.RUN_FAILED,
            "unreadable result: result.json: cases.0.outputs.0.name: String should match pattern",
            id="an output named by path",
        ),
        pytest.param(
            "objects",
            Status.RUN_FAILED,
            f"unreadable array: arrays: {DIGEST}.npy: ",
            id="an array of objects",
        ),
        pytest.param(
            "lying_header",
            Status.RUN_FAILED,
            f"unreadable array: arrays: {DIGEST}.npy: has shape (2684354560,), declared is (3,)",
            id="a header that says 10 GiB",
        ),
        pytest.param(
            "large_array",
            Status.RUN_FAILED,
            f"unreadable array: arrays: {DIGEST}.npy: larger than 2,101,248 bytes",
            id="an array of 200 MiB",
        ),
        pytest.param(
            "huge_array",
            Status.RUN_FAILED,
            "the probe was ended by SIGXFSZ, it wrote a file of more than 256 MiB",
            id="a sparse array of 10 GiB",
        ),
        pytest.param("links", Status.RUN_FAILED, "unreadable result: result.json: ", id="links"),
    ],
)
def test_what_it_does_is_said_and_the_cell_beside_it_is_done(
    bench: Bench, behaviour: str, status: Status, reason: str
) -> None:
    found, said = bench.run(behaviour, PROBE)
    assert found is status
    assert said.startswith(reason)


def test_a_probe_that_hangs_is_ended_at_its_deadline(bench: Bench) -> None:
    brief = replace(PROBE, timeout_seconds=2)
    assert bench.run("ignore_term", brief) == (Status.TIMED_OUT, "no result within 2 s")


def test_a_probe_that_prints_a_gigabyte_has_its_result_all_the_same(bench: Bench) -> None:
    assert bench.run("gigabytes", PROBE) == (Status.DONE, "")
