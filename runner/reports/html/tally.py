"""How the cases of a context stand: each is counted once, by the worst that is known of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Verdict

if TYPE_CHECKING:
    from runner.analysis.comparison import CaseResult, Context

SAME: Final = "same bits in every cell"
DIFFERS: Final = "other bits in some cells"
VARIES: Final = "varies in some cell"
WITHOUT: Final = "without bits to compare"
_ORDER: Final = (SAME, DIFFERS, VARIES, WITHOUT)


@dataclass(frozen=True, slots=True)
class Standing:
    """So many cases of `total` stand so; `kind` is a word for the style sheet."""

    words: str
    kind: str
    count: int
    total: int


def tally(context: Context) -> tuple[Standing, ...]:
    """Count the cases; a case that varies anywhere varies, whatever its bits are elsewhere."""
    by_case: dict[str, list[CaseResult]] = defaultdict(list)
    for cell in context.cells:
        for case in cell.cases:
            by_case[case.case].append(case)
    counts = Counter(_standing(found) for found in by_case.values())
    kinds = {SAME: "same", DIFFERS: "differs", VARIES: "varies", WITHOUT: "without"}
    return tuple(
        Standing(words, kinds[words], counts[words], len(by_case))
        for words in _ORDER
        if counts[words]
    )


def _standing(found: list[CaseResult]) -> str:
    if any(case.verdict is Verdict.VARIES for case in found):
        return VARIES
    groups = {case.group for case in found if case.group}
    if len(groups) > 1:
        return DIFFERS
    return SAME if groups else WITHOUT
