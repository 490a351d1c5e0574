"""matrix.yaml, read and checked: either a `Matrix`, or one error with all that is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import ValidationError

from runner.errors import InputError
from runner.matrix import document
from runner.matrix.expand import expand
from runner.matrix.model import (
    Exclusion,
    Group,
    Inclusion,
    MatrixFile,
    ProbeSection,
    Resolve,
    Section,
    Settings,
)
from runner.matrix.problems import MOST_FINDINGS, Finding, MatrixError, Path, closest
from runner.matrix.values import kind

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from runner.matrix.cells import Cell, Excluded
    from runner.matrix.document import Data

PLACES: dict[str, type[Section]] = {
    "settings": Settings,
    "probe": ProbeSection,
    "resolve": Resolve,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How often and within what bounds the probe runs in each cell.

    `path` is that of one's own cases, from the folder of the matrix file, or empty.
    """

    trials: int
    repeats: int
    seed: int
    timeout_seconds: int
    memory_bytes: int
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A whole matrix file. `bases` has an image for every Python that an environment uses."""

    name: str
    text_sha256: str
    bases: Mapping[str, str]
    exclude_newer: str | None
    cells: tuple[Cell, ...]
    excluded: tuple[Excluded, ...]
    probe: Probe


def load(path: pathlib.Path) -> Matrix:
    """Read and check a matrix file; InputError where it can't be read or is wrong."""
    try:
        with path.open("rb") as file:
            raw = file.read(document.MOST_BYTES + 1)
    except OSError as error:
        hint = (
            "Run this where matrix.yaml is, name the file with --matrix, or begin one with "
            "`python -m runner init`."
        )
        raise InputError(f"{path}: {error.strerror}", hint) from error
    return parse(document.decode(raw, str(path)), str(path))


def parse(text: str, name: str) -> Matrix:
    """Check the text of a matrix file; MatrixError lists everything that is wrong with it."""
    read = document.read(text, name)
    file, findings = _checked(read.data)
    expansion = expand(file) if file else None
    findings += expansion.findings if expansion else ()
    problems = [*read.problems, *(read.problem(finding) for finding in findings)]
    if problems or file is None or expansion is None:
        raise MatrixError(name, problems)
    return Matrix(
        name=name,
        text_sha256=read.sha256,
        bases=_bases(file, expansion.cells),
        exclude_newer=file.resolve.exclude_newer,
        cells=expansion.cells,
        excluded=expansion.excluded,
        probe=Probe(
            trials=file.probe.trials,
            repeats=file.probe.repeats,
            seed=file.probe.seed,
            timeout_seconds=file.probe.timeout,
            memory_bytes=file.probe.memory,
            path=file.probe.path,
        ),
    )


def _bases(file: MatrixFile, cells: tuple[Cell, ...]) -> Mapping[str, str]:
    pythons = dict.fromkeys(cell.environment.python for cell in cells)
    official = {python: f"python:{python}-slim-bookworm" for python in pythons}
    return MappingProxyType({**official, **file.base})


def _checked(data: Data) -> tuple[MatrixFile | None, tuple[Finding, ...]]:
    """Return the file as far as it is right, and what is wrong with the rest."""
    try:
        return MatrixFile.model_validate(data), ()
    except ValidationError as error:
        errors = error.errors(include_url=False)
    findings = tuple(_finding(details) for details in errors[:MOST_FINDINGS])
    return _sound(data, {details["loc"][:2] for details in errors}), findings


def _sound(data: Data, wrong: set[Path]) -> MatrixFile | None:
    """The groups without a mistake, so that their rules are checked in the same run.

    A mistake in the settings leaves nothing to check, since any rule may name them.
    """
    if not isinstance(data, dict) or any(path[:1] == ("settings",) for path in wrong):
        return None
    groups = data.get("environments")
    if not isinstance(groups, dict):
        return None
    sound = {name: group for name, group in groups.items() if ("environments", name) not in wrong}
    rest = {"version": "1", "environments": sound, "settings": data.get("settings", {})}
    return MatrixFile.model_validate(rest) if sound else None


def _finding(details: ErrorDetails) -> Finding:
    path = details["loc"]
    if details["type"] == "extra_forbidden":
        return _unknown(path)
    if path[-1:] == ("[key]",):  # so pydantic names what is wrong with a key
        path = path[:-1]
    match details["type"]:
        case "matrix":
            item = details["ctx"]["item"]
            return Finding(
                path=path if item < 0 else (*path, item),
                message=details["ctx"]["message"],
                suggestion=details["ctx"]["suggestion"],
            )
        case "missing":
            return Finding(path=path[:-1], message=f"needs the key {path[-1]!r}")
        case "model_type" | "dict_type":
            message = f"expected a mapping, found {kind(details['input'])}"
            return Finding(path=path, message=message)
        case "tuple_type":
            message = f"expected a list, found {kind(details['input'])}"
            return Finding(path=path, message=message)
        case _:
            return Finding(path=path, message=details["msg"])


def _unknown(path: Path) -> Finding:
    key = str(path[-1])
    keys = _keys(_section(path[:-1]))
    suggestion = closest(key, keys)
    elsewhere = [place for place, section in PLACES.items() if key in _keys(section)]
    if elsewhere and not suggestion:
        return Finding(path=path, message=f"unknown key here; it belongs in {elsewhere[0]}")
    return Finding(path=path, message="unknown key", suggestion=suggestion)


def _keys(section: type[Section]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in section.model_fields.items())


def _section(path: Path) -> type[Section]:
    """Return the type of the mapping at `path`."""
    match path:
        case ("environments", _):
            return Group
        case ("environments", _, "exclude", _):
            return Exclusion
        case ("environments", _, "include", _):
            return Inclusion
        case (str(name),):
            return PLACES[name]
        case _:
            return MatrixFile
