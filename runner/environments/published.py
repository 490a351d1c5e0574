"""Which releases of a package there are for a Python on our platform, and which are left aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final, NoReturn

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from runner.environments.lock import PLATFORM
from runner.environments.simple_index import fetch_files
from runner.errors import InputError
from runner.matrix.problems import closest, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from runner.environments.index import IndexSettings
    from runner.environments.simple_index import IndexFile
    from runner.matrix.cells import Cell

_OLDEST_GLIBC: Final = 5
# https://peps.python.org/pep-0600/: what each older name stands for
_OLD_NAMES: Final = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release that has wheels.

    `fits` says whether one is for the Python and platform asked for; `yanked` whether all that
    fit are withdrawn; `uploaded` is when the first of them came, None where the index does not say.
    """

    version: Version
    fits: bool
    yanked: bool = False
    uploaded: datetime | None = None

    def obstacle(self, python: str, newer: str | None, *, pre: bool) -> str:
        """Say why it is left aside, or ''; `newer` is the day as of which packages are taken."""
        if not self.fits:
            return f"no wheel for Python {python}"
        if newer and self.uploaded and self.uploaded >= _day_after(newer):
            return f"newer than resolve.exclude-newer, {newer}"
        if self.yanked:
            return "withdrawn"
        return "pre-release" if self.version.is_prerelease and not pre else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What lies from one release to another: those to go through, and those left aside and why."""

    releases: tuple[str, ...]
    aside: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Which releases are taken: for a Python, as of a day or None, pre-releases too or not."""

    python: str
    newer: str | None
    pre: bool

    def obstacle(self, release: Release) -> str:
        """Say why a release is left aside, or ''."""
        return release.obstacle(self.python, self.newer, pre=self.pre)


def span(releases: Sequence[Release], ends: tuple[str, str], taken: Taken) -> Span:
    """Give the releases from one end to the other, both with it.

    An end that is yanked or a pre-release is taken all the same: it was asked for by name.

    Raises
    ------
    InputError
        An end is not there, can't be installed, or is not before the other.
    """
    first, last = (
        _end(releases, f"{option} {shown(text)}", text, taken)
        for option, text in zip(("--from", "--to"), ends, strict=True)
    )
    if first.version >= last.version:
        raise InputError(f"--from {ends[0]} --to {ends[1]}: the first must be the older one")
    inside = [one for one in releases if first.version <= one.version <= last.version]
    told = [(one, "" if one in (first, last) else taken.obstacle(one)) for one in inside]
    return Span(
        releases=tuple(str(one.version) for one, why in told if not why),
        aside=tuple((str(one.version), why) for one, why in told if why),
    )


def _end(releases: Sequence[Release], asked: str, text: str, taken: Taken) -> Release:
    try:
        version = Version(text)
    except InvalidVersion:
        raise InputError(f"{asked}: no version") from None
    found = next((one for one in releases if one.version == version), None)
    if found is None:
        _refuse(asked, "the index has no such release", text, releases, taken)
    if not found.fits:
        _refuse(asked, taken.obstacle(found), "", releases, taken)
    if (why := taken.obstacle(found)).startswith("newer"):
        raise InputError(f"{asked}: {why}", "Move that date in the matrix file.")
    return found


def _refuse(asked: str, why: str, text: str, releases: Sequence[Release], taken: Taken) -> NoReturn:
    there = [str(one.version) for one in releases if not taken.obstacle(one)]
    near = closest(text, there[::-1]) if text else ""
    meant = f", did you mean {shown(near)}?" if near else ""
    has = f"it has {there[0]} to {there[-1]}" if there else "it has none"
    raise InputError(f"{asked}: {why}{meant}", f"For Python {taken.python} {has}.")


def package_of(axis: str, cell: Cell) -> str:
    """Name the package whose releases are the values of an axis in a cell."""
    if axis == "tensorflow":
        return "tensorflow" if cell.environment.cuda else "tensorflow-cpu"
    return axis


def fetch_releases(package: str, python: str, index: IndexSettings) -> tuple[Release, ...]:
    """Ask the index for the releases of a package, the oldest first.

    Raises
    ------
    EngineUnavailable
        The index can't be reached, refuses, or has no such package.
    """
    return releases_of(fetch_files(package, index), python)


def releases_of(files: Iterable[IndexFile], python: str) -> tuple[Release, ...]:
    """Sort the wheels among the files of a package by release; what is no wheel does not count."""
    tags = wheel_tags(python)
    wheels = sorted(_wheels(files), key=lambda pair: pair[0])
    return tuple(
        _release(version, [file for _, file in same], python, tags)
        for version, same in groupby(wheels, key=lambda pair: pair[0])
    )


def wheel_tags(python: str) -> frozenset[Tag]:
    """Give the tags of the wheels that a Python on our platform installs."""
    major, minor = map(int, python.split("."))
    arch, _, newest = PLATFORM.partition("-manylinux_2_")
    glibc = range(int(newest), _OLDEST_GLIBC - 1, -1)
    platforms = [f"manylinux_2_{number}_{arch}" for number in glibc]
    platforms += [f"{name}_{arch}" for name in _OLD_NAMES.values()] + [f"linux_{arch}"]
    interpreter = f"cp{major}{minor}"
    own = cpython_tags((major, minor), [interpreter], platforms)
    return frozenset((*own, *compatible_tags((major, minor), interpreter, platforms)))


def _wheels(files: Iterable[IndexFile]) -> Iterator[tuple[Version, IndexFile]]:
    for file in files:
        try:
            _, version, _, _ = parse_wheel_filename(file.name)
        except InvalidWheelFilename:
            continue
        # A pin of such a version would not be the plain text that an axis holds.
        if not version.local and not version.epoch:
            yield version, file


def _release(
    version: Version, files: Collection[IndexFile], python: str, tags: frozenset[Tag]
) -> Release:
    fitting = [file for file in files if _fits(file, python, tags)]
    uploads = [file.uploaded for file in fitting if file.uploaded]
    return Release(
        version=version,
        fits=bool(fitting),
        yanked=bool(fitting) and all(file.yanked for file in fitting),
        uploaded=min(uploads, default=None),
    )


def _fits(file: IndexFile, python: str, tags: frozenset[Tag]) -> bool:
    try:
        wanted = SpecifierSet(file.requires_python)
    except InvalidSpecifier:  # old packages have such; uv takes them for none
        wanted = SpecifierSet()
    return f"{python}.0" in wanted and not tags.isdisjoint(parse_wheel_filename(file.name)[3])


def _day_after(day: str) -> datetime:
    """The end of a day where this host is, as uv takes a date without a time."""
    return datetime.fromisoformat(day).astimezone() + timedelta(days=1)
