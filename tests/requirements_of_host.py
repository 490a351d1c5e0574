"""What a test may need of the host, and what to say where it is not there.

CI sets SAMEBITS_REQUIRE_DOCKER and SAMEBITS_REQUIRE_BROWSER, so that a test that needs Docker or a
browser fails there instead of skipping.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, NoReturn

import pytest

from runner.cli.workspace import local_bases
from runner.environments.base_images import BaseImages
from runner.environments.docker import connect
from runner.errors import EngineUnavailable
from runner.matrix.cells import Environment

if TYPE_CHECKING:
    from docker import APIClient

PYTHON = "3.11"
CHROMIUM = "chromium"


def absent(reason: str) -> NoReturn:
    """Skip, or fail where Docker is required."""
    if os.environ.get("SAMEBITS_REQUIRE_DOCKER"):
        pytest.fail(f"Docker is required here: {reason}")
    pytest.skip(reason)


def docker_api() -> APIClient:
    """A connection to the engine of this host."""
    try:
        return connect()
    except EngineUnavailable as error:
        absent(error.message)


def bases(api: APIClient) -> BaseImages:
    """The base image of this host: the one SAMEBITS_BASE names, else the official one."""
    found = BaseImages(api, {PYTHON: "python:3.11-slim-bookworm"}, local_bases(()), {})
    try:
        found.find(Environment(python=PYTHON, tensorflow="2.20.0"))
    except EngineUnavailable as error:
        absent(error.message)
    return found


def chromium() -> str:
    """The path of Debian's Chromium."""
    if found := shutil.which(CHROMIUM):
        return found
    reason = f"no {CHROMIUM} in PATH"
    required = ("SAMEBITS_REQUIRE_BROWSER", "SAMEBITS_REQUIRE_DOCKER")
    if any(os.environ.get(name) for name in required):
        pytest.fail(f"a browser is required here: {reason}")
    pytest.skip(reason)
