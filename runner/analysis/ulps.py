"""How many ULPs mismatched numbers are apart: the greatest, the median, and a histogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Steps = NDArray[np.unsignedinteger[Any]]

_PIECE: Final = 2**15
_BUCKETS: Final = 66  # 0, 1, and one for each power of two up to 2 ** 64


class Bucket(NamedTuple):
    """How many numbers are `least` to `most` ULPs apart, both included."""

    least: int
    most: int
    numbers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulps:
    """Distances of mismatched numbers in ULPs.

    `median` is the lower one of two. `histogram` has the buckets 0 (a zero and a minus zero), 1, 2,
    3 to 4, 5 to 8 and so on in powers of two, without the empty ones. A complex number counts once,
    with the part that is further apart.
    """

    greatest: int
    median: int
    histogram: tuple[Bucket, ...]


def summed(steps: Steps) -> Ulps:
    """Sum up distances in ULPs, of which there is one at least; their order is lost."""
    middle = (len(steps) - 1) // 2
    steps.partition(middle)
    return Ulps(
        greatest=int(steps.max()),
        median=int(steps[middle]),
        histogram=tuple(_histogram(steps)),
    )


def _histogram(steps: Steps) -> Iterator[Bucket]:
    counts = np.zeros(_BUCKETS, np.intp)
    for start in range(0, len(steps), _PIECE):
        piece = steps[start : start + _PIECE]
        numbers = np.where(piece == 0, 0, 1 + _length(piece - 1))
        counts += np.bincount(numbers, minlength=_BUCKETS)
    for number, count in enumerate(counts.tolist()):
        if count:
            most = 2 ** (number - 1) if number else 0
            yield Bucket(most // 2 + 1 if number else 0, most, count)


def _length(steps: Steps) -> NDArray[np.intc]:
    """Give how many bits each takes."""
    if steps.dtype.itemsize == 8:  # noqa: PLR2004 - a float64 holds 53 bits
        steps = np.where(steps >> np.uint64(53), steps & ~np.uint64(2**11 - 1), steps)
    return np.frexp(steps.astype(np.float64))[1]
