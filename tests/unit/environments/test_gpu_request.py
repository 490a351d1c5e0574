"""How an engine is asked for a GPU, from what it says of itself."""

from __future__ import annotations

import pytest

from runner.environments.gpu_request import Way, gpu_request, way_of
from runner.environments.survey import engine_facts

Info = dict[str, object]
CDI: Info = {"CDISpecDirs": ["/etc/cdi", "/var/run/cdi"]}
NVIDIA: Info = {"Runtimes": {"runc": {}, "nvidia": {}}}
FOUND: Info = {"DiscoveredDevices": [{"Source": "cdi", "ID": "nvidia.com/gpu=GPU-1"}]}
OTHERS: Info = {"DiscoveredDevices": [{"Source": "cdi", "ID": "vendor.com/nic=0"}]}


def info(version: str, *parts: Info) -> Info:
    """What `GET /info` gives, as far as it is read."""
    given: Info = {
        "ServerVersion": version,
        "OperatingSystem": "Debian GNU/Linux 12",
        "NCPU": 2,
        "MemTotal": 8_000_000_000,
        "DockerRootDir": "/var/lib/docker",
        "Runtimes": {"runc": {}},
    }
    for part in parts:
        given |= part
    return given


@pytest.mark.parametrize(
    ("said", "way"),
    [
        pytest.param(info("20.10.24+dfsg1"), "nvidia", id="20.10 knows no CDI"),
        pytest.param(info("20.10.24+dfsg1", NVIDIA), "nvidia", id="20.10 with the runtime"),
        pytest.param(info("25.0.3", {"CDISpecDirs": []}), "nvidia", id="25 with CDI off"),
        pytest.param(info("25.0.3", {"CDISpecDirs": None}), "nvidia", id="25, null"),
        pytest.param(info("25.0.3", CDI), "cdi", id="25 with CDI turned on"),
        pytest.param(info("25.0.3", CDI, NVIDIA), "nvidia", id="25 with both"),
        pytest.param(info("28.1.1", CDI), "cdi", id="28.1 with CDI turned on"),
        pytest.param(info("28.2.2", CDI), "nvidia", id="28.2 found no device"),
        pytest.param(info("28.2.2", CDI, OTHERS), "nvidia", id="28.2 found another's device"),
        pytest.param(info("28.2.2", CDI, FOUND), "cdi", id="28.2 found a GPU"),
        pytest.param(info("28.2.2", CDI, FOUND, NVIDIA), "nvidia", id="28.2 with both"),
        pytest.param(info("29.0.0", CDI), "nvidia", id="29 found no device"),
        pytest.param(info("dev", CDI), "cdi", id="no version"),
    ],
)
def test_the_way(said: Info, way: Way) -> None:
    assert way_of(engine_facts(said)) == way


def test_the_nvidia_driver_is_asked_for_one_gpu() -> None:
    request = gpu_request("GPU-1", "nvidia")
    assert (request["Driver"], request["DeviceIDs"], request["Count"]) == ("nvidia", ["GPU-1"], 0)
    assert request["Capabilities"] == [["gpu", "compute", "utility"]]


def test_cdi_is_asked_for_it_by_its_qualified_name() -> None:
    request = gpu_request("GPU-1", "cdi")
    assert (request["Driver"], request["DeviceIDs"]) == ("cdi", ["nvidia.com/gpu=GPU-1"])
    assert (request["Count"], request["Capabilities"]) == (0, [])
