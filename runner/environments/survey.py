"""What this host has for a matrix: engine, base images, index, interpreters, disk. It only looks.

Nothing is pulled, built, tagged or run. All that is asked goes through `Means`, so that tests ask
something else.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.environments.base_images import BaseImages
from runner.environments.question import Question, Unanswered
from runner.environments.venv import MADE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from docker import APIClient

    from runner.environments.base_images import Located
    from runner.environments.buildkit import BuildCommand
    from runner.environments.engine import Base
    from runner.matrix.cells import Environment

SECONDS: Final = 8
_DRIVER: Final = Path("/proc/driver/nvidia/version")
_VERSION: Final = re.compile(r"\b[0-9]{3,}\.[0-9]+(?:\.[0-9]+)?\b")
_HOOK: Final = "nvidia-container-runtime-hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What an engine says of itself. `root` is where it keeps images, `memory` in bytes.

    `runtimes` are its container runtimes, `devices` the GPUs that it found by CDI, `cdi_folders`
    where it looks for them, which an engine that does not speak CDI does nowhere.
    """

    version: str
    system: str
    cores: int
    memory: int
    root: str
    runtimes: tuple[str, ...]
    devices: tuple[str, ...]
    cdi_folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSurvey:
    """An engine that answers, and what it has.

    `bases` is where each base would come from, by `base_name`; `built` the environments of which it
    has an image, of whichever lock; `free` the bytes that are free where it keeps images.
    """

    address: str
    facts: EngineFacts
    bases: Mapping[str, Located | Unanswered]
    built: frozenset[str] | Unanswered
    free: int | Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All answers.

    `driver` is the version of the NVIDIA driver that the kernel has loaded, `hook` the path of the
    NVIDIA runtime's hook in this PATH; both are empty where there is none. `newest` is the newest
    TensorFlow of the index, `free` the bytes that are free at `home`, and `venvs` are the
    environments that there is a whole venv of, of whichever lock.
    """

    engine: EngineSurvey | Unanswered
    build: BuildCommand | Unanswered
    driver: str
    hook: str
    index: str
    newest: str | Unanswered
    interpreters: Mapping[str, Base | Unanswered]
    home: Path
    free: int | Unanswered
    venvs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """How the questions are asked. `connect` gives an engine at `address`, or raises."""

    address: str
    connect: Callable[[], APIClient]
    build: Callable[[], BuildCommand]
    index: str
    newest: Callable[[], str]
    interpreter: Callable[[str], Base]
    free: Callable[[Path], int]
    driver: Callable[[], str]
    hook: Callable[[], str]
    venvs: Callable[[], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a matrix needs: environments, images by Python, those given by hand, digests, a home."""

    environments: tuple[Environment, ...]
    images: Mapping[str, str]
    local: Mapping[str, str]
    pins: Mapping[str, str]
    home: Path


def base_name(environment: Environment) -> str:
    """What a base is chosen by: an image of the environment's own, or else its Python."""
    return environment.base or environment.python


def take_survey(needs: Needs, means: Means, seconds: float = SECONDS) -> Survey:
    """Ask everything; each question has so many seconds, and most are asked at once."""
    pythons = dict.fromkeys(environment.python for environment in needs.environments)
    build, newest = Question(means.build, seconds), Question(means.newest, seconds)
    found = {one: Question(partial(means.interpreter, one), seconds) for one in pythons}
    free = Question(partial(means.free, needs.home), seconds)
    return Survey(
        engine=_survey_engine(needs, means, seconds),
        build=build.answer(),
        driver=means.driver(),
        hook=means.hook(),
        index=means.index,
        newest=newest.answer(),
        interpreters={python: question.answer() for python, question in found.items()},
        home=needs.home,
        free=free.answer(),
        venvs=means.venvs(),
    )


def engine_facts(info: Mapping[str, object]) -> EngineFacts:
    """Read what an engine says of itself; what an old one does not tell is empty. Pure."""
    listed, runtimes = info.get("DiscoveredDevices"), info.get("Runtimes")
    devices = listed if isinstance(listed, list) else []
    folders = info.get("CDISpecDirs")
    names = [str(row.get("ID")) for row in devices if isinstance(row, dict)]
    return EngineFacts(
        version=str(info["ServerVersion"]),
        system=str(info["OperatingSystem"]),
        cores=int(str(info["NCPU"])),
        memory=int(str(info["MemTotal"])),
        root=str(info["DockerRootDir"]),
        runtimes=tuple(sorted(runtimes)) if isinstance(runtimes, dict) else (),
        devices=tuple(name for name in names if name.startswith("nvidia.com/gpu=")),
        cdi_folders=tuple(map(str, folders)) if isinstance(folders, list) else (),
    )


def kernel_driver(path: Path = _DRIVER) -> str:
    """The version of the NVIDIA driver that the kernel has loaded; '' without one."""
    try:
        found = _VERSION.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return found[0] if found else ""


def runtime_hook() -> str:
    """The path of the NVIDIA runtime's hook, or ''; an engine looks for it when it starts."""
    return shutil.which(_HOOK) or ""


def made_venvs(folder: Path) -> frozenset[str]:
    """The ids of the environments that there is a whole venv of."""
    return frozenset(path.parent.name.rpartition("-")[0] for path in folder.glob(f"*/{MADE}"))


def free_bytes(path: Path) -> int:
    """The bytes that are free where a path is, or would be made."""
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    return shutil.disk_usage(there).free


def _survey_engine(needs: Needs, means: Means, seconds: float) -> EngineSurvey | Unanswered:
    api = Question(means.connect, seconds).answer()
    if isinstance(api, Unanswered):
        return api
    try:
        facts = Question(lambda: engine_facts(api.info()), seconds).answer()
        if isinstance(facts, Unanswered):
            return facts
        images = BaseImages(api, needs.images, needs.local, needs.pins)
        by_name = {base_name(one): one for one in needs.environments}
        bases = {name: Question(partial(images.locate, by_name[name]), seconds) for name in by_name}
        built = Question(lambda: _built(api), seconds)
        free = Question(lambda: _free_at(means, facts.root), seconds)
        return EngineSurvey(
            address=means.address,
            facts=facts,
            bases={name: question.answer() for name, question in bases.items()},
            built=built.answer(),
            free=free.answer(),
        )
    finally:
        api.close()


def _built(api: APIClient) -> frozenset[str]:
    label = "samebits.environment"
    labels = [row.get("Labels") or {} for row in api.images(filters={"label": label})]
    return frozenset(str(row[label]) for row in labels if label in row)


def _free_at(means: Means, root: str) -> int:
    """Free bytes of the engine's own disk, which only an engine of this machine lets one see."""
    path = Path(root)
    if not means.address.startswith("unix:") or not path.exists():
        raise FileNotFoundError(0, f"{root} is not on this machine")
    return means.free(path)
