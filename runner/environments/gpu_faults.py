"""Failures of a GPU, its driver and its container runtime, told apart by what was said. Pure.

The texts, what they mean and where they were read are in `gpu_faults.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from runner.matrix import document
from runner.results.untrusted import one_line

Where = Literal["engine", "log", "loading"]
Blamed = Literal["host", "gpu", "cell"]
_LONGEST_NAME: Final = 100


class Fault(BaseModel):
    """One row of the table, which says what its fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    where: tuple[Where, ...]
    blames: Blamed | None = None
    said: re.Pattern[str]
    reason: str
    remedy: str
    source: tuple[str, ...]


class Table(BaseModel):
    """The whole table, the particular before the general."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What failed, and what to do about it. `blames` is what a run should not try again, if any."""

    kind: str
    reason: str
    remedy: str
    blames: Blamed | None = None

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"


@cache
def table() -> Table:
    """Return the table that is shipped beside this module."""
    return Table.model_validate(document.shipped(Path(__file__).with_name("gpu_faults.yaml")))


def find(text: str, where: Where) -> Found | None:
    """Tell the failure that a text speaks of, or None."""
    for fault in table().faults:
        if where in fault.where and fault.said.search(text):
            reason = fault.reason.format_map(_named(fault.said, text))
            return Found(kind=fault.kind, reason=reason, remedy=fault.remedy, blames=fault.blames)
    return None


def _named(said: re.Pattern[str], text: str) -> dict[str, str]:
    """What each group holds: all that it matched, each once, in the order of the text."""
    every = [match.groupdict() for match in said.finditer(text)]
    return {
        name: one_line(", ".join(dict.fromkeys(row[name] for row in every)))[:_LONGEST_NAME]
        for name in said.groupindex
    }
