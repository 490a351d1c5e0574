"""Hash-pinned requirements of one environment, resolved by uv and committed.

Resolving is a subprocess; reading and comparing are pure. A lock names what it was made from in its
first lines, so that drift from the matrix shows without asking an index.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from uv import find_uv_bin

from runner.environments.cuda import LAYERS, Layer, cuda_requirements, layer_of
from runner.environments.index import IndexSettings, scrub
from runner.errors import EngineUnavailable, InputError, StoreError
from runner.matrix import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.matrix.cells import Environment

# TensorFlow 2.21 needs manylinux_2_27, the newest tag of any release in the catalogue.
PLATFORM: Final = "x86_64-manylinux_2_28"
_RESOLVE_SECONDS: Final = 180
_NO_SOLUTION: Final = 1
_UNREACHABLE: Final = (
    "check the network, or set UV_DEFAULT_INDEX (or pip's index-url) to an index you can reach"
)
_PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Lock:
    """The requirements file of one environment: a header of comments, then pinned packages."""

    text: str

    @cached_property
    def header(self) -> str:
        """What it was resolved from."""
        return "".join(line for line in self._lines if line.startswith("#"))

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the pinned packages and their hashes, without the header."""
        return hashlib.sha256("".join(self.layers.values()).encode()).hexdigest()

    @cached_property
    def packages(self) -> dict[str, str]:
        """Package → version."""
        return {found["name"]: found["version"] for found in _PINNED.finditer(self.text)}

    @cached_property
    def layers(self) -> Mapping[Layer, str]:
        """The pinned packages of each layer of an image; empty for a layer that has none.

        Images whose locks are equal up to a layer have that layer in common, so that an axis that
        moves alone leaves those before it as they are.
        """
        parts: dict[Layer, list[str]] = {layer: [] for layer in LAYERS}
        taken: list[str] | None = None
        for line in self._lines:
            if found := _PINNED.match(line):
                taken = parts[layer_of(found["name"])]
            if taken is not None and not line.startswith("#"):
                taken.append(line)
        return {layer: "".join(lines) for layer, lines in parts.items()}

    @property
    def _lines(self) -> list[str]:
        return self.text.splitlines(keepends=True)


@dataclass(frozen=True, slots=True)
class Unresolvable:
    """No set of packages satisfies the environment; `reason` is the resolver's."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One thing in which a lock differs from what would be resolved now."""

    environment: str
    what: str


def requirements(environment: Environment) -> tuple[str, ...]:
    """List what an environment asks for; `cuda` brings NVIDIA's wheels beside TensorFlow's.

    The `and-cuda` extra is never used: its own pins would fight the axes.
    """
    named = (("keras", environment.keras), ("numpy", environment.numpy))
    pinned = [f"{package}=={version}" for package, version in named if version]
    if environment.cuda is None:
        return (f"tensorflow-cpu=={environment.tensorflow}", *pinned)
    return (f"tensorflow=={environment.tensorflow}", *pinned, *cuda_requirements(environment))


def header(environment: Environment, exclude_newer: str | None) -> str:
    """Say in comments what a lock is resolved from."""
    constraints = catalog.constraints(environment.tensorflow)
    overrides = catalog.overrides(environment.tensorflow)
    lines = [
        f"samebits lock of {environment.id}",
        f"requirements: {' '.join(requirements(environment))}",
        *([f"constraints: {' '.join(constraints)}"] if constraints else []),
        *([f"overrides: {', '.join(overrides)}"] if overrides else []),
        f"python: {environment.python}, platform: {PLATFORM}",
        f"exclude-newer: {exclude_newer or 'none'}",
    ]
    return "".join(f"# {line}\n" for line in lines)


def resolve(
    environment: Environment, exclude_newer: str | None, index: IndexSettings
) -> Lock | Unresolvable:
    """Resolve an environment with uv as of a date.

    Raises
    ------
    EngineUnavailable
        The index can't be reached or refuses.
    """
    command = [
        *(find_uv_bin(), "pip", "compile", "-", "--quiet", "--no-config", "--generate-hashes"),
        *("--python-version", environment.python, "--python-platform", PLATFORM),
        *("--only-binary", ":all:", "--no-annotate", "--no-header"),
        *(("--exclude-newer", exclude_newer) if exclude_newer else ()),
    ]
    wanted = "\n".join(requirements(environment)) + "\n"
    with tempfile.TemporaryDirectory(prefix="samebits-lock-") as folder:
        bounds = _files(environment, Path(folder))
        ended = run_uv([*command, *bounds], wanted, index, Path(folder))
    if ended.returncode == 0:
        return Lock(header(environment, exclude_newer) + ended.stdout)
    if ended.returncode == _NO_SOLUTION and "No solution" in ended.stderr:
        return Unresolvable(_cause(ended.stderr))
    raise EngineUnavailable(
        f"package index not usable: {_cause(ended.stderr)}",
        _UNREACHABLE,
    )


def newest(package: str, index: IndexSettings, seconds: int) -> str:
    """Ask the index once, past any cache, for the newest release of a package on Python 3.11.

    Raises
    ------
    EngineUnavailable
        It can't be reached, refuses, or has no such package.
    """
    command = [
        *(find_uv_bin(), "pip", "compile", "-", "--quiet", "--no-config", "--no-cache"),
        *("--no-deps", "--python-version", "3.11", "--python-platform", PLATFORM),
        *("--only-binary", ":all:", "--no-annotate", "--no-header"),
    ]
    once = replace(index, variables=(*index.variables, ("UV_HTTP_RETRIES", "0")))
    with tempfile.TemporaryDirectory(prefix="samebits-lock-") as folder:
        ended = run_uv(command, f"{package}\n", once, Path(folder), seconds)
    found = _PINNED.search(ended.stdout)
    if found is None:
        raise EngineUnavailable(_cause(ended.stderr), _UNREACHABLE)
    return found["version"]


def _files(environment: Environment, folder: Path) -> list[str]:
    """Write what bounds the requirements; returns the options that name the files."""
    options = []
    for option, lines in (
        ("--constraints", catalog.constraints(environment.tensorflow)),
        ("--overrides", catalog.overrides(environment.tensorflow)),
    ):
        path = folder / f"{option.strip('-')}.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        options += [option, str(path)]
    return options


def path_of(environment: Environment, folder: Path) -> Path:
    """Say where the lock of an environment is kept."""
    return folder / f"{environment.id}.txt"


def read_committed(environment: Environment, folder: Path) -> Lock | None:
    """Read an environment's lock, whatever it was made from; None where it is missing.

    Raises
    ------
    InputError
        It can't be read.
    """
    return _read(path_of(environment, folder))


def read_all(folder: Path) -> tuple[Lock, ...]:
    """Read every lock in a folder, of whichever matrix.

    Raises
    ------
    InputError
        One can't be read.
    """
    found = map(_read, sorted(folder.glob("*.txt")))
    return tuple(lock for lock in found if lock)


def _read(path: Path) -> Lock | None:
    try:
        return Lock(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: unreadable lock: {error}", "delete it and lock again") from None


def read(environment: Environment, exclude_newer: str | None, folder: Path) -> Lock | None:
    """Read an environment's lock; None where it is missing or made from something else."""
    lock = read_committed(environment, folder)
    return lock if lock and lock.header == header(environment, exclude_newer) else None


def write(lock: Lock, environment: Environment, folder: Path) -> Path:
    """Write a lock whole, or not at all."""
    path = path_of(environment, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_text(lock.text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: can't write the lock: {error.strerror}") from None
    return path


def drift(environment: Environment, committed: str | None, resolved: Lock) -> Iterable[Drift]:
    """Compare a committed lock's text with the one resolved now; nothing where they agree."""
    if committed is None:
        yield Drift(environment=environment.id, what="was not locked")
        return
    if committed == resolved.text:
        return
    before, now = Lock(committed), resolved
    names = sorted(before.packages.keys() | now.packages.keys())
    moved = [
        f"{name} {before.packages.get(name, 'absent')} → {now.packages.get(name, 'absent')}"
        for name in names
        if before.packages.get(name) != now.packages.get(name)
    ]
    if before.header != now.header:
        moved.insert(0, "other requirements")
    what = ", ".join(moved) or "other file hashes"
    yield Drift(environment=environment.id, what=f"differs: {what}")


def run_uv(
    command: list[str],
    text: str,
    index: IndexSettings,
    folder: Path,
    seconds: int = _RESOLVE_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run uv on a text with the settings of an index, and no other of this host's.

    Raises
    ------
    EngineUnavailable
        It takes longer than so many seconds.
    """
    # Where a width is exported, uv breaks its sentences at it.
    variables = {
        key: text
        for key, text in os.environ.items()
        if not key.startswith("UV_") and key != "COLUMNS"
    }
    kept = {key: os.environ[key] for key in ("UV_CACHE_DIR",) if key in os.environ}
    try:
        return subprocess.run(
            command,
            input=text,
            text=True,
            capture_output=True,
            cwd=folder,
            timeout=seconds,
            env=variables | kept | index.uv_variables(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineUnavailable(
            f"package index did not answer within {seconds} s", "try again later"
        ) from None


def _cause(stderr: str) -> str:
    """The resolver's own sentence, on one line, without credentials."""
    lines = [line.strip() for line in scrub(stderr).splitlines() if line.strip()]
    # Older releases of uv write "Caused by:".
    found = (re.match(r"(?:cause|Caused by):\s*(.*)", line) for line in lines)
    causes = [line[1] for line in found if line]
    return "; ".join(causes[:2] + causes[2:][-1:]) or " ".join(lines)[-500:] or "uv said nothing"
