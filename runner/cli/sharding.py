"""The option `--shard` of `run`, `plan` and `list`: a part of the selected cells."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from runner.execution.durations import read_durations
from runner.execution.shards import Part, divide, parse_part, shard_of
from runner.matrix import catalog
from runner.matrix.select import select
from runner.reports.words import number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.cli.workspace import Workspace
    from runner.matrix.cells import Cell
    from runner.results.records import Shard

RUN_VARIABLE: Final = "SAMEBITS_RUN"
_LONGEST: Final = 200

ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Take part I of N, counted from 1: equal work, and each environment whole. Every "
        "host that asks with the same files gets the same division.",
    ),
]


@dataclass(frozen=True, slots=True)
class Selection:
    """The cells that are selected, or those of one shard of them."""

    cells: tuple[Cell, ...]
    shard: Shard | None = None

    @property
    def nothing(self) -> str:
        """A line on a shard that no cell fell to, or nothing."""
        if self.cells or self.shard is None:
            return ""
        of = self.shard.of
        return f"shard {self.shard.index}/{of} has no cells: there are fewer environments than {of}"


def take(workspace: Workspace, only: Sequence[str] | None, shard: str | None) -> Selection:
    """Select cells of a matrix, and of these the ones of a shard, where one is asked for.

    Raises
    ------
    InputError
        The shard is not of the form I/N, or the file of durations is none.
    """
    cells = select(workspace.matrix.cells, only or ())
    if shard is None:
        return Selection(cells)
    part = parse_part(shard)
    durations = read_durations(workspace.locks)
    division = divide(cells, part.of, workspace.matrix.probe.trials, durations)
    name = one_line(os.environ.get(RUN_VARIABLE, ""))[:_LONGEST]
    return Selection(division[part.index - 1], shard_of(cells, division, part, name))


def jobs_of(workspace: Workspace, only: Sequence[str], most: int) -> list[dict[str, str | int]]:
    """One job for each environment, at most so many: its shard, and what it is in a few words."""
    cells = select(workspace.matrix.cells, only)
    possible = {one.environment for one in cells if not catalog.refusal(one.environment)}
    of = max(1, min(most, len(possible)))
    trials = workspace.matrix.probe.trials
    division = divide(cells, of, trials, read_durations(workspace.locks))
    return [
        {
            "index": index,
            "shard": str(Part(index, of)),
            "cells": len(shard),
            "what": _what(list(dict.fromkeys(cell.environment.id for cell in shard))),
        }
        for index, shard in enumerate(division, 1)
    ]


def _what(environments: list[str]) -> str:
    return environments[0] if len(environments) == 1 else number(len(environments), "environment")
