"""A container with a GPU, on an engine that has none to give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from gpu_bench import Bench, on_cpu, on_gpu, open_engine
from scripted_trials import MIB, trial

from runner.environments.docker import connect
from runner.results.records import Status

if TYPE_CHECKING:
    from pathlib import Path

    from runner.environments.docker import DockerEngine

pytestmark = pytest.mark.engine

NO_RUNTIME = (
    "engine: the engine has no NVIDIA container runtime; install the NVIDIA Container Toolkit and "
    "restart dockerd, which looks for it when it starts (could not select device driver "
)


@pytest.fixture
def no_runtime() -> None:
    """Skip where the engine could start such a container, or fail otherwise."""
    api = connect()
    info = api.info()
    api.close()
    if "nvidia" in info["Runtimes"] or info.get("DiscoveredDevices"):
        pytest.skip("this engine has an NVIDIA container runtime")


@pytest.mark.usefixtures("no_runtime")
def test_an_engine_without_the_runtime_is_told_with_its_remedy(
    engine: DockerEngine, image: str, tmp_path: Path
) -> None:
    wanted = replace(trial(image, "ok", 60, 256 * MIB), gpu="GPU-of-no-host")
    outcome = engine.run(wanted, tmp_path)
    assert outcome.exit_code is None
    assert outcome.failure.startswith(NO_RUNTIME)
    assert outcome.fault
    assert (outcome.fault.kind, outcome.fault.blames) == ("no-runtime", "host")


@pytest.mark.usefixtures("no_runtime", "image")
def test_it_is_asked_once_and_every_cell_is_told_why(tmp_path: Path) -> None:
    first, second, cpu = on_gpu("first"), on_gpu("second"), on_cpu("cpu")
    engine = open_engine()
    finished = Bench(engine, tmp_path).run(first, second, cpu)
    engine.close()
    status, reason = finished.cells[first.id]
    assert status is Status.NO_GPU
    assert reason.startswith(NO_RUNTIME)
    aside = NO_RUNTIME.removeprefix("engine: ").removesuffix(" (could not select device driver ")
    assert finished.cells[second.id] == (Status.NO_GPU, f"GPU-1 set aside: {aside}")
    assert finished.cells[cpu.id] == (Status.DONE, "")
    assert len([phase for phase in finished.phases if phase.kind == "trial"]) == 2
