"""Whether what differs from a baseline fails a check, and why. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.standing import DEFAULT, Kind

if TYPE_CHECKING:
    from runner.analysis.against import Against, Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What was found against the baseline file `name`, and which kinds of difference fail."""

    name: str
    against: Against
    kinds: tuple[Kind, ...] = DEFAULT

    @property
    def failing(self) -> tuple[Difference, ...]:
        """The differences that fail the gate."""
        return self.against.of(self.kinds)

    @property
    def idle(self) -> bool:
        """Whether nothing could be compared, so that nothing was found and nothing can pass."""
        return not (self.against.compared or self.against.of({Kind.MISSING}))

    @property
    def failed(self) -> bool:
        """Whether it fails; one that fails on nothing never does."""
        return bool(self.kinds) and (self.idle or bool(self.failing))

    @property
    def counts(self) -> dict[Kind, int]:
        """How many results fail it, by kind."""
        found = Counter(one.kind for one in self.failing)
        return {kind: found[kind] for kind in Kind if found[kind]}
