"""What a survey of a host finds, and that it always ends and changes nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

import pytest
from docker.errors import APIError, ImageNotFound
from private_index import PASSWORD, PrivateIndex

from runner.environments.base_images import Located
from runner.environments.buildkit import BuildCommand
from runner.environments.engine import Base
from runner.environments.index import IndexSettings
from runner.environments.lock import newest
from runner.environments.question import Unanswered
from runner.environments.survey import (
    EngineFacts,
    EngineSurvey,
    Means,
    Needs,
    engine_facts,
    free_bytes,
    kernel_driver,
    made_venvs,
    take_survey,
)
from runner.errors import EngineUnavailable
from runner.matrix.cells import Environment

if TYPE_CHECKING:
    from docker import APIClient

IMAGE = "python:3.11-slim-bookworm"
INFO: dict[str, object] = {
    "ServerVersion": "28.5.1",
    "OperatingSystem": "Debian GNU/Linux 12",
    "NCPU": 2,
    "MemTotal": 8_000_000_000,
    "DockerRootDir": "/",
    "Runtimes": {"runc": {}, "nvidia": {}},
    "DiscoveredDevices": [
        {"Source": "cdi", "ID": "nvidia.com/gpu=0"},
        {"Source": "cdi", "ID": "vendor.com/nic=0"},
    ],
    "CDISpecDirs": ["/etc/cdi"],
}
FACTS = EngineFacts(
    version="28.5.1",
    system="Debian GNU/Linux 12",
    cores=2,
    memory=8_000_000_000,
    root="/",
    runtimes=("nvidia", "runc"),
    devices=("nvidia.com/gpu=0",),
    cdi_folders=("/etc/cdi",),
)
BUILT: list[dict[str, object]] = [
    {"Labels": {"samebits.environment": "py3.11-tf2.20.0"}},
    {"Labels": None},
]
LATE = threading.Event()


@dataclass
class FakeApi:
    """An engine that has `here`, and a registry that has `there`; it can't change anything."""

    info_: dict[str, object] | Exception = field(default_factory=lambda: INFO)
    here: frozenset[str] = frozenset({IMAGE})
    there: frozenset[str] = frozenset()
    slow: bool = False
    closed: bool = False

    def info(self) -> dict[str, object]:
        if self.slow:
            LATE.wait(30)
        if isinstance(self.info_, Exception):
            raise self.info_
        return self.info_

    def inspect_image(self, image: str) -> dict[str, str]:
        if image not in self.here:
            raise ImageNotFound(f"No such image: {image}")
        return {"Id": "sha256:00"}

    def inspect_distribution(self, image: str) -> dict[str, dict[str, str]]:
        if image not in self.there:
            raise APIError("no", explanation="no basic auth credentials")
        return {"Descriptor": {"digest": "sha256:ab"}}

    def images(self, filters: dict[str, str]) -> list[dict[str, object]]:
        assert filters == {"label": "samebits.environment"}
        return BUILT

    def close(self) -> None:
        self.closed = True


NEEDS = Needs(
    environments=(
        Environment(python="3.11", tensorflow="2.20.0"),
        Environment(python="3.11", tensorflow="2.21.0"),
    ),
    images={"3.11": IMAGE},
    local={},
    pins={},
    home=Path("/home/one"),
)


def means(api: FakeApi | None = None) -> Means:
    """A host on which all is well."""
    return Means(
        address="unix:///run/docker.sock",
        connect=lambda: cast("APIClient", api or FakeApi()),
        build=lambda: BuildCommand("/usr/bin/docker", "28.5.1"),
        index="https://index.example/simple",
        newest=lambda: "2.21.0",
        interpreter=lambda python: Base(reference=f"python{python}", identity="x", pinned=False),
        free=lambda path: 7 if path == NEEDS.home else 9,
        driver=lambda: "550.54.14",
        hook=lambda: "",
        venvs=frozenset,
    )


def engine_of(api: FakeApi, needs: Needs = NEEDS, seconds: float = 5) -> EngineSurvey | Unanswered:
    return take_survey(needs, means(api), seconds).engine


def test_a_host_on_which_all_is_well() -> None:
    api = FakeApi()
    found = take_survey(NEEDS, means(api))
    assert found.engine == EngineSurvey(
        address="unix:///run/docker.sock",
        facts=FACTS,
        bases={"3.11": Located(IMAGE, "engine")},
        built=frozenset({"py3.11-tf2.20.0"}),
        free=9,
    )
    assert (found.newest, found.free, found.driver) == ("2.21.0", 7, "550.54.14")
    assert list(found.interpreters) == ["3.11"]
    assert api.closed


def test_no_engine() -> None:
    def connect() -> NoReturn:
        raise EngineUnavailable("no Docker engine answers", "start dockerd")

    found = take_survey(NEEDS, replace(means(), connect=connect))
    assert found.engine == Unanswered("no Docker engine answers", "start dockerd")
    assert found.newest == "2.21.0"


def test_an_engine_that_hangs_is_given_up() -> None:
    api = FakeApi(slow=True)
    assert engine_of(api, seconds=0.2) == Unanswered("no answer within 0.2 s")
    assert api.closed
    LATE.set()


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        pytest.param({}, "KeyError: 'ServerVersion'", id="another answer"),
        pytest.param(APIError("x", explanation="oops"), "oops", id="an error"),
    ],
)
def test_an_engine_that_is_none(info: dict[str, object] | Exception, reason: str) -> None:
    found = engine_of(FakeApi(info_=info))
    assert isinstance(found, Unanswered)
    assert found.reason.endswith(reason)


@pytest.mark.parametrize(
    ("api", "local", "base"),
    [
        pytest.param(
            FakeApi(here=frozenset(), there=frozenset({IMAGE})),
            {},
            Located(IMAGE, "registry"),
            id="in a registry",
        ),
        pytest.param(
            FakeApi(here=frozenset()),
            {},
            Unanswered(
                f"{IMAGE}: no digest from its registry: no basic auth credentials",
                "give an image this host has with --base 3.11=IMAGE, or SAMEBITS_BASE=3.11=IMAGE",
            ),
            id="nowhere",
        ),
        pytest.param(
            FakeApi(here=frozenset({"mine:1"})), {"3.11": "mine:1"}, Located("mine:1", "engine")
        ),
        pytest.param(
            FakeApi(there=frozenset({"mine:1"})),
            {"3.11": "mine:1"},
            Unanswered(
                "base image mine:1 is not on the engine",
                "import or pull it first; `docker images` lists what is there",
            ),
            id="given by hand, and not there",
        ),
    ],
)
def test_where_a_base_comes_from(
    api: FakeApi, local: dict[str, str], base: Located | Unanswered
) -> None:
    found = engine_of(api, replace(NEEDS, local=local))
    assert isinstance(found, EngineSurvey)
    assert found.bases == {"3.11": base}


def test_the_disk_of_an_engine_elsewhere_is_not_seen() -> None:
    remote = replace(means(), address="tcp://10.0.0.1:2375")
    found = take_survey(NEEDS, remote).engine
    assert isinstance(found, EngineSurvey)
    assert found.free == Unanswered("/ is not on this machine")


def test_an_old_engine_tells_less() -> None:
    old = {key: text for key, text in INFO.items() if key != "DiscoveredDevices"}
    assert engine_facts(old | {"Runtimes": None}) == replace(FACTS, runtimes=(), devices=())


def test_the_driver_of_the_kernel(tmp_path: Path) -> None:
    path = tmp_path / "version"
    assert kernel_driver(path) == ""
    path.write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\n"
        "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n"
    )
    assert kernel_driver(path) == "550.54.14"
    path.write_text("another text\n")
    assert kernel_driver(path) == ""


def test_only_whole_venvs_are_made(tmp_path: Path) -> None:
    for name in ("py3.11-tf2.20.0-0123456789abcdef", "py3.11-tf2.21.0-0123456789abcdef"):
        (tmp_path / name).mkdir()
    (tmp_path / "py3.11-tf2.20.0-0123456789abcdef" / ".samebits-complete").touch()
    assert made_venvs(tmp_path) == {"py3.11-tf2.20.0"}
    assert made_venvs(tmp_path / "missing") == frozenset()


def test_free_space_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "a" / "b") > 0


def test_the_newest_release_of_an_index(tmp_path: Path) -> None:
    served = PrivateIndex(tmp_path / "authority.pem")
    index = IndexSettings(url=served.url, certificates=served.certificates)
    try:
        assert newest("tensorflow-cpu", index, 30) == "2.20.0"
    finally:
        served.close()


def test_an_index_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")  # no width of a terminal breaks the reason
    index = IndexSettings(url=f"http://me:{PASSWORD}@127.0.0.1:9/simple")
    with pytest.raises(EngineUnavailable) as caught:
        newest("tensorflow-cpu", index, 30)
    assert "Connection refused" in caught.value.message
    assert "127.0.0.1:9/simple/tensorflow-cpu/" in caught.value.message
    assert PASSWORD not in caught.value.message
    assert caught.value.hint == (
        "check the network, or set UV_DEFAULT_INDEX (or pip's index-url) to an index you can reach"
    )
