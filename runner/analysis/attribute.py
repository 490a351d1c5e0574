"""Which axes and observed factors changed the bits of a case, from pairs of neighbours. Pure.

Equal bits on both sides of a pair mean that nothing which moved there matters, for changes that
cancel each other to the last bit are not to be expected. Different bits mean that something which
moved there does; what is certain beyond that comes from its corners. Where one pair shows that the
axis alone changes the bits at a step, the other pairs at that step are taken to differ for the same
reason.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from runner.analysis.attribution import CaseAttribution, Condition, Effect, Kind
from runner.analysis.changes import Move
from runner.analysis.comparison import Verdict
from runner.analysis.corners import by_values, differs_across, weigh
from runner.analysis.natural import rank
from runner.analysis.neighbours import evidence, points
from runner.matrix.lines import varying

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.comparison import Context
    from runner.analysis.corners import Corners
    from runner.analysis.neighbours import AxisEvidence, Pair, Point

    Step = tuple[str, str]


def attribute(context: Context, case: str) -> CaseAttribution:
    """Say what changed the bits of one case in a context; all is unknown where it has no such."""
    found = points(context, case)
    known = [one for one in found if one.group]
    pairs = evidence(found)
    corners = by_values(known)
    effects = tuple(chain.from_iterable(_of_axis(one, corners) for one in pairs))
    return CaseAttribution(
        case=case,
        family=_family(context, case),
        known=len(known),
        groups=len({one.group for one in known}),
        varies=tuple(one.cell for one in found if one.verdict is Verdict.VARIES),
        without=tuple(
            one.cell for one in found if not one.group and one.verdict is not Verdict.VARIES
        ),
        effects=(*effects, *_of_factors(pairs, effects)),
        evidence=pairs,
        constant=_constant(found),
    )


def _constant(found: Sequence[Point]) -> dict[str, str]:
    seen = [one.values for one in found if not one.missing]
    moving = varying(seen)
    return {axis: value for axis, value in (*seen, {})[0].items() if axis not in moving}


def _family(context: Context, case: str) -> str:
    return next((family for family, cases in context.families.items() if case in cases), "")


# one axis


def _of_axis(found: AxisEvidence, corners: Corners) -> Iterator[Effect]:
    """Give one effect for each step at which the axis changes bits, else what it comes to."""
    same = tuple(pair for pair in found.pairs if pair.same)
    told = False
    for step, pairs in _steps([pair for pair in found.pairs if not pair.same], corners):
        for effect in _at_step(found.axis, pairs, _against(step, pairs, same, corners), corners):
            told |= effect.name == found.axis
            yield effect
    if not told:
        yield Effect(name=found.axis, kind=Kind.NO_EFFECT if same else Kind.UNKNOWN, same=same)


def _steps(differing: Sequence[Pair], corners: Corners) -> list[tuple[Step, list[Pair]]]:
    """Sort pairs that differ by their steps, without those that a step inside theirs explains."""
    steps: dict[Step, list[Pair]] = defaultdict(list)
    for pair in sorted(differing, key=lambda one: [*map(rank, one.step)]):
        if not any(_explains(finer, pair, corners) for finer in differing):
            steps[pair.step].append(pair)
    return list(steps.items())


def _explains(finer: Pair, pair: Pair, corners: Corners) -> bool:
    """Whether a pair differs for what another one shows at a step inside its own."""
    if finer.step == pair.step or not _within(finer.step, pair.step):
        return False
    if not pair.beside:
        return not finer.beside
    return differs_across(pair.step, finer, corners)


def _within(inner: Step, outer: Step) -> bool:
    return rank(outer[0]) <= rank(inner[0]) and rank(inner[1]) <= rank(outer[1])


def _against(
    step: Step, differing: Iterable[Pair], same: Iterable[Pair], corners: Corners
) -> tuple[Pair, ...]:
    """Give the pairs that keep their bits at a step.

    One across more than the step may have changed there and back. It counts where elsewhere, with
    nothing beside, bits differ across all of that.
    """
    return tuple(
        pair
        for pair in same
        if pair.step == step
        or (
            _within(step, pair.step)
            and any(differs_across(pair.step, one, corners) for one in differing)
        )
    )


def _at_step(
    axis: str, pairs: Sequence[Pair], against: tuple[Pair, ...], corners: Corners
) -> Iterator[Effect]:
    causes = [weigh(pair, corners) for pair in pairs]
    guilty = frozenset[Move]().union(*(cause.guilty for cause in causes))
    alone = any(cause.alone for cause in causes)
    open_ = [cause for cause in causes if not (cause.innocent or guilty.intersection(cause.rest))]
    if alone or open_:
        before, after = pairs[0].step
        certain = Kind.INTERACTION if against else Kind.MAIN
        yield Effect(
            name=axis,
            kind=certain if alone else Kind.NOT_SEPARABLE,
            before=before,
            after=after,
            different=tuple(pairs),
            same=against,
            suspects=() if alone else _together(cause.rest for cause in open_),
            only=_conditions(pairs, against),
        )
    elif rest := _together(cause.rest for cause in causes if not guilty.intersection(cause.rest)):
        yield _instead(rest, pairs)


def _together(moves: Iterable[Iterable[Move]]) -> tuple[Move, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(moves)))


def _instead(rest: tuple[Move, ...], pairs: Sequence[Pair]) -> Effect:
    """Blame what moved beside an axis that is none of the causes."""
    first, *others = rest
    return Effect(
        name=first.axis,
        kind=Kind.NOT_SEPARABLE if others else Kind.MAIN,
        observed=first.axis in pairs[0].before.factors,
        before=first.before,
        after=first.after,
        different=tuple(pairs),
        suspects=tuple(others),
    )


def _conditions(different: Sequence[Pair], same: Sequence[Pair]) -> tuple[Condition, ...]:
    """Find the axes whose values alone tell the pairs that differ from those that do not."""
    if not same:
        return ()
    names = dict.fromkeys(name for pair in different for name in pair.before.values)
    found = ((name, _backgrounds(different, name), _backgrounds(same, name)) for name in names)
    return tuple(
        Condition(axis=name, values=values, others=others)
        for name, values, others in found
        if values and others and not {*values} & {*others}
    )


def _backgrounds(pairs: Iterable[Pair], name: str) -> tuple[str, ...]:
    """Give the values of an axis in pairs in which it does not move."""
    sides = ((pair.before.value(name), pair.after.value(name)) for pair in pairs)
    return tuple(sorted({before for before, after in sides if before == after}, key=rank))


# what is no axis, or moved beside one


def _of_factors(found: Sequence[AxisEvidence], effects: Sequence[Effect]) -> Iterator[Effect]:
    pairs = {(one.before.cell, one.after.cell): one for line in found for one in line.pairs}
    moved: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs.values():
        for move in pair.beside:
            moved[move.axis].append(pair)
    for name, own in moved.items():
        shared = [*_suspected(name, effects)]
        yield from shared
        if not shared and name not in {effect.name for effect in effects}:
            same = tuple(pair for pair in own if pair.same)
            kind = Kind.NO_EFFECT if same else Kind.UNKNOWN
            yield Effect(name=name, kind=kind, observed=True, same=same)


def _suspected(name: str, effects: Iterable[Effect]) -> Iterator[Effect]:
    """Turn the effects in which a name is suspected round, so that they are about it."""
    told = {(one.before, one.after) for one in effects if one.name == name and one.suspects}
    for effect in effects:
        for move in effect.suspects:
            if move.axis != name or (move.before, move.after) in told:
                continue
            others = [one for one in effect.suspects if one != move]
            yield Effect(
                name=name,
                kind=Kind.NOT_SEPARABLE,
                observed=name in effect.different[0].before.factors,
                before=move.before,
                after=move.after,
                different=tuple(pair for pair in effect.different if move in pair.beside),
                same=effect.same,
                suspects=(Move(effect.name, effect.before, effect.after), *others),
                only=effect.only,
            )
