"""Groups of cells with the same bits, named by letters."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from string import ascii_uppercase
from typing import TYPE_CHECKING

from runner.analysis.comparison import CaseResult, FamilyResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

Cases = dict[str, CaseResult]
"""Case → its result, for one cell."""
Pattern = tuple[str, ...]
"""The bits of each case of a family; empty where they are not identical."""


def letter(number: int) -> str:
    """Name the groups 0, 1, … 25, 26: A, B, … Z, AA."""
    number, last = divmod(number, len(ascii_uppercase))
    return (letter(number - 1) if number else "") + ascii_uppercase[last]


def lettered(keys: Sequence[Hashable | None]) -> list[str]:
    """Give equal keys equal letters, by first appearance; None gets no letter."""
    numbers = count()
    names: dict[Hashable | None, str] = {None: ""}
    return [
        names[key] if key in names else names.setdefault(key, letter(next(numbers))) for key in keys
    ]


def group_cases(cells: Sequence[Cases]) -> list[Cases]:
    """Name the group of every identical case; `cells` are in axis order."""
    grouped: list[Cases] = [{} for _ in cells]
    for case in dict.fromkeys(name for cell in cells for name in cell):
        found = [cell.get(case) for cell in cells]
        groups = lettered([one.bits or None if one else None for one in found])
        for cell, one, group in zip(grouped, found, groups, strict=True):
            if one:
                cell[case] = replace(one, group=group)
    return grouped


def group_families(
    cells: Sequence[Cases], families: Mapping[str, Sequence[str]]
) -> list[tuple[FamilyResult, ...]]:
    """Sum up each cell's cases by family; `families` is family → its cases."""
    if not families:
        return [()] * len(cells)
    columns = [_family(cells, family, cases) for family, cases in families.items()]
    return [tuple(one for one in row if one) for row in zip(*columns, strict=True)]


def _family(cells: Sequence[Cases], family: str, cases: Sequence[str]) -> list[FamilyResult | None]:
    rows = [[cell[case] for case in cases if case in cell] for cell in cells]
    patterns = [tuple(cell[case].bits if case in cell else "" for case in cases) for cell in cells]
    groups = lettered(merged(patterns))
    return [
        FamilyResult(
            family=family,
            group=group,
            flaws=tuple(
                verdict for verdict in _FLAWS if any(one.verdict is verdict for one in row)
            ),
            partial=len(row) < len(cases),
            proven=all(one.proven for one in row),
        )
        if row
        else None
        for row, group in zip(rows, groups, strict=True)
    ]


_FLAWS = (Verdict.VARIES, Verdict.UNSUPPORTED, Verdict.ERROR)


def merged(patterns: Sequence[Pattern]) -> list[Pattern | None]:
    """Give for each pattern the one that stands for its group; their order does not matter.

    A pattern without gaps stands for itself. One with gaps belongs to the only such pattern that
    it does not contradict. Where there is none, it stands for itself if it contradicts every other
    pattern, and where there are several, nothing tells to which it belongs.
    """
    distinct = [one for one in dict.fromkeys(patterns) if any(one)]
    complete = [one for one in distinct if all(one)]
    groups = {one: one if all(one) else _group(one, complete, distinct) for one in distinct}
    return [groups.get(one) for one in patterns]


def _group(
    gapped: Pattern, complete: Sequence[Pattern], distinct: Sequence[Pattern]
) -> Pattern | None:
    fitting = [one for one in complete if not _contradict(one, gapped)]
    if len(fitting) == 1:
        return fitting[0]
    others = (one for one in distinct if one != gapped)
    return gapped if all(_contradict(one, gapped) for one in others) else None


def _contradict(left: Pattern, right: Pattern) -> bool:
    return any(a and b and a != b for a, b in zip(left, right, strict=True))
