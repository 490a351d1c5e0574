"""A container with a GPU, on an engine that has none to give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from scripted_trials import MIB, trial

from runner.environments.docker import connect

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
