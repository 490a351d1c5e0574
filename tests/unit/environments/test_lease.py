"""Who holds a GPU, who waits for it, and what is removed so that it is free again."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
import requests
from docker.errors import APIError, DockerException
from filelock import FileLock

from runner.environments.gpu_faults import find
from runner.environments.lease import Lease, lock_folder
from runner.environments.ownership import Owner
from runner.environments.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docker import APIClient

NAME = "samebits-gpu-GPU-1"
DEAD = Owner(process=2**22 + 1)
ELSEWHERE = Owner(host="another/pid:[1]")
OVERDUE = -1000


@dataclass
class FakeApi:
    """An engine of one name. `on_list` is called before each list."""

    labels: dict[str, str] | None = None
    state: str = "running"
    name: str = NAME
    stuck: bool = False
    there: bool = True
    on_list: Callable[[FakeApi], None] = lambda _: None
    lists: int = 0
    removed: list[str] = field(default_factory=list)

    def create(self) -> str:
        """Make the container, unless there is one of that name."""
        if self.labels is not None and self.name == NAME:
            response = requests.Response()
            response.status_code = 409
            raise APIError("Conflict", response=response)
        return "new"

    def containers(self, *, all: bool, filters: dict[str, str]) -> list[dict[str, object]]:  # noqa: A002
        """List what has the name in its name, as the engine does."""
        assert all
        assert filters == {"name": NAME}
        self.lists += 1
        self.on_list(self)
        if self.labels is None:
            return []
        row = {"Id": "old", "Names": [f"/{self.name}"], "State": self.state}
        return [row | {"Labels": self.labels}]

    def ping(self) -> bool:
        """Say that the engine is there, or nothing."""
        if not self.there:
            raise requests.ReadTimeout("Read timed out. (read timeout=30)")
        return True

    def remove_container(self, container: str, *, v: bool, force: bool) -> None:
        """Remove it, or never answer."""
        assert v
        assert force
        if self.stuck:
            raise requests.ReadTimeout("Read timed out. (read timeout=30)")
        self.removed.append(container)
        self.labels = None


def lease(api: FakeApi, session: Session | None = None, seconds: float = 10) -> Lease:
    return Lease(
        api=cast("APIClient", api),
        session=session or Session("unix:///nowhere"),
        gpu="GPU-1",
        seconds=seconds,
        folder=None,
    )


def take(api: FakeApi, session: Session | None = None, seconds: float = 10) -> str:
    with lease(api, session, seconds).held(api.create) as container:
        return container


def test_a_free_gpu_is_taken_without_a_look() -> None:
    api = FakeApi()
    assert take(api) == "new"
    assert api.lists == 0


@pytest.mark.parametrize(
    ("labels", "state"),
    [
        pytest.param(DEAD.labels(3600), "running", id="its runner is gone"),
        pytest.param(Owner().labels(OVERDUE), "running", id="it is past its deadline"),
        pytest.param(DEAD.labels(3600), "created", id="it never started"),
        pytest.param(ELSEWHERE.labels(OVERDUE), "exited", id="elsewhere, past it, and ended"),
    ],
)
def test_what_holds_it_for_nobody_is_removed(labels: dict[str, str], state: str) -> None:
    api = FakeApi(labels, state)
    assert take(api) == "new"
    assert api.removed == ["old"]


@pytest.mark.parametrize(
    ("labels", "state"),
    [
        pytest.param(Owner().labels(3600), "running", id="of a living runner"),
        pytest.param(Owner().labels(3600), "exited", id="whose results are being collected"),
        pytest.param(ELSEWHERE.labels(3600), "running", id="of another machine"),
        pytest.param(ELSEWHERE.labels(OVERDUE), "running", id="of another machine, past it"),
    ],
)
def test_what_holds_it_for_somebody_is_waited_for(labels: dict[str, str], state: str) -> None:
    def end(api: FakeApi) -> None:
        if api.lists == 2:
            api.labels = None

    api = FakeApi(labels, state, on_list=end)
    assert take(api) == "new"
    assert (api.lists, api.removed) == (2, [])


def test_one_waits_so_long_and_no_longer() -> None:
    api = FakeApi(Owner().labels(3600))
    with pytest.raises(DockerException) as caught:
        take(api, seconds=0)
    assert str(caught.value) == "another run has held this GPU for 0 s"
    found = find(str(caught.value), "engine")
    assert found
    assert (found.kind, found.blames) == ("gpu-taken", "gpu")


def test_a_container_that_this_run_was_never_told_of_is_removed() -> None:
    """The engine made it after its answer was no longer waited for."""
    session = Session("unix:///nowhere")
    api = FakeApi(session.owner.labels(3600), "created")
    assert take(api, session) == "new"
    assert api.removed == ["old"]


def test_one_of_this_run_that_it_uses_is_waited_for() -> None:
    session = Session("unix:///nowhere", outstanding={"old"})
    api = FakeApi(session.owner.labels(3600))
    with pytest.raises(DockerException):
        take(api, session, seconds=0)
    assert api.removed == []


def test_a_container_of_somebody_else_is_not_touched() -> None:
    api = FakeApi({"com.example": "1"})
    with pytest.raises(DockerException) as caught:
        take(api)
    assert str(caught.value) == f"a container that samebits did not make is called {NAME}"
    assert api.removed == []
    found = find(str(caught.value), "engine")
    assert found
    assert (found.kind, found.blames) == ("gpu-taken", "gpu")


def test_a_name_that_only_begins_so_is_another_gpu() -> None:
    api = FakeApi(Owner().labels(3600), name=f"{NAME}0")
    assert take(api) == "new"


def test_what_this_run_could_not_remove_is_tried_again() -> None:
    session = Session("unix:///nowhere")
    session.given_up.add("old")
    api = FakeApi(session.owner.labels(3600), "created")
    assert take(api, session) == "new"
    assert api.removed == ["old"]


def test_what_can_not_be_removed_is_a_hang() -> None:
    api = FakeApi(DEAD.labels(3600), "created", stuck=True)
    with pytest.raises(DockerException) as caught:
        take(api)
    found = find(str(caught.value), "engine")
    assert found
    assert found.kind == "gpu-hang"


def test_an_engine_that_answers_nothing_is_no_hang() -> None:
    api = FakeApi(DEAD.labels(3600), "created", stuck=True, there=False)
    with pytest.raises(requests.Timeout):
        take(api)


def test_waiting_ends_with_the_run() -> None:
    session = Session("unix:///nowhere")
    threading.Timer(0.1, session.cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(DockerException, match="cancelled"):
        take(FakeApi(Owner().labels(3600)), session, seconds=60)
    assert time.monotonic() - begun < 5


def test_another_failure_to_create_is_told() -> None:
    def fail() -> str:
        response = requests.Response()
        response.status_code = 404
        raise APIError("no such image", response=response)

    api = FakeApi()
    with (
        pytest.raises(APIError, match="404"),
        lease(api).held(fail),
    ):
        pass
    assert api.lists == 0


# the queue


def queued(folder: Path, address: str = "unix:///nowhere", gpu: str = "GPU-1") -> Lease:
    api = cast("APIClient", FakeApi())
    return Lease(api=api, session=Session(address), gpu=gpu, seconds=0.2, folder=folder)


def test_who_is_not_first_waits_without_asking_the_engine(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("second")
        return "second"

    with (
        queued(tmp_path).held(lambda: "first"),
        pytest.raises(DockerException, match="another run has held this GPU"),
        queued(tmp_path).held(ask),
    ):
        pass
    assert asked == []
    with queued(tmp_path).held(lambda: "third") as container:
        assert container == "third"


def test_each_gpu_has_its_own_queue(tmp_path: Path) -> None:
    with queued(tmp_path).held(lambda: "first"), queued(tmp_path, gpu="GPU-2").held(lambda: "x"):
        assert len(list(tmp_path.glob("*.lock"))) == 2


def test_two_engines_of_one_machine_have_one_queue(tmp_path: Path) -> None:
    with (
        queued(tmp_path).held(lambda: "first"),
        pytest.raises(DockerException, match="another run has held this GPU"),
        queued(tmp_path, "unix:///run/user/1000/docker.sock").held(lambda: "second"),
    ):
        pass


def test_a_failure_leaves_the_queue(tmp_path: Path) -> None:
    def fail() -> str:
        raise DockerException("no")

    with pytest.raises(DockerException, match="no"), queued(tmp_path).held(fail):
        pass
    (lock,) = tmp_path.glob("*.lock")
    with FileLock(lock, timeout=0):
        pass


def test_the_folder_for_locks_is_the_users_own(tmp_path: Path) -> None:
    folder = lock_folder(str(tmp_path))
    assert folder == tmp_path / "samebits"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert lock_folder(str(tmp_path)) == folder


def test_a_folder_that_others_could_write_to_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "samebits").mkdir()
    (tmp_path / "samebits").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path)
    shared = tmp_path / "shared"
    shared.mkdir()
    found = lock_folder(str(tmp_path), (tmp_path / "missing", shared))
    assert found
    assert found.parent == shared
    assert lock_folder(str(tmp_path / "none"), ()) is None
