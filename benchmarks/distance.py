"""The distance of two arrays against what one would write with NumPy, in one run on one machine.

Ten million float32 elements, of which none, one in a hundred or all differ. By hand one gets one
figure at a time: the greatest ULP distance (``numpy.testing.assert_array_max_ulp``) or the greatest
absolute difference (``numpy.abs(a - b).max()``), with a NaN in the way of either.

    python benchmarks/distance.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from runner.analysis.distance import measure  # noqa: E402 - after the path to the checkout
from runner.results.loaded import LoadedArray  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float32]

ELEMENTS = 10_000_000
ROUNDS = 3


def main() -> None:
    """Time all ways and print seconds and ratios."""
    numbers = np.random.default_rng(1)
    left = numbers.standard_normal(ELEMENTS, np.float32)
    next_one = np.nextafter(left, np.float32(np.inf))
    few = np.where(numbers.random(ELEMENTS) < 1 / 100, next_one, left)
    print("differ  samebits  max ULP by hand, ratio  max difference by hand, ratio")
    for name, right in (("none", left.copy()), ("1 %", few), ("all", next_one)):
        ours, ulp, difference = (seconds(way, left, right) for way in (whole, max_ulp, farthest))
        print(
            f"{name:7} {ours:6.2f} s  {ulp:13.2f} s, {ulp / ours:5.1f}  "
            f"{difference:20.2f} s, {difference / ours:5.2f}"
        )


def seconds(way: Callable[[Array, Array], object], left: Array, right: Array) -> float:
    """Time of the fastest of a few rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        way(left, right)
        taken.append(time.perf_counter() - start)
    return min(taken)


def whole(left: Array, right: Array) -> object:
    """Measure everything."""
    return measure(LoadedArray("float32", left), LoadedArray("float32", right))


def max_ulp(left: Array, right: Array) -> object:
    """Give the greatest ULP distance by NumPy's own means."""
    return np.testing.assert_array_max_ulp(left, right, maxulp=2**31)


def farthest(left: Array, right: Array) -> object:
    """Give the greatest absolute difference."""
    return np.abs(left - right).max()


if __name__ == "__main__":
    main()
