"""The cells a matrix file names: the product of its axes, less what it excludes, and includes.

The order is the file's: group by group, then the axes in the order of `cells.AXES`, the last one
changing fastest, each through its values as written. A cell of two groups appears once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from runner.matrix.cells import AXES, ENVIRONMENT_AXES, Cell, Environment, Excluded, Setting
from runner.matrix.problems import Finding, Path, closest, shown
from runner.matrix.versions import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.matrix.cells import Device
    from runner.matrix.model import Axes, Exclusion, Group, MatrixFile, Settings

MOST_CELLS = 10_000
MOST_RULES = 100

Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """The cells in order, those left out, and what is wrong with the groups and their rules."""

    cells: tuple[Cell, ...]
    excluded: tuple[Excluded, ...]
    findings: tuple[Finding, ...]


def expand(file: MatrixFile) -> Expansion:
    """Return every cell of `file`; where there are too many, none and a finding that says so."""
    findings = list(_settings_findings(file.settings))
    for name, group in file.environments.items():
        findings += _group_findings(("environments", name), group, file.settings)
    count = sum(_size(axes, file.settings) for axes in _all_axes(file))
    if count > MOST_CELLS:
        message = f"{count:,} cells, more than {MOST_CELLS:,}"
        findings.append(Finding(path=("environments",), message=message))
    if findings:
        return Expansion(cells=(), excluded=(), findings=tuple(findings))
    table = _Table(settings=file.settings)
    for name, group in file.environments.items():
        table.add(("environments", name), group)
    return table.expansion()


def _all_axes(file: MatrixFile) -> Iterator[Axes]:
    for group in file.environments.values():
        yield group
        yield from (_merged(group, rule) for rule in group.include)


def _merged(group: Axes, rule: Axes) -> Axes:
    """The axes of a group with those that a rule names in their place."""
    named = {axis: values for axis in AXES if (values := getattr(rule, axis, ()))}
    return group.model_copy(update=named)


def _devices(axes: Axes) -> tuple[Device, ...]:
    return axes.device or (("gpu",) if axes.cuda else ("cpu",))


def _values(axes: Axes, settings: Settings) -> Values:
    """The values on each axis as text; an axis without any does not apply."""
    values: Values = {axis: getattr(axes, axis) for axis in ENVIRONMENT_AXES}
    values["device"] = _devices(axes)
    for axis in ("determinism", "threads", "onednn", "tf32", "xla", "env"):
        values[axis] = tuple(str(value) for value in getattr(settings, axis))
    return values


def _size(axes: Axes, settings: Settings) -> int:
    return prod(len(values) for values in _values(axes, settings).values() if values)


def _settings_findings(settings: Settings) -> Iterator[Finding]:
    if not settings.env:
        yield Finding(path=("settings", "env"), message="names no set of variables")
    if settings.env.get("none"):
        message = "none is the name for no variables at all; choose another"
        yield Finding(path=("settings", "env", "none"), message=message)


def _group_findings(path: Path, group: Group, settings: Settings) -> Iterator[Finding]:
    yield from _contradictions(path, group)
    for index, rule in enumerate(group.exclude):
        yield from _strangers((*path, "exclude", index), rule, _values(group, settings))
    for index, include in enumerate(group.include):
        here = (*path, "include", index)
        if not any(getattr(include, axis, ()) for axis in AXES):
            yield Finding(path=here, message="names no axis, so it adds nothing")
        yield from _contradictions(here, _merged(group, include))
    for key in ("exclude", "include"):
        if len(getattr(group, key)) > MOST_RULES:
            yield Finding(path=(*path, key), message=f"more than {MOST_RULES} rules")


def _contradictions(path: Path, axes: Axes) -> Iterator[Finding]:
    """What can't be installed as it is declared."""
    if axes.cudnn and not axes.cuda:
        yield Finding(path=(*path, "cudnn"), message="cudnn without cuda; name the CUDA release")
    if "gpu" in _devices(axes) and not axes.cuda:
        message = "device gpu without cuda; name a CUDA release, or system and a base that has one"
        yield Finding(path=(*path, "device"), message=message)
    if SYSTEM in axes.cuda and not axes.base:
        message = "cuda: system takes CUDA from the image, so name one as base"
        yield Finding(path=(*path, "cuda"), message=message)
    if "gpu" in _devices(axes) and set(axes.cuda) - {SYSTEM} and not axes.cudnn:
        message = "cuda without cudnn; TensorFlow uses no GPU without it"
        yield Finding(path=(*path, "cuda"), message=message)


def _named(rule: Exclusion) -> dict[str, tuple[str, ...]]:
    return {axis: values for axis in AXES if (values := getattr(rule, axis))}


def _strangers(path: Path, rule: Exclusion, values: Values) -> Iterator[Finding]:
    """What a rule names that the group has not."""
    if not _named(rule):
        yield Finding(path=path, message="names no axis, so it would exclude every cell")
    for axis, wanted in _named(rule).items():
        if not values[axis]:
            yield Finding(path=(*path, axis), message=f"this group has no {axis}")
            continue
        for index, value in enumerate(wanted):
            if value not in values[axis]:
                yield Finding(
                    path=(*path, axis, index),
                    message=f"{shown(value)} is not on this axis, so the rule matches nothing",
                    suggestion=closest(value, values[axis]),
                )


def _environments(axes: Axes) -> Iterator[Environment]:
    combinations = product(
        axes.python,
        axes.tensorflow,
        axes.cuda or (None,),
        axes.cudnn or (None,),
        axes.base or (None,),
    )
    for python, tensorflow, cuda, cudnn, base in combinations:
        yield Environment(python=python, tensorflow=tensorflow, cuda=cuda, cudnn=cudnn, base=base)


def _settings(devices: tuple[Device, ...], settings: Settings) -> Iterator[Setting]:
    combinations = product(
        devices,
        settings.determinism,
        settings.threads,
        settings.onednn,
        settings.tf32,
        settings.xla,
        settings.env.items(),
    )
    for device, determinism, threads, onednn, tf32, xla, (env, variables) in combinations:
        yield Setting(
            device=device,
            determinism=determinism,
            threads=threads,
            onednn=onednn,
            tf32=tf32,
            xla=xla,
            env=env,
            variables=tuple(sorted(variables.items())),
        )


def _cells(axes: Axes, settings: Settings) -> Iterator[Cell]:
    inner = tuple(_settings(_devices(axes), settings))
    for environment in _environments(axes):
        yield from (Cell(environment=environment, setting=setting) for setting in inner)


def _matches(named: Mapping[str, tuple[str, ...]], axes: Mapping[str, str]) -> bool:
    return all(axes.get(axis) in values for axis, values in named.items())


@dataclass(slots=True, kw_only=True)
class _Table:
    """The cells so far, by id."""

    settings: Settings
    cells: dict[str, Cell] = field(default_factory=dict)
    excluded: dict[str, Excluded] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, path: Path, group: Group) -> None:
        rules = [(_named(rule), rule.because) for rule in group.exclude]
        used: set[int] = set()
        for cell in _cells(group, self.settings):
            axes = cell.axes
            found = next((i for i, (named, _) in enumerate(rules) if _matches(named, axes)), None)
            if found is None:
                self.cells.setdefault(cell.id, cell)
                continue
            used.add(found)
            because = rules[found][1] or "excluded by the matrix"
            self.excluded.setdefault(cell.id, Excluded(cell=cell, because=because))
        for index in sorted(set(range(len(rules))) - used):
            message = "excludes nothing that the rules before it leave"
            self.findings.append(Finding(path=(*path, "exclude", index), message=message))
        for index, rule in enumerate(group.include):
            self.include((*path, "include", index), _merged(group, rule))

    def include(self, path: Path, axes: Axes) -> None:
        added = {cell.id: cell for cell in _cells(axes, self.settings)}
        if added.keys() <= self.cells.keys():
            message = "adds nothing, all of its cells are there already"
            self.findings.append(Finding(path=path, message=message))
        self.cells |= {id_: cell for id_, cell in added.items() if id_ not in self.cells}

    def expansion(self) -> Expansion:
        left_out = (cell for id_, cell in self.excluded.items() if id_ not in self.cells)
        return Expansion(
            cells=tuple(self.cells.values()),
            excluded=tuple(left_out),
            findings=tuple(self.findings),
        )
