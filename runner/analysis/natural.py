"""The order in which people expect versions and words: 2.9 before 2.10, versions before words."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from runner.matrix.cells import AXES

if TYPE_CHECKING:
    from collections.abc import Mapping

Rank = tuple[int, Version, str]
"""Sorts values of one axis. Versions come by number, then words by letter."""

_NO_VERSION = Version("0")
_ABSENT, _VERSION, _WORD = range(3)


@lru_cache(maxsize=10_000)  # the same few values are sorted for each case of each cell
def rank(value: str) -> Rank:
    """Rank one value of an axis; the empty text, for an axis that does not apply, is first."""
    if not value:
        return _ABSENT, _NO_VERSION, ""
    try:
        return _VERSION, Version(value), value
    except InvalidVersion:
        return _WORD, _NO_VERSION, value


def is_version(value: str) -> bool:
    """Whether a value is ordered by number."""
    return rank(value)[0] == _VERSION


def axes_rank(axes: Mapping[str, str]) -> tuple[tuple[Rank, ...], tuple[tuple[str, str], ...]]:
    """Rank a cell by its axes, the first axis first; axes unknown here come last."""
    known = tuple(rank(axes.get(axis, "")) for axis in AXES)
    return known, tuple(sorted((axis, axes[axis]) for axis in axes.keys() - set(AXES)))
