"""How far two arrays of the same type and shape lie apart.

Everything is exact but for one rounding to float64 in a difference of floating-point numbers, and
one more in a relative one. It reads the arrays in pieces and needs, beside them, as much memory as
one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from runner.analysis.elements import Elements
from runner.analysis.ulps import Ulps, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runner.analysis.elements import Bits, Flags, Number
    from runner.results.loaded import LoadedArray

    Both = tuple[Bits, Bits]

PIECE: Final = 2**15
"""Elements in a piece, so that what is made of one stays in a core's cache."""


class Sides(NamedTuple):
    """How many elements are something in the left array alone, in the right alone, in both."""

    left: int = 0
    right: int = 0
    both: int = 0

    @property
    def any(self) -> int:
        """How many are it in one array at least."""
        return sum(self)


_NOWHERE: Final = Sides()


@dataclass(frozen=True, slots=True, kw_only=True)
class Greatest:
    """A greatest difference, the first place where it is, and what the two arrays hold there.

    Of two complex numbers it is that of their real or of their imaginary parts.
    """

    value: float
    index: tuple[int, ...]
    left: Number
    right: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """What differs between two arrays.

    `dtype` is the type of both. `mismatched` of `elements` have other bits. Those that are a NaN in
    one array or both, which may differ in its sign or payload, are counted in `nans` and nowhere
    else; the others are numbers. `infinities` counts infinite ones, `signs` those that are below
    zero on one side and above it on the other, `zeros` those that are a zero and a minus zero.
    `absolute` and `relative` are the greatest differences; a relative one is divided by the larger
    of the two magnitudes, so that it is at most 2, and infinite where one of them is. They are None
    where no number differs and for types that are not numbers known here, as `ulps` also is for
    whole numbers. A Boolean counts as 0 or 1.
    """

    dtype: str
    elements: int
    mismatched: int
    nans: Sides = _NOWHERE
    infinities: Sides = _NOWHERE
    signs: int = 0
    zeros: int = 0
    absolute: Greatest | None = None
    relative: Greatest | None = None
    ulps: Ulps | None = None

    @property
    def share(self) -> float:
        """Which part of the elements is mismatched."""
        return self.mismatched / self.elements if self.elements else 0.0


def measure(left: LoadedArray, right: LoadedArray, *, piece: int = PIECE) -> Distance | None:
    """Measure two arrays, so many elements at a time; None where their types or shapes differ."""
    if left.dtype != right.dtype or left.values.shape != right.values.shape:
        return None
    elements = Elements.of(left)
    tally = _Tally(elements, elements.bits(left), elements.bits(right))
    for start in range(0, len(tally.ours), piece):
        tally.add(slice(start, start + piece))
    return tally.distance(left.values.shape)


class _Far(NamedTuple):
    """A difference and the element that it is of."""

    value: float
    element: int


@dataclass(slots=True)
class _Tally:
    """What is known of two arrays after some of their pieces.

    The first `numbers` of `steps` are the distances in ULPs; its memory is taken as it fills.
    """

    elements: Elements
    ours: Bits
    theirs: Bits
    mismatched: int = 0
    nans: Sides = _NOWHERE
    infinities: Sides = _NOWHERE
    signs: int = 0
    absolute: _Far | None = None
    relative: _Far | None = None
    steps: Bits = field(init=False)
    numbers: int = 0

    def __post_init__(self) -> None:
        wanted = len(self.ours) if self.elements.floating else 0
        self.steps = np.empty(wanted, self.ours.dtype)

    def add(self, piece: slice) -> None:
        """Count what differs in one piece."""
        ours, theirs = self.ours[piece], self.theirs[piece]
        where = np.flatnonzero(_joined(np.logical_or, ours != theirs))
        self.mismatched += len(where)
        if not len(where) or not self.elements.counts:
            return
        ours, theirs = _some(ours, where), _some(theirs, where)
        places = self.elements.places(ours), self.elements.places(theirs)
        where += piece.start
        if self.elements.floating:
            numbers = ~self._nans(places)
            if not numbers.all():
                where, ours, theirs = where[numbers], ours[numbers], theirs[numbers]
                places = places[0][numbers], places[1][numbers]
            self._infinities(places)
        if len(where):
            self._differences(where, ours, theirs, places)

    def _nans(self, places: Both) -> Flags:
        left, right = (_joined(np.logical_or, self.elements.nan(side)) for side in places)
        self.nans = _added(self.nans, left, right)
        either: Flags = left | right
        return either

    def _infinities(self, places: Both) -> None:
        left, right = (_joined(np.logical_or, self.elements.infinite(side)) for side in places)
        self.infinities = _added(self.infinities, left, right)

    def _differences(self, where: NDArray[np.intp], ours: Bits, theirs: Bits, places: Both) -> None:
        low, high = np.minimum(*places), np.maximum(*places)
        apart = high - low
        crossed = self.elements.below_zero(low) & self.elements.above_zero(high)
        self.signs += int(np.count_nonzero(_joined(np.logical_or, crossed)))
        if self.elements.floating:
            self.steps[self.numbers : self.numbers + len(where)] = _joined(np.maximum, apart)
            self.numbers += len(where)
            absolute, relative = self.elements.differences(ours, theirs)
            if self.elements.parts > 1:
                absolute[apart == 0] = relative[apart == 0] = 0  # also of equal infinities
        else:
            larger = np.maximum(*map(self.elements.from_zero, places))
            absolute, relative = apart, apart / larger
        self.absolute = _greater(self.absolute, _joined(np.maximum, absolute), where)
        self.relative = _greater(self.relative, _joined(np.maximum, relative), where)

    def distance(self, shape: tuple[int, ...]) -> Distance:
        """Sum up."""
        ulps = summed(self.steps[: self.numbers]) if self.numbers else None
        zeros = ulps.histogram[0].numbers if ulps and not ulps.histogram[0].most else 0
        return Distance(
            dtype=self.elements.dtype,
            elements=len(self.ours),
            mismatched=self.mismatched,
            nans=self.nans,
            infinities=self.infinities,
            signs=self.signs,
            zeros=zeros,
            absolute=self._greatest(self.absolute, shape),
            relative=self._greatest(self.relative, shape),
            ulps=ulps,
        )

    def _greatest(self, far: _Far | None, shape: tuple[int, ...]) -> Greatest | None:
        if far is None:
            return None
        return Greatest(
            value=far.value,
            index=tuple(map(int, np.unravel_index(far.element, shape))),
            left=self.elements.number(self.ours[far.element]),
            right=self.elements.number(self.theirs[far.element]),
        )


def _joined(join: np.ufunc, parts: NDArray[Any]) -> NDArray[Any]:
    """Make one of the parts of each element."""
    return parts[:, 0] if parts.shape[1] == 1 else join.reduce(parts, axis=1)


def _some(rows: Bits, where: NDArray[np.intp]) -> Bits:
    return rows if len(where) == len(rows) else rows[where]


def _added(sides: Sides, left: Flags, right: Flags) -> Sides:
    both = int(np.count_nonzero(left & right))
    alone = (int(np.count_nonzero(side)) - both for side in (left, right))
    return Sides(*(sum(pair) for pair in zip(sides, (*alone, both), strict=True)))


def _greater(known: _Far | None, values: NDArray[Any], where: NDArray[np.intp]) -> _Far:
    place = int(np.argmax(values))
    found = _Far(values[place].item(), int(where[place]))
    return found if known is None or found.value > known.value else known
