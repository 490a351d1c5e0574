"""The cells a matrix file names: the product of its axes, less what it excludes, and includes.

The order is the file's: group by group, then the axes in the order of `cells.AXES`, the last one
changing fastest, each through its values as written. A cell of two groups appears once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING

from runner.matrix import rules
from runner.matrix.axes import Values, devices, merged, named
from runner.matrix.cells import Cell, Environment, Excluded, Setting
from runner.matrix.problems import MOST_FINDINGS, Finding, Path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.matrix.cells import Device
    from runner.matrix.model import Axes, Group, MatrixFile, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """The cells in order, those left out, and what is wrong with the groups and their rules."""

    cells: tuple[Cell, ...]
    excluded: tuple[Excluded, ...]
    findings: tuple[Finding, ...]


def expand(file: MatrixFile) -> Expansion:
    """Return every cell of `file`, or none and what is wrong with its groups."""
    findings = tuple(islice(rules.findings(file), MOST_FINDINGS))
    if findings:
        return Expansion(cells=(), excluded=(), findings=findings)
    table = _Table(settings=file.settings)
    for name, group in file.environments.items():
        table.add(("environments", name), group)
    return table.expansion()


def _environments(axes: Axes) -> Iterator[Environment]:
    combinations = product(
        axes.python,
        axes.tensorflow,
        axes.keras or (None,),
        axes.numpy or (None,),
        axes.cuda or (None,),
        axes.cudnn or (None,),
        axes.base or (None,),
    )
    for python, tensorflow, keras, numpy, cuda, cudnn, base in combinations:
        yield Environment(
            python=python,
            tensorflow=tensorflow,
            keras=keras,
            numpy=numpy,
            cuda=cuda,
            cudnn=cudnn,
            base=base,
        )


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
    inner = tuple(_settings(devices(axes), settings))
    for environment in _environments(axes):
        yield from (Cell(environment=environment, setting=setting) for setting in inner)


def _matches(wanted: Values, axes: Mapping[str, str]) -> bool:
    return all(axes.get(axis) in values for axis, values in wanted.items())


@dataclass(slots=True, kw_only=True)
class _Table:
    """The cells so far, by id."""

    settings: Settings
    cells: dict[str, Cell] = field(default_factory=dict)
    excluded: dict[str, Excluded] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, path: Path, group: Group) -> None:
        wanted = [named(rule) for rule in group.exclude]
        unused = dict.fromkeys(range(len(wanted)))
        for cell in _cells(group, self.settings):
            axes = cell.axes
            index = next((i for i, rule in enumerate(wanted) if _matches(rule, axes)), None)
            if index is None:
                self.cells.setdefault(cell.id, cell)
                continue
            unused.pop(index, None)
            because = group.exclude[index].because or "excluded by the matrix"
            self.excluded.setdefault(cell.id, Excluded(cell=cell, because=because))
        for index in unused:
            message = "excludes nothing that the rules before it leave"
            self.findings.append(Finding(path=(*path, "exclude", index), message=message))
        for index, rule in enumerate(group.include):
            self.include((*path, "include", index), merged(group, rule))

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
