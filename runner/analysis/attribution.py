"""What changed the bits of a case, as values: effects of axes and factors, and their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.analysis.changes import Move
    from runner.analysis.neighbours import AxisEvidence, Pair


class Kind(StrEnum):
    """What is known of one axis or factor and one case.

    MAIN: at this step the bits change, whatever the other axes are. INTERACTION: at this step they
    change under some values of other axes and stay under others. NOT_SEPARABLE: they change, but
    something else moved at the same step wherever they did. NO_EFFECT: they never change where it
    moves. UNKNOWN: it moves between no two cells with bits to compare.
    """

    MAIN = "main effect"
    INTERACTION = "interaction"
    NOT_SEPARABLE = "not separable"
    NO_EFFECT = "no effect"
    UNKNOWN = "unknown"


CHANGES = frozenset({Kind.MAIN, Kind.INTERACTION, Kind.NOT_SEPARABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Values of an axis under which a step changes the bits, and others under which it does not."""

    axis: str
    values: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one axis or factor does to a case; at one step where it changes the bits, else at all.

    `before` and `after` are the step, empty where there is none. `different` and `same` are the
    pairs that it rests on. `suspects` moved at the same step and can't be ruled out; `only` are
    the conditions of an interaction, each of which alone tells the pairs apart. `observed` says
    that it is no axis that a matrix declares.
    """

    name: str
    kind: Kind
    observed: bool = False
    before: str = ""
    after: str = ""
    different: tuple[Pair, ...] = ()
    same: tuple[Pair, ...] = ()
    suspects: tuple[Move, ...] = ()
    only: tuple[Condition, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether bits change at its step."""
        return self.kind in CHANGES

    @property
    def doubtful(self) -> bool:
        """Whether each pair that differs lies next to a cell that varies: perhaps it is chance."""
        return bool(self.different) and all(pair.doubtful for pair in self.different)

    @property
    def proven(self) -> bool:
        """Whether some pair that differs was seen more than once on both sides."""
        return any(pair.proven for pair in self.different)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAttribution:
    """All that a context says of what changed the bits of one case.

    `known` cells have bits to compare, in `groups` different groups; `varies` are the cells in
    which the case varies, `without` those in which it failed, is not supported or did not run.
    `constant` are the axes with one value, of which nothing can be said.
    """

    case: str
    family: str
    known: int
    groups: int
    varies: tuple[str, ...]
    without: tuple[str, ...]
    effects: tuple[Effect, ...]
    evidence: tuple[AxisEvidence, ...]
    constant: Mapping[str, str]

    def of(self, name: str) -> tuple[Effect, ...]:
        """Give the effects of one axis or factor."""
        return tuple(effect for effect in self.effects if effect.name == name)
