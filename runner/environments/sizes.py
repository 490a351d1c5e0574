"""How large the pinned wheels are: asked of an index when locking, committed beside the locks.

A size only tells beforehand what a matrix costs; nothing is built from it and no result depends on
it. So an index that tells none is no error, and a size that is missing makes no lock out of date.
"""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import unquote, urlsplit

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from uv import find_uv_bin

from runner.environments.lock import PLATFORM, Lock, run_uv
from runner.errors import InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.environments.index import IndexSettings

SIZES_FILE: Final = "sizes.json"
_AGAIN: Final = "delete it and lock again"
_OLDEST_GLIBC, _NEWEST_GLIBC = 5, 28  # manylinux1 is 2.5, and `PLATFORM` is 2.28
_LEGACY: Final = ("manylinux2014", "manylinux2010", "manylinux1", "linux")

Size = Annotated[int, Field(strict=True, ge=0)]
_Table = TypeAdapter(dict[str, Size])


@dataclass(frozen=True, slots=True)
class Wheel:
    """One file that is installed. `size` is in bytes, None where it is not known."""

    name: str
    version: str
    size: int | None


@dataclass(frozen=True)
class Sizes:
    """Bytes by the file name of a wheel, which tells its package, version and platform."""

    table: Mapping[str, int]

    def wheels(self, lock: Lock, python: str) -> tuple[Wheel, ...]:
        """Each package of a lock as the wheel that this Python would be given."""
        return tuple(
            Wheel(name, version, self._size(name, version, python))
            for name, version in lock.packages.items()
        )

    def _size(self, name: str, version: str, python: str) -> int | None:
        file = best(self._files.get((name, version), ()), python)
        return None if file is None else self.table[file]

    @cached_property
    def _files(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The file names by package and version."""
        found: dict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
        for file in self.table:
            if package := _package(file):
                found[package] += (file,)
        return found


class _Listed(BaseModel):
    """A wheel in a `pylock.toml` (https://packaging.python.org/en/latest/specifications/pylock-toml/)."""

    url: str = ""
    path: str = ""
    size: Size | None = None
    hashes: dict[str, str] = {}

    @property
    def file(self) -> str:
        """Its file name."""
        return unquote(urlsplit(self.url).path or self.path).rpartition("/")[2]


class _Package(BaseModel):
    wheels: tuple[_Listed, ...] = ()


class _Pylock(BaseModel):
    packages: tuple[_Package, ...] = ()


def best(files: Iterable[str], python: str) -> str | None:
    """Pick the wheel that is installed, by the order of its Python's tags; None where none fits."""
    order = _tags(python)
    fitting = ((_rank(file, order), file) for file in files)
    found = [(rank, file) for rank, file in fitting if rank is not None]
    return min(found)[1] if found else None


def ask_sizes(lock: Lock, python: str, index: IndexSettings) -> dict[str, int]:
    """Ask the index for the sizes of a lock's wheels, by file name; some or all may be missing.

    The lock itself is what is asked for, and not resolved anew.

    Raises
    ------
    EngineUnavailable
        The index does not answer in time.
    """
    command = [
        *(find_uv_bin(), "pip", "compile", "-", "--quiet", "--no-config", "--no-deps"),
        *("--format", "pylock.toml", "--python-version", python, "--python-platform", PLATFORM),
        *("--only-binary", ":all:", "--no-annotate", "--no-header"),
    ]
    with tempfile.TemporaryDirectory(prefix="samebits-sizes-") as folder:
        ended = run_uv(command, lock.text, index, Path(folder))
    return read_pylock(ended.stdout, lock, python) if ended.returncode == 0 else {}


def read_pylock(text: str, lock: Lock, python: str) -> dict[str, int]:
    """Read the sizes of the wheels that this Python is given, from a `pylock.toml`. Pure.

    Only files that the lock pins by their SHA-256 count; older releases of uv list those of every
    platform, and an index may tell no size.
    """
    try:
        packages = _Pylock.model_validate(tomllib.loads(text)).packages
    except (tomllib.TOMLDecodeError, ValidationError):
        return {}
    found: dict[str, int] = {}
    for package in packages:
        pinned = {
            one.file: one.size
            for one in package.wheels
            if f"sha256:{one.hashes.get('sha256', 'none')}" in lock.text
        }
        file = best(pinned, python)
        size = pinned[file] if file else None
        if file and size is not None:
            found[file] = size
    return found


def read_sizes(folder: Path) -> Sizes:
    """Read the sizes beside the locks; none where the file is missing.

    Raises
    ------
    InputError
        It is no table of sizes.
    """
    path = folder / SIZES_FILE
    try:
        return Sizes(_Table.validate_json(path.read_bytes()))
    except FileNotFoundError:
        return Sizes({})
    except OSError as error:
        raise InputError(f"{path}: unreadable: {error.strerror}", _AGAIN) from None
    except ValidationError:
        raise InputError(f"{path}: not a table of sizes in bytes", _AGAIN) from None


def write_sizes(sizes: Sizes, folder: Path) -> Path:
    """Write the sizes beside the locks, sorted, whole or not at all."""
    path = folder / SIZES_FILE
    text = json.dumps(dict(sizes.table), indent=0, sort_keys=True) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: can't write the sizes: {error.strerror}") from None
    return path


def pinned_by(locks: Iterable[Lock], sizes: Sizes) -> Sizes:
    """Leave out the sizes of wheels that none of the locks pins any more."""
    pins = {pin for lock in locks for pin in lock.packages.items()}
    kept = {file: size for file, size in sizes.table.items() if _package(file) in pins}
    return Sizes(kept)


def _rank(file: str, order: Mapping[Tag, int]) -> int | None:
    """The place of a wheel's best tag in the order; None where none of its tags is in it."""
    try:
        tags = parse_wheel_filename(file)[3]
    except InvalidWheelFilename:
        return None
    return min((order[tag] for tag in tags if tag in order), default=None)


def _package(file: str) -> tuple[str, str] | None:
    try:
        name, version, _, _ = parse_wheel_filename(file)
    except InvalidWheelFilename:
        return None
    return name, str(version)


@cache
def _tags(python: str) -> Mapping[Tag, int]:
    """The tags that CPython of a version takes on `PLATFORM`, with their places; best first."""
    major, minor = python.split(".")[:2]
    version, interpreter = (int(major), int(minor)), f"cp{major}{minor}"
    glibc = range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1)
    names = [*(f"manylinux_2_{number}" for number in glibc), *_LEGACY]
    platforms = [f"{name}_x86_64" for name in names]
    tags = [
        *cpython_tags(version, abis=[interpreter], platforms=platforms),
        *compatible_tags(version, interpreter, platforms),
    ]
    return {tag: place for place, tag in reversed(list(enumerate(tags)))}
