"""The ledger as values: sources, claims, their scope, and the tests that decide them.

A test names cases of the probe and what they have to show. What a source says with reserve can't be
contradicted by what did not happen, so a test for a difference has a *strength*.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=50)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1500)]
Output = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.+-]+$")]
Glob = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.*?]+$")]
Place = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]+(/[A-Za-z0-9_.+-]+)?$")]
"""A case, or one of its outputs: ``random.normal.eager/first``."""
Axis = Literal["tensorflow", "device", "determinism", "python", "cuda", "cudnn"]
Level = Literal["in_process", "processes"]


def _specifier(text: str) -> str:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        raise ValueError(f"{text!r} is no version specifier, such as '>=2.8'") from None
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Specifier = Annotated[str, AfterValidator(_specifier)]
Globs = Annotated[tuple[Glob, ...], BeforeValidator(_listed), Field(min_length=1)]
Outputs = Annotated[tuple[Output, ...], BeforeValidator(_listed)]


class Strength(StrEnum):
    """How firmly a source says that something differs.

    ALWAYS: every time. LIKELY: as what one has to expect, more often than not. PLAIN: that it does,
    not how often. MAY: as what is possible, or is not promised away.
    """

    ALWAYS = "always"
    LIKELY = "likely"
    PLAIN = "plain"
    MAY = "may"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Row):
    """Where statements were published; `read` says what of it was read, and how."""

    title: Words
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    read: Words


class Scope(_Row):
    """The cells that a claim is about; what is not named is free.

    `compute` is the least compute capability of the GPU, as in ``8.0``.
    """

    tensorflow: Specifier = ""
    device: Literal["cpu", "gpu"] | None = None
    determinism: Literal["off", "on"] | None = None
    tf32: Literal["default", "off", "on"] | None = None
    cudnn: Specifier = ""
    compute: Annotated[str, StringConstraints(pattern=r"^\d{1,2}\.\d$")] = ""

    @property
    def words(self) -> str:
        """Such as ``tensorflow >=2.8, device gpu``."""
        named = self.model_dump(exclude_defaults=True)
        parts = (
            f"compute capability {value} or newer" if axis == "compute" else f"{axis} {value}"
            for axis, value in named.items()
        )
        return ", ".join(parts) or "every cell"

    def covers(self, axes: dict[str, str], host_class: str) -> bool:
        """Whether a cell with these axes, on this class of host, is meant."""
        exact = {"device": self.device, "determinism": self.determinism, "tf32": self.tf32}
        return (
            all(wanted in {None, axes.get(axis)} for axis, wanted in exact.items())
            and _within(self.tensorflow, axes.get("tensorflow", ""))
            and _within(self.cudnn, axes.get("cudnn", ""))
            and _capable(self.compute, host_class)
        )


def _within(specifier: str, version: str) -> bool:
    if not specifier:
        return True
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidVersion:
        return False


def _capable(least: str, host_class: str) -> bool:
    found = re.search(r"\bsm_(\d+)", host_class)
    return not least or (found is not None and int(found[1]) >= int(least.replace(".", "")))


class _OfCases(_Row):
    """A test of cases by name or glob, of all their outputs or of those named."""

    cases: Globs
    outputs: Outputs = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is looked at, in words."""
        named = f"/{','.join(self.outputs)}" if self.outputs else ""
        return tuple(f"{case}{named}" for case in self.cases)


class _OfPairs(_Row):
    """A test of outputs two by two, within one cell."""

    pairs: tuple[tuple[Place, Place], ...] = Field(min_length=1)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is looked at, in words."""
        return tuple(f"{left} and {right}" for left, right in self.pairs)


_LEVELS = {"in_process": "within a process", "processes": "from process to process"}


class Stable(_OfCases):
    """The bits do not differ: between repeats in a process, or between processes too."""

    test: Literal["stable"]
    level: Level = "processes"

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"no variation {_LEVELS[self.level]}"


class Varies(_OfCases):
    """The bits differ from repeat to repeat in a process, or from process to process."""

    test: Literal["varies"]
    level: Level = "processes"
    strength: Strength

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"variation {_LEVELS[self.level]} ({self.strength})"


class Equal(_OfPairs):
    """Two outputs in one cell are bit-identical."""

    test: Literal["equal"]

    @property
    def says(self) -> str:
        """What has to be seen."""
        return "the same bits"


class Different(_OfPairs):
    """Two outputs in one cell are not bit-identical."""

    test: Literal["different"]
    strength: Strength

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"other bits ({self.strength})"


class Unsupported(_OfCases):
    """TensorFlow refuses to run the cases, by raising `error`."""

    test: Literal["unsupported"]
    error: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+Error$")] = "UnimplementedError"

    @property
    def says(self) -> str:
        """What has to be seen."""
        return self.error


class SameAcross(_OfCases):
    """The bits do not change along an axis while everything else stays."""

    test: Literal["same_across"]
    axis: Axis

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"the same bits along {self.axis}"


class DiffersAcross(_OfCases):
    """The bits change along an axis while everything else stays."""

    test: Literal["differs_across"]
    axis: Axis
    strength: Strength

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"a change along {self.axis} ({self.strength})"


class Slower(_OfCases):
    """The cases take longer with determinism on than in the same cell with it off."""

    test: Literal["slower"]
    strength: Strength

    @property
    def says(self) -> str:
        """What has to be seen."""
        return f"more time with determinism on ({self.strength})"


Test: TypeAlias = (
    Stable | Varies | Equal | Different | Unsupported | SameAcross | DiffersAcross | Slower
)


class Claim(_Row):
    """One published statement.

    `text` is the source's own words where `quoted`, else a paraphrase. `tests` decide it;
    `undecided` says why nothing here can, where there are none. `note` says how the tests stand for
    the statement where that is not plain.
    """

    id: Slug
    source: Slug
    text: Words
    quoted: bool
    scope: Scope = Scope()
    tests: tuple[Annotated[Test, Field(discriminator="test")], ...] = ()
    undecided: Annotated[str, StringConstraints(max_length=500)] = ""
    note: Annotated[str, StringConstraints(max_length=800)] = ""

    @model_validator(mode="after")
    def _decided_or_not(self) -> Self:
        if bool(self.tests) == bool(self.undecided):
            raise ValueError("needs tests, or else 'undecided' with the reason")
        return self


class Ledger(_Row):
    """All sources and all claims, those of one source together.

    `coverage` is what the probe was meant to cover → the cases that do.
    """

    sources: dict[Slug, Source]
    claims: tuple[Claim, ...]
    coverage: dict[Output, Globs] = {}
