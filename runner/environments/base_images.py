"""Base images, and the names of the images built on them.

A base is pinned when a registry's digest names it. One that only this host knows is taken by its
image id and marked as unpinned, so that the report can say so.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import requests
from docker.errors import DockerException, ImageNotFound

from runner.environments.connection import why
from runner.environments.engine import Base
from runner.errors import EngineUnavailable, InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from docker import APIClient

    from runner.environments.engine import Blueprint
    from runner.matrix.cells import Environment

BASE_REPOSITORY: Final = "samebits/base"
PINS_FILE: Final = "bases.json"


def image_name(blueprint: Blueprint) -> str:
    """Name an image by the content hash of all that goes into it."""
    digest = hashlib.sha256(blueprint.probe.recipe_sha256.encode())
    for part in (blueprint.lock.sha256, blueprint.base.identity, blueprint.probe.sha256):
        digest.update(part.encode())
    return f"samebits/{blueprint.environment.id}:{digest.hexdigest()[:16]}"


def read_pins(folder: Path) -> dict[str, str]:
    """Read image → registry digest from the file beside the locks; empty where it is missing."""
    path = folder / PINS_FILE
    try:
        pins = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: unreadable: {error}", "delete it and lock again") from None
    if not isinstance(pins, dict) or not all(isinstance(one, str) for one in pins.values()):
        raise InputError(f"{path}: not a table of digests", "delete it and lock again")
    return pins


def write_pins(pins: Mapping[str, str], folder: Path) -> None:
    """Write image → registry digest beside the locks."""
    path = folder / PINS_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(dict(pins), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: can't write: {error.strerror}") from None


def registry_digest(api: APIClient, image: str) -> str:
    """Ask the registry for an image's digest.

    Raises
    ------
    EngineUnavailable
        The registry can't be reached, or has no such image.
    """
    try:
        return str(api.inspect_distribution(image)["Descriptor"]["digest"])
    except (DockerException, requests.RequestException, KeyError) as error:
        raise EngineUnavailable(f"{image}: no digest from its registry: {why(error)}") from None


@dataclass(frozen=True, slots=True)
class Located:
    """A base image that can be had, and whether the engine has it or a registry gives it."""

    image: str
    place: Literal["engine", "registry"]


@dataclass(frozen=True)
class BaseImages:
    """The base image of each Python, with what is pinned.

    `images` is Python → image of the matrix file, `local` the same for images given by hand, which
    are taken as this host has them, `pins` image → registry digest.
    """

    api: APIClient
    images: Mapping[str, str]
    local: Mapping[str, str]
    pins: Mapping[str, str]

    def find(self, environment: Environment) -> Base:
        """Find the base of an environment on the engine, or pull it."""
        wanted, by_hand = self._wanted(environment)
        facts = self._inspect(wanted)
        if facts is None and not by_hand:
            self._pull(wanted, environment)
            facts = self._inspect(wanted)
        if facts is None:
            raise _not_there(wanted)
        return self._as_base(wanted, facts)

    def locate(self, environment: Environment) -> Located:
        """Say where the base of an environment would come from; nothing is pulled or tagged."""
        wanted, by_hand = self._wanted(environment)
        if self._inspect(wanted) is not None:
            return Located(wanted, "engine")
        if by_hand:
            raise _not_there(wanted)
        try:
            registry_digest(self.api, wanted)
        except EngineUnavailable as error:
            _, hint = _no_base(wanted, environment, "")
            raise EngineUnavailable(error.message, hint) from None
        return Located(wanted, "registry")

    def any(self) -> str:
        """Any base image, to look at the engine's machine from."""
        return next(iter([*self.local.values(), *self.images.values()]))

    def _wanted(self, environment: Environment) -> tuple[str, bool]:
        """The image to take, by its digest where it is pinned, and whether it was given by hand."""
        local = None if environment.base else self.local.get(environment.python)
        image = environment.base or local or self.images.get(environment.python)
        if image is None:
            raise EngineUnavailable(
                f"no base image for Python {environment.python}",
                f"add one under 'base:' in the matrix file, or --base {environment.python}=IMAGE",
            )
        digest = None if local else self.pins.get(image)
        return f"{image.split('@')[0]}@{digest}" if digest else image, bool(local)

    def _as_base(self, wanted: str, facts: Mapping[str, object]) -> Base:
        if "@sha256:" in wanted:
            return Base(reference=wanted, identity=wanted.split("@")[1], pinned=True)
        identity = str(facts["Id"])
        short = identity.removeprefix("sha256:")[:16]
        try:
            # A tag can move between now and the build; this one says what it points to.
            self.api.tag(identity, BASE_REPOSITORY, short)
        except (DockerException, requests.RequestException) as error:
            raise EngineUnavailable(f"the engine stopped answering: {why(error)}") from None
        digest = _pulled_digest(facts)
        return Base(
            reference=f"{BASE_REPOSITORY}:{short}", identity=digest or identity, pinned=bool(digest)
        )

    def _inspect(self, image: str) -> Mapping[str, object] | None:
        try:
            facts: Mapping[str, object] = self.api.inspect_image(image)
        except ImageNotFound:
            return None
        except (DockerException, requests.RequestException) as error:
            raise EngineUnavailable(f"the engine stopped answering: {why(error)}") from None
        return facts

    def _pull(self, image: str, environment: Environment) -> None:
        try:
            for row in self.api.pull(image, stream=True, decode=True):
                if "error" in row:
                    raise EngineUnavailable(*_no_base(image, environment, row["error"]))
        except (DockerException, requests.RequestException) as error:
            raise EngineUnavailable(*_no_base(image, environment, why(error))) from None


def _pulled_digest(facts: Mapping[str, object]) -> str:
    """The digest by which a registry knows an image that was pulled from one, or ''."""
    known = facts.get("RepoDigests")
    names = [str(name) for name in known] if isinstance(known, list) else []
    return next((name.partition("@")[2] for name in sorted(names) if "@" in name), "")


def _not_there(image: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"base image {image} is not on the engine",
        "import or pull it first; `docker images` lists what is there",
    )


def _no_base(image: str, environment: Environment, why: str) -> tuple[str, str]:
    """What went wrong, and what to do: an image given by hand is none for an environment's own."""
    given = f"{environment.python}=IMAGE"
    hint = (
        "load it by hand, as with `docker load`, so that `docker images` lists it"
        if environment.base
        else f"give an image this host has with --base {given}, or SAMEBITS_BASE={given}"
    )
    return f"base image {image} can't be pulled: {why}", hint
