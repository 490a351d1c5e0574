"""The ledger as values: sources, and claims with their scope and the tests that decide them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from runner.analysis.claims.predicates import Globs, Output, Test
from runner.analysis.claims.scope import Row, Scope

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1500)]
AnyTest = Annotated[Test, Field(discriminator="test")]


class Source(Row):
    """Where statements were published; `read` says what of it was read, and how."""

    title: Words
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
    read: Words


class Claim(Row):
    """One published statement.

    `text` is the source's own words where `quoted`, else a paraphrase. `tests` decide it;
    `undecided` says why nothing here can, where there are none. `note` says how the tests stand for
    the statement where that is not plain. A `reading` is what many take the text to say, or its
    strictest sense: where it is contradicted, its author need not be.
    """

    id: Slug
    source: Slug
    text: Words
    quoted: bool
    reading: bool = False
    scope: Scope = Scope()
    tests: tuple[AnyTest, ...] = ()
    undecided: Annotated[str, StringConstraints(max_length=500)] = ""
    note: Annotated[str, StringConstraints(max_length=800)] = ""

    @model_validator(mode="after")
    def _decided_or_not(self) -> Self:
        if bool(self.tests) == bool(self.undecided):
            raise ValueError("needs tests, or else 'undecided' with the reason")
        return self


class Ledger(Row):
    """All sources and all claims, those of one source together.

    `coverage` is what the probe was meant to cover → the cases that do.
    """

    sources: dict[Slug, Source]
    claims: tuple[Claim, ...]
    coverage: dict[Output, Globs] = Field(default_factory=dict)
