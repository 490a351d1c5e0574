"""The way to the Docker engine: address, TLS where the environment asks for it, what went wrong."""

from __future__ import annotations

import contextlib
import os
import re
from typing import Final

import requests
from docker import APIClient
from docker.context import ContextAPI
from docker.errors import APIError, DockerException, NotFound
from docker.utils import kwargs_from_env

from runner.environments.deadline import within

_PING_SECONDS: Final = 5
_DEFAULT_ADDRESS: Final = "unix:///var/run/docker.sock"


def engine_address() -> str:
    """Where `DOCKER_HOST`, or else the current docker context, says that the engine listens."""
    return os.environ.get("DOCKER_HOST") or _context_address()


def open_engine(address: str, seconds: int) -> APIClient:
    """Connect; every call has a deadline of so many seconds. Raises what docker-py raises."""
    found = kwargs_from_env()
    base_url = found.get("base_url", address)
    return APIClient(base_url, version="auto", timeout=seconds, tls=found.get("tls", False))


def hanging(api: APIClient, error: requests.Timeout) -> Exception:
    """What it means that there was no answer about one container.

    An engine that does answer when asked whether it is there has no answer for that container
    alone; one that does not is slow, or gone, and the error stays what it was.
    """
    try:
        within(_PING_SECONDS, api.ping)
    except (DockerException, requests.RequestException, OSError):
        return error
    return DockerException("it answers, but not for this container")


def why(error: Exception) -> str:
    """An engine's error in one line."""
    if isinstance(error, APIError) and error.explanation:
        return " ".join(str(error.explanation).split())[:500]
    if isinstance(error, NotFound):
        return "gone"
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return "no answer within the deadline"
    text = " ".join(str(error).split())
    plain = re.search(r"(?:Error\(\d+, '|\[Errno \d+\] )(?P<why>[A-Za-z ]+)", text)
    if plain and "Permission denied" in text:
        return "permission denied; is this user in the group docker?"
    return plain["why"] if plain else text[:300] or type(error).__name__


def _context_address() -> str:
    with contextlib.suppress(Exception):
        if context := ContextAPI.get_current_context():
            return str(context.Host)
    return _DEFAULT_ADDRESS
