"""Many values bound for few places: what makes the order of adding show."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from probe.material.inputs import fixed, labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT = 200_000
PLACES = 64
MAGNITUDES = 12


@lru_cache(maxsize=None)
def values() -> NDArray[np.float32]:
    """Return COUNT float32 values spread over twelve powers of two.

    Scaling by a power of two is exact, so the bits are the same with every NumPy.
    """
    exponents = labels("scatter.exponents", COUNT, MAGNITUDES) - MAGNITUDES // 2
    spread = np.ldexp(fixed("scatter.values", COUNT), exponents)
    spread.setflags(write=False)
    return spread


def places() -> NDArray[np.int32]:
    """Return the place of each value, int32 in [0, PLACES), unsorted."""
    return labels("scatter.places", COUNT, PLACES)
