"""Base images: pinned by a registry, or taken as this host has them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import pytest
import requests
from docker.errors import APIError, DockerException, ImageNotFound

from runner.environments.base_images import (
    BaseImages,
    image_name,
    read_pins,
    registry_digest,
    write_pins,
)
from runner.environments.engine import Base, Blueprint
from runner.environments.lock import Lock
from runner.environments.probe import ProbeSource
from runner.errors import EngineUnavailable, InputError, StoreError
from runner.matrix.cells import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import APIClient

OFFICIAL = "python:3.11-slim-bookworm"
ENVIRONMENT = Environment(python="3.11", tensorflow="2.20.0")
DIGEST = "sha256:" + "ab" * 32
RECIPE = ("Dockerfile", "install", "provide-python", "probe/__main__.py")
IMAGE_ID = "sha256:" + "cd" * 32
HINT = "give an image this host has with --base 3.11=IMAGE, or SAMEBITS_BASE=3.11=IMAGE"


@dataclass
class FakeApi:
    """An engine that has `images`, and a registry that gives `rows` when one is pulled."""

    images: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    pull_error: Exception | None = None
    inspect_error: Exception | None = None
    distribution: dict[str, object] | Exception = field(default_factory=dict)
    pulled: list[str] = field(default_factory=list)
    tagged: list[tuple[str, str, str]] = field(default_factory=list)

    def inspect_image(self, image: str) -> dict[str, str]:
        if self.inspect_error:
            raise self.inspect_error
        if image not in self.images:
            raise ImageNotFound(f"No such image: {image}")
        return {"Id": self.images[image]}

    def pull(self, image: str, *, stream: bool, decode: bool) -> Iterator[dict[str, str]]:
        assert stream
        assert decode
        self.pulled.append(image)
        if self.pull_error:
            raise self.pull_error
        yield {"status": "Pulling"}
        yield from self.rows
        self.images[image] = IMAGE_ID

    def tag(self, image: str, repository: str, tag: str) -> None:
        self.tagged.append((image, repository, tag))

    def inspect_distribution(self, image: str) -> dict[str, object]:
        assert image
        if isinstance(self.distribution, Exception):
            raise self.distribution
        return self.distribution


def find(
    api: FakeApi,
    environment: Environment = ENVIRONMENT,
    local: dict[str, str] | None = None,
    pins: dict[str, str] | None = None,
) -> Base:
    images = BaseImages(cast("APIClient", api), {"3.11": OFFICIAL}, local or {}, pins or {})
    return images.find(environment)


# what is found


def test_a_pinned_image_is_named_by_its_digest() -> None:
    wanted = f"{OFFICIAL}@{DIGEST}"
    api = FakeApi(images={wanted: IMAGE_ID})
    assert find(api, pins={OFFICIAL: DIGEST}) == Base(
        reference=wanted, identity=DIGEST, pinned=True
    )
    assert (api.pulled, api.tagged) == ([], [])


def test_a_digest_in_the_matrix_file_pins() -> None:
    image = f"registry/base@{DIGEST}"
    environment = replace(ENVIRONMENT, base=image)
    api = FakeApi(images={image: IMAGE_ID})
    assert find(api, environment) == Base(reference=image, identity=DIGEST, pinned=True)


def test_an_image_without_digest_is_held_by_its_id() -> None:
    api = FakeApi(images={OFFICIAL: IMAGE_ID})
    base = find(api)
    assert base == Base(reference=f"samebits/base:{'cd' * 8}", identity=IMAGE_ID, pinned=False)
    assert api.tagged == [(IMAGE_ID, "samebits/base", "cd" * 8)]


def test_an_image_that_is_missing_is_pulled() -> None:
    api = FakeApi()
    assert find(api).identity == IMAGE_ID
    assert api.pulled == [OFFICIAL]


def test_a_pinned_image_is_pulled_by_its_digest() -> None:
    api = FakeApi()
    assert find(api, pins={OFFICIAL: DIGEST}).pinned
    assert api.pulled == [f"{OFFICIAL}@{DIGEST}"]


@pytest.mark.parametrize(
    ("base", "local", "wanted"),
    [
        pytest.param(None, {}, OFFICIAL, id="of the matrix"),
        pytest.param(None, {"3.11": "mine:1"}, "mine:1", id="given by hand"),
        pytest.param(None, {"3.12": "mine:1"}, OFFICIAL, id="given by hand for another python"),
        pytest.param("nvidia/cuda:1", {}, "nvidia/cuda:1", id="the environment's own"),
        pytest.param("nvidia/cuda:1", {"3.11": "mine:1"}, "nvidia/cuda:1", id="its own wins"),
    ],
)
def test_which_image(base: str | None, local: dict[str, str], wanted: str) -> None:
    api = FakeApi(images={wanted: IMAGE_ID})
    assert find(api, replace(ENVIRONMENT, base=base), local).identity == IMAGE_ID


def test_an_image_given_by_hand_is_taken_as_this_host_has_it() -> None:
    api = FakeApi(images={OFFICIAL: IMAGE_ID})
    base = find(api, local={"3.11": OFFICIAL}, pins={OFFICIAL: DIGEST})
    assert (base.identity, base.pinned) == (IMAGE_ID, False)


def test_an_environments_own_image_is_pulled_whatever_is_given_by_hand() -> None:
    api = FakeApi()
    find(api, replace(ENVIRONMENT, base="nvidia/cuda:1"), {"3.11": "mine:1"})
    assert api.pulled == ["nvidia/cuda:1"]


# what is not found


def refused(
    api: FakeApi,
    environment: Environment = ENVIRONMENT,
    local: dict[str, str] | None = None,
) -> tuple[str, str]:
    with pytest.raises(EngineUnavailable) as caught:
        find(api, environment, local)
    return caught.value.message, caught.value.hint


def test_an_image_given_by_hand_is_never_pulled() -> None:
    api = FakeApi()
    assert refused(api, local={"3.11": "mine:1"}) == (
        "base image mine:1 is not on the engine",
        "import or pull it first; `docker images` lists what is there",
    )
    assert api.pulled == []


def test_no_image_for_a_python() -> None:
    assert refused(FakeApi(), replace(ENVIRONMENT, python="3.12")) == (
        "no base image for Python 3.12",
        "add one under 'base:' in the matrix file, or --base 3.12=IMAGE",
    )


@pytest.mark.parametrize(
    ("api", "why"),
    [
        pytest.param(
            FakeApi(rows=[{"error": "manifest unknown"}]), "manifest unknown", id="in the stream"
        ),
        pytest.param(
            FakeApi(pull_error=APIError("500", explanation="dial tcp:\n  no such host")),
            "dial tcp: no such host",
            id="the engine's explanation, in one line",
        ),
        pytest.param(
            FakeApi(pull_error=requests.ConnectionError("reset")), "reset", id="connection"
        ),
        pytest.param(FakeApi(pull_error=DockerException("a" * 400)), "a" * 300, id="a long one"),
    ],
)
def test_an_image_that_can_not_be_pulled(api: FakeApi, why: str) -> None:
    assert refused(api) == (f"base image {OFFICIAL} can't be pulled: {why}", HINT)


def test_an_image_given_by_hand_is_no_remedy_for_an_environment_s_own() -> None:
    api = FakeApi(rows=[{"error": "no such host"}])
    with pytest.raises(EngineUnavailable) as caught:
        find(api, replace(ENVIRONMENT, base="nvidia/cuda:11.2.2"), local={"3.11": "mine:1"})
    assert caught.value.message == "base image nvidia/cuda:11.2.2 can't be pulled: no such host"
    assert caught.value.hint == (
        "load it by hand, as with `docker load`, so that `docker images` lists it"
    )


def test_an_engine_that_stops_answering() -> None:
    api = FakeApi(inspect_error=requests.ConnectionError("broken pipe"))
    assert refused(api) == ("the engine stopped answering: broken pipe", "")


# digests of a registry


def test_the_digest_of_a_registry() -> None:
    api = FakeApi(distribution={"Descriptor": {"digest": DIGEST}})
    assert registry_digest(cast("APIClient", api), OFFICIAL) == DIGEST


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(APIError("404", explanation="not found"), "not found", id="no such image"),
        pytest.param(requests.ConnectionError("reset"), "reset", id="connection"),
        pytest.param({}, "'Descriptor'", id="another answer"),
    ],
)
def test_no_digest(answer: dict[str, object] | Exception, why: str) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        registry_digest(cast("APIClient", FakeApi(distribution=answer)), OFFICIAL)
    assert caught.value.message == f"{OFFICIAL}: no digest from its registry: {why}"


# the file of pins


def test_pins_are_kept_beside_the_locks(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    assert read_pins(folder) == {}
    write_pins({"b": "2", "a": "1"}, folder)
    assert (folder / "bases.json").read_text() == '{\n  "a": "1",\n  "b": "2"\n}\n'
    assert read_pins(folder) == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"{", "unreadable: Expecting property name", id="no JSON"),
        pytest.param(b"\xff", "unreadable: 'utf-8' codec", id="no text"),
        pytest.param(b"[]", "not a table of digests", id="a list"),
        pytest.param(json.dumps({"a": 1}).encode(), "not a table of digests", id="a number"),
    ],
)
def test_pins_that_are_none(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "bases.json").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_pins(tmp_path)
    assert caught.value.message.startswith(f"{tmp_path}/bases.json: {said}")
    assert caught.value.hint == "delete it and lock again"


def test_pins_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "locks").touch()
    with pytest.raises(StoreError) as caught:
        write_pins({}, tmp_path / "locks")
    assert caught.value.message == f"{tmp_path}/locks/bases.json: can't write: File exists"


# names of images


@pytest.fixture
def blueprint(tmp_path: Path) -> Blueprint:
    (tmp_path / "probe").mkdir()
    for name in RECIPE:
        (tmp_path / name).write_text("text")
    return Blueprint(
        environment=ENVIRONMENT,
        base=Base(reference="a:1", identity=IMAGE_ID, pinned=False),
        lock=Lock("a==1\n"),
        probe=ProbeSource(tmp_path),
    )


@pytest.mark.parametrize("name", RECIPE)
def test_another_recipe_is_another_image(blueprint: Blueprint, name: str) -> None:
    before = image_name(blueprint)
    (blueprint.probe.images / name).write_text("other")
    fresh = replace(blueprint, probe=ProbeSource(blueprint.probe.images))
    assert image_name(fresh) != before


def test_the_name_of_an_image_follows_its_content(blueprint: Blueprint) -> None:
    repository, tag = image_name(blueprint).split(":")
    assert repository == "samebits/py3.11-tf2.20.0"
    assert len(tag) == 16
    same = replace(
        blueprint, lock=Lock("# header\na==1\n"), base=replace(blueprint.base, reference="b")
    )
    assert image_name(same) == image_name(blueprint)
    others = [
        replace(blueprint, lock=Lock("a==2\n")),
        replace(blueprint, base=replace(blueprint.base, identity=DIGEST)),
    ]
    assert len({image_name(one) for one in [blueprint, *others]}) == 3
