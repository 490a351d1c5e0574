"""A container that can't be ended, and one that can't be removed: nobody waits for long."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
import requests
from docker.errors import APIError, DockerException, NotFound

from runner.environments.containers import Containers, Deadlines, Order
from runner.environments.gpu_faults import find
from runner.environments.session import Session

if TYPE_CHECKING:
    from docker import APIClient

NEVER = threading.Event()


@dataclass
class FakeApi:
    """An engine with one container, which stays as it is whatever it is told."""

    removes: threading.Event | None = None
    killed: list[str] = field(default_factory=list)

    def wait(self, container: str, *, timeout: int) -> None:
        """Give no answer in time."""
        assert container
        raise requests.ConnectionError(f"Read timed out. (read timeout={timeout})")

    def inspect_container(self, container: str) -> dict[str, dict[str, str]]:
        """It runs on."""
        assert container
        return {"State": {"Status": "running"}}

    def kill(self, container: str) -> None:
        """Say that it was killed."""
        self.killed.append(container)

    def remove_container(self, container: str, *, v: bool, force: bool) -> None:
        """Wait for what never comes, or know of no such container."""
        assert v
        assert force
        if self.removes is None:
            raise NotFound(container)
        self.removes.wait(10)


def containers(api: FakeApi, call: float = 0) -> Containers:
    return Containers(
        cast("APIClient", api), Session("unix:///nowhere"), Deadlines(broken=0.1, kill=call)
    )


def test_a_container_that_survives_its_kill_is_given_up() -> None:
    """As one does whose process waits for a driver that hangs."""
    api = FakeApi()
    with pytest.raises(DockerException) as caught:
        containers(api).wait("one", timeout=-10)
    assert api.killed == ["one"]
    found = find(str(caught.value), "engine")
    assert found
    assert found.kind == "gpu-hang"


def test_a_removal_that_is_not_answered_is_given_up() -> None:
    found = containers(FakeApi(NEVER))
    found.session.outstanding.add("one")
    assert not found.remove("one", 0.1)
    assert found.session.outstanding == found.session.given_up == {"one"}


class FakeCreation:
    """An engine that is asked for a container, and fails so."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def create_host_config(self, **wanted: object) -> dict[str, object]:
        """Take whatever is wanted."""
        return wanted

    def create_container(self, *_: object, **__: object) -> dict[str, str]:
        """Fail."""
        raise self._error


@pytest.mark.parametrize(
    ("error", "outstanding"),
    [
        pytest.param(requests.ReadTimeout("timed out"), 1, id="no answer: there may be one"),
        pytest.param(APIError("No such image"), 0, id="refused: there is none"),
    ],
)
def test_a_container_that_was_asked_for_and_not_named_is_left_to_the_reaper(
    error: Exception, outstanding: int
) -> None:
    found = Containers(cast("APIClient", FakeCreation(error)), Session("unix:///nowhere"))
    order = Order(image="x", command=(), variables={}, labels={}, timeout=1, memory=1)
    with pytest.raises(type(error)), found.fresh(order):
        pass
    left = len(found.session.outstanding)
    found.session.reaper.close(nothing_left=True)
    assert left == outstanding


def test_what_is_gone_is_not_outstanding() -> None:
    found = containers(FakeApi())
    found.session.outstanding.add("one")
    assert found.remove("one")
    assert found.session.outstanding == set()
