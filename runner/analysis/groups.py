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
            proven=all(one.proven for one in row),
        )
        if row
        else None
        for row, group in zip(rows, groups, strict=True)
    ]


_FLAWS = (Verdict.VARIES, Verdict.UNSUPPORTED, Verdict.ERROR)


def merged(patterns: Sequence[Pattern]) -> list[int | None]:
    """Number the patterns so that those with one number agree wherever two of them have bits.

    Patterns without gaps are told apart first. One with gaps then joins the first group it does
    not contradict, and fills that group's gaps, so that no later one can contradict it there.
    """
    groups: list[Pattern] = list(dict.fromkeys(one for one in patterns if all(one)))
    exact = {pattern: number for number, pattern in enumerate(groups)}
    numbers: list[int | None] = []
    for pattern in patterns:
        if not any(pattern):
            numbers.append(None)
            continue
        number = exact.get(pattern)
        if number is None:
            number = exact[pattern] = _join(groups, pattern)
        numbers.append(number)
    return numbers


def _join(groups: list[Pattern], pattern: Pattern) -> int:
    for number, group in enumerate(groups):
        if all(
            not mine or not theirs or mine == theirs
            for mine, theirs in zip(pattern, group, strict=True)
        ):
            groups[number] = tuple(
                theirs or mine for mine, theirs in zip(pattern, group, strict=True)
            )
            return number
    groups.append(pattern)
    return len(groups) - 1
