"""What the cases that a claim names have to show: the kinds of test.

What a source says with reserve can't be contradicted by what did not happen, so a test for a
difference has a *strength*.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StringConstraints

from runner.analysis.claims.scope import Row


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Output = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.+-]+$")]
Glob = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.*?]+$")]
Place = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]+(/[A-Za-z0-9_.+-]+)?$")]
"""A case, or one of its outputs: ``random.normal.eager/first``."""
Globs = Annotated[tuple[Glob, ...], BeforeValidator(_listed), Field(min_length=1)]
Outputs = Annotated[tuple[Output, ...], BeforeValidator(_listed)]
Axis = Literal["tensorflow", "device", "determinism", "python", "cuda", "cudnn"]
Level = Literal["in_process", "processes"]


class Strength(StrEnum):
    """How firmly a source says that something differs.

    ALWAYS: every time. LIKELY: as what one has to expect, more often than not. PLAIN: that it does,
    not how often. MAY: as what is possible, or is not promised away.
    """

    ALWAYS = "always"
    LIKELY = "likely"
    PLAIN = "plain"
    MAY = "may"


class OfCases(Row):
    """A test of cases by name or glob, of all their outputs or of those named.

    `without` are cases that a glob names and the claim does not mean.
    """

    cases: Globs
    without: Annotated[tuple[Glob, ...], BeforeValidator(_listed)] = ()
    outputs: Outputs = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is looked at, in words."""
        named = f"/{','.join(self.outputs)}" if self.outputs else ""
        return tuple(f"{case}{named}" for case in self.cases)


class OfPairs(Row):
    """A test of outputs two by two, within one cell."""

    pairs: tuple[tuple[Place, Place], ...] = Field(min_length=1)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is looked at, in words."""
        return tuple(f"{left} and {right}" for left, right in self.pairs)


_LEVELS = {"in_process": "within a process", "processes": "from process to process"}


class Stable(OfCases):
    """The bits do not differ: between repeats in a process, or between processes too."""

    test: Literal["stable"]
    level: Level = "processes"

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"no variation {_LEVELS[self.level]}"


class Varies(OfCases):
    """The bits differ from repeat to repeat in a process, or from process to process."""

    test: Literal["varies"]
    level: Level = "processes"
    strength: Strength

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"variation {_LEVELS[self.level]} ({self.strength})"


class Equal(OfPairs):
    """Two outputs in one cell are bit-identical."""

    test: Literal["equal"]

    @property
    def says(self) -> str:
        """What has to be seen."""
        return "the same bits"


class Different(OfPairs):
    """Two outputs in one cell are not bit-identical."""

    test: Literal["different"]
    strength: Strength

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"other bits ({self.strength})"


class Unsupported(OfCases):
    """TensorFlow refuses to run the cases for the sake of determinism, by raising `error`."""

    test: Literal["unsupported"]
    error: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+Error$")] = "UnimplementedError"

    @property
    def says(self) -> str:
        """What has to be seen."""
        return self.error


class SameAcross(OfCases):
    """The bits do not change along an axis while everything else stays."""

    test: Literal["same_across"]
    axis: Axis

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"the same bits along {self.axis}"


class DiffersAcross(OfCases):
    """The bits change along an axis while everything else stays."""

    test: Literal["differs_across"]
    axis: Axis
    strength: Strength

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"a change along {self.axis} ({self.strength})"


class Slower(OfCases):
    """The cases take longer with determinism on than in the same cell with it off.

    More than half of them have to where it is likely; one where it may be. `times` is how many
    times as long at least.
    """

    test: Literal["slower"]
    strength: Literal[Strength.LIKELY, Strength.MAY]
    times: Annotated[float, Field(ge=1)] = 1

    @property
    def says(self) -> str:
        """What has to be seen."""
        more = f"{self.times:g} times as much" if self.times > 1 else "more"
        return f"{more} time with determinism on ({self.strength})"


Test: TypeAlias = (
    Stable | Varies | Equal | Different | Unsupported | SameAcross | DiffersAcross | Slower
)
