"""A comparison held against a baseline: what is new, missing, other, or varies or not. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from runner.analysis.baseline import incomparable
from runner.analysis.comparison import Verdict
from runner.analysis.standing import Kind, kind_of, standing, standings
from runner.results.baseline import SHORT
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from runner.analysis.comparison import Comparison, Context, MissingCell
    from runner.results.baseline import Baseline, BaselineContext

    Cells = Mapping[str, Mapping[str, str]]

_NOT_BITS: Final = frozenset({Verdict.VARIES, Verdict.UNSUPPORTED, Verdict.ERROR})
_WITHOUT_DEVICE: Final = frozenset({Status.NO_GPU, Status.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One case of one cell that stands otherwise than in the baseline.

    `before` and `after` are standings, empty where there is none; `reason` says why there is none
    any more. `regrouped` says whether changed bits agree with other cells than before.
    """

    kind: Kind
    engine: str
    host_class: str
    cell: str
    case: str
    family: str
    before: str
    after: str
    reason: str = ""
    regrouped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """Cells of the baseline that nothing here may be compared with, and why."""

    engine: str
    host_class: str
    cells: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a comparison says that the baseline did not.

    `same` and `compared` count cases of cells. `other_matrix` says whether the matrix file has
    another text than when the baseline was written.
    """

    differences: tuple[Difference, ...]
    unmatched: tuple[Unmatched, ...]
    same: int
    compared: int
    other_matrix: bool

    def of(self, kinds: Collection[Kind]) -> tuple[Difference, ...]:
        """The differences of these kinds."""
        return tuple(one for one in self.differences if one.kind in kinds)


def hold(comparison: Comparison, baseline: Baseline, matrix: str = "") -> Against:
    """Hold a comparison against a baseline; the order of either does not matter.

    Results are compared only with those of the same engine, host class, probe and seed. A cell
    that ran on another host class, or that this host has no device for, is not missing: nothing is
    known of it here.
    """
    here = {(one.engine, one.host_class): one for one in comparison.contexts if one.cells}
    silent = {cell.cell: cell for one in comparison.contexts for cell in one.missing}
    answered = {cell.cell for one in here.values() for cell in one.cells}
    held = [
        _held(was, here.get((was.engine, was.host_class)), silent, answered)
        for was in baseline.contexts
    ]
    differences = [one for found, _, _ in held for one in found]
    differences += _new(baseline, here.values())
    same = sum(count for _, _, count in held)
    return Against(
        differences=tuple(sorted(_of_families(differences, comparison), key=_rank)),
        unmatched=tuple(one for _, unmatched, _ in held for one in unmatched),
        same=same,
        compared=same + sum(bool(one.before and one.after) for one in differences),
        other_matrix=bool(baseline.matrix and matrix and baseline.matrix != matrix),
    )


def _held(
    was: BaselineContext,
    now: Context | None,
    silent: Mapping[str, MissingCell],
    answered: Collection[str],
) -> tuple[list[Difference], list[Unmatched], int]:
    """Hold one context against its counterpart: what differs, what is unknown, what is the same."""
    if now and (why := incomparable(was, now.probe[:SHORT], now.seed)):
        return [], [_unmatched(was, len(was.cells), why)], 0
    gone, unknown = _missing(was, now, silent, answered)
    if now is None:
        return gone, unknown, 0
    return [*gone, *_changes(was, now)], unknown, _same(was, now)


def _of_families(differences: Iterable[Difference], comparison: Comparison) -> Iterator[Difference]:
    """Name the family of each case as the probe does, where it is known here."""
    families = {case: own for one in comparison.contexts for case, own in _families(one).items()}
    return (replace(one, family=families.get(one.case, one.family)) for one in differences)


def _rank(one: Difference) -> tuple[int, str, str, str, str]:
    return list(Kind).index(one.kind), one.engine, one.host_class, one.case, one.cell


def _unmatched(was: BaselineContext, cells: int, reason: str) -> Unmatched:
    return Unmatched(engine=was.engine, host_class=was.host_class, cells=cells, reason=reason)


def _missing(
    was: BaselineContext,
    now: Context | None,
    silent: Mapping[str, MissingCell],
    answered: Collection[str],
) -> tuple[list[Difference], list[Unmatched]]:
    """Tell the cells of the baseline that have no result from those of which nothing is known."""
    gone, unknown = [], Counter[str]()
    present = {cell.cell for cell in now.cells} if now else set()
    for cell in was.cells.keys() - present:
        told = silent.get(cell)
        if cell in answered:
            unknown["the same cells ran on another engine or host class"] += 1
        elif told and told.status in _WITHOUT_DEVICE:
            unknown[f"{told.status.value}: {told.reason}" if told.reason else told.status] += 1
        else:
            reason = f"{told.status}: {told.reason}" if told else "no result of this cell here"
            gone += [_difference(Kind.MISSING, was, cell, case, reason) for case in was.cells[cell]]
    apart = [_unmatched(was, count, why) for why, count in sorted(unknown.items())]
    return gone, apart


def _difference(  # noqa: PLR0913, PLR0917 - the fields of a difference
    kind: Kind, was: BaselineContext, cell: str, case: str, reason: str = "", after: str = ""
) -> Difference:
    return Difference(
        kind=kind,
        engine=was.engine,
        host_class=was.host_class,
        cell=cell,
        case=case,
        family=case.partition(".")[0],
        before=was.cells[cell][case],
        after=after,
        reason=reason,
    )


def _changes(was: BaselineContext, now: Context) -> Iterator[Difference]:
    """Give the differences of cells that have a result in both."""
    before, after = was.cells, standings(now)
    reasons = {(cell.cell, one.case): one.reason for cell in now.cells for one in cell.cases}
    agree_before, agree_after = _agreeing(before, after), _agreeing(after, before)
    for cell in before.keys() & after.keys():
        for case in before[cell].keys() | after[cell].keys():
            old, new = before[cell].get(case, ""), after[cell].get(case, "")
            if old == new:
                continue
            kind = kind_of(old, new)
            yield Difference(
                kind=kind,
                engine=was.engine,
                host_class=was.host_class,
                cell=cell,
                case=case,
                family=case.partition(".")[0],
                before=old,
                after=new,
                reason=reasons.get((cell, case), "" if new else "the case did not run"),
                regrouped=kind is Kind.CHANGED
                and agree_before[case, old] - {cell} != agree_after[case, new] - {cell},
            )


def _agreeing(of: Cells, among: Cells) -> Mapping[tuple[str, str], set[str]]:
    """Give for each case and its bits the cells that have them, of those that are in both."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell in of.keys() & among.keys():
        for case, bits in of[cell].items():
            if bits not in _NOT_BITS:
                found[case, bits].add(cell)
    return found


def _same(was: BaselineContext, now: Context) -> int:
    after = standings(now)
    return sum(
        after[cell].get(case) == standing_before
        for cell in was.cells.keys() & after.keys()
        for case, standing_before in was.cells[cell].items()
    )


def _families(context: Context) -> dict[str, str]:
    return {case: family for family, cases in context.families.items() for case in cases}


def _new(baseline: Baseline, contexts: Iterable[Context]) -> Iterator[Difference]:
    """Give the cases of cells that the baseline does not have at all."""
    known = {(one.engine, one.host_class): one for one in baseline.contexts}
    for now in contexts:
        was = known.get((now.engine, now.host_class))
        if was is not None and incomparable(was, now.probe[:SHORT], now.seed):
            continue
        for cell in now.cells:
            if was is not None and cell.cell in was.cells:
                continue
            for one in cell.cases:
                yield Difference(
                    kind=Kind.NEW,
                    engine=now.engine,
                    host_class=now.host_class,
                    cell=cell.cell,
                    case=one.case,
                    family=one.family,
                    before="",
                    after=standing(one),
                )
