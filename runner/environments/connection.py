"""The way to the Docker engine: its address, TLS where the environment asks for it, a deadline."""

from __future__ import annotations

import contextlib
import os
from typing import Final

from docker import APIClient
from docker.context import ContextAPI
from docker.utils import kwargs_from_env

_DEFAULT_ADDRESS: Final = "unix:///var/run/docker.sock"


def engine_address() -> str:
    """Where `DOCKER_HOST`, or else the current docker context, says that the engine listens."""
    return os.environ.get("DOCKER_HOST") or _context_address()


def open_engine(address: str, seconds: int) -> APIClient:
    """Connect; every call has a deadline of so many seconds. Raises what docker-py raises."""
    found = kwargs_from_env()
    base_url = found.get("base_url", address)
    return APIClient(base_url, version="auto", timeout=seconds, tls=found.get("tls", False))


def _context_address() -> str:
    with contextlib.suppress(Exception):
        if context := ContextAPI.get_current_context():
            return str(context.Host)
    return _DEFAULT_ADDRESS
