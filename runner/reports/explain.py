"""What changed the bits of a case, in sentences that are the same for every format."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.attribution import Kind
from runner.analysis.comparison import Evidence
from runner.matrix.cells import AXES
from runner.matrix.problems import listed
from runner.reports.describe import describe
from runner.reports.effects import change_lines, value_words
from runner.reports.evidence import amount, bounds
from runner.reports.fold import NOT_APPLICABLE, Scales
from runner.reports.section import heading
from runner.reports.words import brief, number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.analysis.attribution import CaseAttribution, Effect
    from runner.analysis.changes import AnyCell
    from runner.analysis.comparison import Context
    from runner.analysis.neighbours import AxisEvidence, Pair

    Axes = Mapping[str, str]

_SHOWN: Final = 3  # steps along one axis that are written out where a case varies on one side


@dataclass(frozen=True, slots=True)
class Story:
    """Cases of which the same is to be said, and the sentences. Every text in it is inert."""

    cases: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The stories of one context, and what none of them can tell of. Every text in it is inert."""

    title: str
    caption: tuple[str, ...]
    stories: tuple[Story, ...]


def make_chapter(context: Context, found: Sequence[CaseAttribution]) -> Chapter:
    """Tell the cases of one context; cases of which the same is to be said are told together."""
    cells: list[AnyCell] = [*context.cells, *context.missing]
    among = {cell.cell: cell.axes for cell in cells}
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in found:
        lines = tuple(map(one_line, _lines(context, one, among)))
        alike[lines].append(one_line(one.case))
    return Chapter(
        title=heading(context),
        caption=tuple(map(one_line, _caption(found))),
        stories=tuple(Story(tuple(cases), lines) for lines, cases in alike.items()),
    )


def _caption(found: Sequence[CaseAttribution]) -> Iterator[str]:
    constant = found[0].constant if found else {}
    ordered = [axis for axis in AXES if axis in constant] + sorted(constant.keys() - {*AXES})
    if ordered:
        told = listed([f"{axis} {brief(constant[axis]) or NOT_APPLICABLE}" for axis in ordered])
        yield f"The same in all cells, so that nothing can be said of it: {told}."


def _lines(context: Context, found: CaseAttribution, among: Mapping[str, Axes]) -> Iterator[str]:
    yield from _standing(context, found, among)
    told: set[tuple[str, str, str]] = set()
    for effect in found.effects:
        if effect.changes and told.isdisjoint(effect.suspects):
            yield from change_lines(effect)
            told.add((effect.name, effect.before, effect.after))
    yield from _steady(found)
    yield from _unknown(found)


def _standing(context: Context, found: CaseAttribution, among: Mapping[str, Axes]) -> Iterator[str]:
    cells = number(len(among), "cell")
    if found.known:
        groups = "the same bits in all" if found.groups == 1 else f"{found.groups} groups"
        among_them = f": {groups}" if found.known > 1 else ""
        yield f"Bits in {found.known} of {cells}{among_them}{_evidence(context, found)}."
    else:
        yield f"No bits to compare in any of {cells}."
    for what, ids in (("Varies", found.varies), ("No one result", found.without)):
        if ids:
            yield f"{what} in {number(len(ids), 'cell')}: {_where(ids, among)}."


def _where(ids: Iterable[str], among: Mapping[str, Axes]) -> str:
    cells = [*among.values()]
    return describe(Scales.of(cells), [among[one] for one in ids], cells)


def _evidence(context: Context, found: CaseAttribution) -> str:
    seen = [
        case.evidence
        for cell in context.cells
        for case in cell.cases
        if case.case == found.case and case.group
    ]
    least = Evidence.least(seen)
    return f"; each rests on at least {amount(least)} without a difference ({bounds(least)})"


def _steady(found: CaseAttribution) -> Iterator[str]:
    restless = {line.axis for line in found.evidence if line.unsteady}
    changing = dict.fromkeys(one.name for one in found.effects if one.changes)
    steady = [
        one
        for one in found.effects
        if one.kind is Kind.NO_EFFECT and one.name not in restless | changing.keys()
    ]
    axes = [_counted(one, _alone(found, one, changing)) for one in steady if not one.observed]
    moved = [_counted(one) for one in steady if one.observed]
    if axes:
        do = "does" if len(axes) == 1 else "do"
        yield f"{listed(axes)} {do} not matter: the same bits on both sides."
    for line in found.evidence:
        if line.unsteady:
            yield _unsteady(line)
    if moved:
        yield f"{listed(moved)} moved beside an axis without a change."
    elsewhere = [
        f"{axis} ({number(kept, 'pair')})" for axis in changing if (kept := _kept(found, axis))
    ]
    if elsewhere:
        yield f"At other steps of {listed(elsewhere)} the bits stay."


def _unsteady(line: AxisEvidence) -> str:
    """Say along which axis it varies on one side: that is no change of bits, nor none."""
    steps = Counter((a.value(line.axis), b.value(line.axis)) for a, b in line.unsteady)
    told = [
        f"with {value_words(restless)} and not with {value_words(steady)} ({number(count, 'pair')})"
        for (restless, steady), count in steps.items()
    ]
    more = [f"in {number(len(told) - _SHOWN, 'more step')}"] if len(told) > _SHOWN else []
    kept = sum(pair.same for pair in line.pairs)
    same = (
        f"; where it does on neither side, the bits stay ({number(kept, 'pair')})" if kept else ""
    )
    return f"Along {line.axis} it varies {listed([*told[:_SHOWN], *more])}{same}."


def _counted(effect: Effect, alone: str = "") -> str:
    return f"{effect.name} ({number(len(effect.same), 'pair')}{alone})"


def _alone(found: CaseAttribution, effect: Effect, changing: Iterable[str]) -> str:
    """Say at which one value of an axis that matters another one was seen not to."""
    pairs = [pair for line in found.evidence for pair in line.pairs]
    told = [
        f"{name} {value_words(*seen)}"
        for name in changing
        if len(seen := _values(effect.same, name)) == 1 and seen != _values(pairs, name)
    ]
    return f", with {listed(told)} alone" if told else ""


def _values(pairs: Iterable[Pair], name: str) -> set[str]:
    return {end.value(name) for pair in pairs for end in (pair.before, pair.after)}


def _kept(found: CaseAttribution, axis: str) -> int:
    """Count the pairs along an axis that keep their bits and are not told with a change."""
    told = {id(pair) for one in found.of(axis) if one.changes for pair in one.same}
    return sum(
        pair.same and id(pair) not in told
        for line in found.evidence
        if line.axis == axis
        for pair in line.pairs
    )


def _unknown(found: CaseAttribution) -> Iterator[str]:
    restless = {line.axis for line in found.evidence if line.unsteady}
    unknown = [
        one.name
        for one in found.effects
        if one.kind is Kind.UNKNOWN and not one.observed and one.name not in restless
    ]
    if unknown and found.known:
        yield f"Nothing tells of {listed(unknown)}: no two cells with bits differ in it alone."
    silent = sum(line.silent for line in found.evidence)
    if silent and found.known:
        say = "says" if silent == 1 else "say"
        yield f"{number(silent, 'pair')} of cells {say} nothing, for want of one result on a side."
