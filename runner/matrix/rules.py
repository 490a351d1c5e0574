"""What is wrong with groups and rules that can each be read.

They contradict themselves, name what is not there, or are too many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.matrix.axes import devices, merged, named, size, texts
from runner.matrix.problems import Finding, Path, closest, shown
from runner.matrix.versions import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.matrix.axes import Values
    from runner.matrix.model import Axes, Exclusion, Group, MatrixFile, Settings

MOST_CELLS = 10_000
MOST_RULES = 100


def findings(file: MatrixFile) -> Iterator[Finding]:
    """Yield what is wrong with a file's groups and their rules, before a cell is made of them."""
    yield from _settings(file.settings)
    for name, group in file.environments.items():
        yield from _group(("environments", name), group, file.settings)
    if not file.environments:
        yield Finding(path=("environments",), message="names no environments")
    if (count := size(file)) > MOST_CELLS:
        message = f"{count:,} cells, more than {MOST_CELLS:,}"
        yield Finding(path=("environments",), message=message)


def _settings(settings: Settings) -> Iterator[Finding]:
    if not settings.env:
        yield Finding(path=("settings", "env"), message="names no set of variables")
    if settings.env.get("none"):
        message = "none is the name for no variables at all; choose another"
        yield Finding(path=("settings", "env", "none"), message=message)


def _group(path: Path, group: Group, settings: Settings) -> Iterator[Finding]:
    contradictions = tuple(_contradictions(path, group))
    yield from contradictions
    for index, rule in enumerate(group.exclude):
        yield from _strangers((*path, "exclude", index), rule, texts(group, settings))
    for index, include in enumerate(group.include):
        here = (*path, "include", index)
        if not named(include):
            yield Finding(path=here, message="names no axis, so it adds nothing")
        if not contradictions:
            yield from _contradictions(here, merged(group, include))
    for key in ("exclude", "include"):
        if len(getattr(group, key)) > MOST_RULES:
            yield Finding(path=(*path, key), message=f"more than {MOST_RULES} rules")


def _contradictions(path: Path, axes: Axes) -> Iterator[Finding]:
    """What can't be installed as it is declared."""
    if axes.cudnn and not axes.cuda:
        yield Finding(path=(*path, "cudnn"), message="cudnn without cuda; name the CUDA release")
    if "gpu" in devices(axes) and not axes.cuda:
        message = "device gpu without cuda; name a CUDA release, or system and a base that has one"
        yield Finding(path=(*path, "device"), message=message)
    if SYSTEM in axes.cuda and not axes.base:
        message = "cuda: system takes CUDA from the image, so name one as base"
        yield Finding(path=(*path, "cuda"), message=message)
    if "gpu" in devices(axes) and set(axes.cuda) - {SYSTEM} and not axes.cudnn:
        message = "cuda without cudnn; TensorFlow uses no GPU without it"
        yield Finding(path=(*path, "cuda"), message=message)


def _strangers(path: Path, rule: Exclusion, there: Values) -> Iterator[Finding]:
    """What a rule names that the group has not."""
    if not named(rule):
        yield Finding(path=path, message="names no axis, so it would exclude every cell")
    for axis, wanted in named(rule).items():
        if not there[axis]:
            yield Finding(path=(*path, axis), message=f"this group has no {axis}")
            continue
        for index, value in enumerate(wanted):
            if value not in there[axis]:
                yield Finding(
                    path=(*path, axis, index),
                    message=f"{shown(value)} is not on this axis, so the rule matches nothing",
                    suggestion=closest(value, there[axis]),
                )
