"""How an engine is asked for a GPU: through its NVIDIA driver, or by CDI. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from docker.types import DeviceRequest

if TYPE_CHECKING:
    from runner.environments.survey import EngineFacts

Way = Literal["nvidia", "cdi"]
_CAPABILITIES: Final = ["gpu", "compute", "utility"]
_NUMBERS: Final = re.compile(r"([0-9]+)\.([0-9]+)")
# From here on CDI is on by default, and the devices that it found are told.
_TELLS_DEVICES: Final = (28, 2)


def way_of(facts: EngineFacts) -> Way:
    """Choose the way in which an engine gives GPUs, from what it says of itself.

    `nvidia` where it has that runtime, and where nothing speaks for CDI: an engine does not tell
    of the hook by which it knows that driver. CDI where it found devices of NVIDIA, or, before
    Docker 28.2, where CDI was turned on by hand.

    Sources: https://docs.docker.com/engine/release-notes/28/#2820 and
    https://docs.docker.com/reference/cli/dockerd/#configure-cdi-devices
    """
    if "nvidia" in facts.runtimes:
        return "nvidia"
    number = _NUMBERS.match(facts.version)
    tells = number is not None and (int(number[1]), int(number[2])) >= _TELLS_DEVICES
    return "cdi" if facts.devices or (facts.cdi_folders and not tells) else "nvidia"


def gpu_request(uuid: str, way: Way) -> DeviceRequest:
    """Ask for exactly one GPU, by its UUID."""
    if way == "cdi":
        return DeviceRequest(driver="cdi", device_ids=[f"nvidia.com/gpu={uuid}"])
    return DeviceRequest(driver="nvidia", device_ids=[uuid], capabilities=[_CAPABILITIES])
