"""The one hardened profile: what a container may, and what enters it."""

from __future__ import annotations

import pytest
from docker import APIClient

from runner.environments import profile
from runner.environments.gpu_request import Way, gpu_request

MIB = 1024**2


def api() -> APIClient:
    """A client that is never asked anything: the profile is made on this side."""
    return APIClient(base_url="tcp://127.0.0.1:1", version="1.41")


@pytest.mark.parametrize(
    ("gpu", "seen"),
    [
        pytest.param(
            None, {"NVIDIA_VISIBLE_DEVICES": "void", "CUDA_VISIBLE_DEVICES": ""}, id="no gpu"
        ),
        pytest.param("GPU-1", {}, id="a gpu"),
    ],
)
def test_variables_that_an_image_must_not_decide(gpu: str | None, seen: dict[str, str]) -> None:
    cleared = {"LD_PRELOAD": "", "LD_LIBRARY_PATH": "", "NVIDIA_DISABLE_REQUIRE": ""}
    assert profile.variables({}, gpu=gpu) == cleared | seen


def test_what_is_chosen_wins() -> None:
    chosen = {"LD_LIBRARY_PATH": "/opt/env/lib", "TF_X": "1"}
    found = profile.variables(chosen, gpu=None)
    assert found.items() > chosen.items()
    assert found["NVIDIA_VISIBLE_DEVICES"] == "void"


@pytest.mark.parametrize("gpu", [None, "GPU-1"])
def test_the_profile(gpu: str | None) -> None:
    request = gpu_request(gpu, "nvidia") if gpu else None
    made = dict(profile.host_config(api(), memory=512 * MIB, gpu=request))
    wanted = {
        "NetworkMode": "none",
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "PidsLimit": 2048,
        "Memory": 512 * MIB,
        "MemorySwap": 512 * MIB,
        "IpcMode": "private",
    }
    assert made.items() >= wanted.items()
    assert "AutoRemove" not in made
    assert not made.get("Privileged")
    assert not made.get("Binds")
    (mount,) = made["Mounts"]
    assert (mount["Target"], mount["Type"], mount["Source"]) == ("/out", "volume", None)


@pytest.mark.parametrize("way", ["nvidia", "cdi"])
def test_exactly_the_gpu_that_is_asked_for(way: Way) -> None:
    asked = gpu_request("GPU-1", way)
    assert profile.host_config(api(), memory=MIB, gpu=asked)["DeviceRequests"] == [asked]
    assert "DeviceRequests" not in profile.host_config(api(), memory=MIB, gpu=None)
