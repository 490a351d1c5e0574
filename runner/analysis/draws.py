"""Whether the random stream has moved or the arithmetic, where a case has other bits. Pure.

Which cases draw at all is data: `draws.yaml`. In one that does, the numbers themselves tell:
another stream gives altogether other numbers, while other arithmetic after the same draws moves
last bits, or lets a few draws of many fall otherwise.
"""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from runner.analysis.elements import SIGNIFICANDS
from runner.matrix import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.analysis.apart import OutputDistance
    from runner.analysis.distance import Distance

FEW: Final = 0.1
"""Share of mismatched elements up to which the stream is taken for the same.

Of two streams, a tenth of the elements or fewer differ by chance only where they take one value
nineteen times of twenty.
"""


class Inputs(StrEnum):
    """What the numbers of a case come from; unknown where a probe has families of its own."""

    DRAWN = "drawn"
    FIXED = "fixed"
    UNKNOWN = "unknown"


class Moved(StrEnum):
    """What has moved where a case has other bits."""

    STREAM = "random stream"
    ARITHMETIC = "arithmetic"
    UNKNOWN = "not known"


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    drawn: tuple[str, ...]
    fixed: tuple[str, ...]

    def inputs(self, name: str) -> Inputs:
        """Find a name among the patterns."""
        for inputs, patterns in ((Inputs.DRAWN, self.drawn), (Inputs.FIXED, self.fixed)):
            if any(fnmatchcase(name, pattern) for pattern in patterns):
                return inputs
        return Inputs.UNKNOWN


class Draws(BaseModel):
    """The table of which families draw, and of the cases that are otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    families: _Names
    cases: _Names


@cache
def table() -> Draws:
    """Return the table, as `draws.yaml` has it."""
    return Draws.model_validate(document.shipped(Path(__file__).with_name("draws.yaml")))


def inputs(case: str, family: str) -> Inputs:
    """Say what the numbers of a case come from."""
    own = table().cases.inputs(case)
    return table().families.inputs(family) if own is Inputs.UNKNOWN else own


def what_moved(case: str, family: str, outputs: Sequence[OutputDistance], *, staged: bool) -> Moved:
    """Say what has moved in a case whose `outputs` differ; of a staged one the first tells."""
    match inputs(case, family):
        case Inputs.FIXED:
            return Moved.ARITHMETIC
        case Inputs.UNKNOWN:
            return Moved.UNKNOWN
    seen = {_moved(one.distance) for one in (outputs[:1] if staged else outputs)}
    return next((one for one in _WEIGHTIEST if one in seen), Moved.UNKNOWN)


_WEIGHTIEST: Final = (Moved.STREAM, Moved.UNKNOWN, Moved.ARITHMETIC)


def _moved(far: Distance | None) -> Moved:
    """Judge one drawn output: whether half of what differs does so in the lower digits alone."""
    if far is None:
        return Moved.UNKNOWN
    if far.share <= FEW:
        return Moved.ARITHMETIC
    if far.nans.any == far.mismatched:
        return Moved.UNKNOWN
    near = 2 ** (SIGNIFICANDS.get(far.dtype, 0) // 2)
    return Moved.ARITHMETIC if far.ulps and far.ulps.median <= near else Moved.STREAM
