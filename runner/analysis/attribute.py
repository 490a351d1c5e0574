"""Which axes and observed factors changed the bits of a case, from pairs of neighbours. Pure.

Equal bits on both sides of a pair mean that nothing which moved there matters, for changes that
cancel each other to the last bit are not to be expected. Different bits mean that something which
moved there does. What is known beyond that comes from the corners of a pair: cells in which some of
what moved is as before and the rest as after. Where one pair shows that the axis alone changes the
bits at a step, the other pairs at that step are taken to differ for the same reason.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import TYPE_CHECKING

from runner.analysis.attribution import CaseAttribution, Condition, Effect, Kind
from runner.analysis.changes import Move
from runner.analysis.comparison import Verdict
from runner.analysis.natural import rank
from runner.analysis.neighbours import beside, evidence, points
from runner.matrix.lines import varying

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.analysis.comparison import Context
    from runner.analysis.neighbours import Evidence, Pair, Point

    Step = tuple[str, str]
    Corners = Mapping[frozenset[tuple[str, str]], Sequence[Point]]

_MOST_CORNERS = 8  # axes that move in one pair, from which on its corners are not looked up


def attribute(context: Context, case: str) -> CaseAttribution:
    """Say what changed the bits of one case in a context; all is unknown where it has no such."""
    found = points(context, case)
    known = [one for one in found if one.group]
    pairs = evidence(found)
    corners = _corners(known)
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


def _corners(known: Iterable[Point]) -> Corners:
    found: dict[frozenset[tuple[str, str]], list[Point]] = defaultdict(list)
    for one in known:
        found[frozenset(one.values.items())].append(one)
    return found


# one axis


def _of_axis(found: Evidence, corners: Corners) -> Iterator[Effect]:
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
    return not pair.beside or _differs_across(pair.step, finer, corners)


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
            and any(_differs_across(pair.step, one, corners) for one in differing)
        )
    )


def _differs_across(step: Step, pair: Pair, corners: Corners) -> bool:
    """Whether, all else as in a pair, bits differ across a step beside which nothing moves."""
    ends = (
        corners.get(frozenset({**end.values, pair.axis: value}.items()), ())
        for end, value in zip((pair.before, pair.after), step, strict=True)
    )
    return any(
        before.group != after.group and not beside(before, after, (pair.axis,))
        for before, after in product(*ends)
    )


@dataclass(frozen=True, slots=True)
class _Cause:
    """What the corners of a pair that differs leave as its cause.

    `alone` says that its axis surely is one, `innocent` that it is none. `rest` is what moved
    beside it and may be one; those of `guilty` surely are.
    """

    alone: bool
    innocent: bool
    rest: tuple[Move, ...]
    guilty: frozenset[Move]


def _at_step(
    axis: str, pairs: Sequence[Pair], against: tuple[Pair, ...], corners: Corners
) -> Iterator[Effect]:
    causes = [_weighed(pair, corners) for pair in pairs]
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


def _weighed(pair: Pair, corners: Corners) -> _Cause:
    moved = (Move(pair.axis, *pair.step), *pair.beside)
    guilty: set[str] = set()
    cleared: set[str] = set()
    for one, other in combinations(_box(pair, corners), 2):
        apart = _apart(one, other, moved)
        if one.group == other.group:
            cleared |= apart
        elif len(apart) == 1:
            guilty |= apart
    cleared -= guilty
    rest = tuple(move for move in pair.beside if move.axis not in cleared)
    innocent = pair.axis in cleared
    return _Cause(
        alone=pair.axis in guilty or not (rest or innocent),
        innocent=innocent,
        rest=rest,
        guilty=frozenset(move for move in pair.beside if move.axis in guilty),
    )


def _apart(one: Point, other: Point, moved: Iterable[Move]) -> set[str]:
    """Name what of a pair lies between two of its corners."""
    return {move.axis for move in moved if one.value(move.axis) != other.value(move.axis)}


def _box(pair: Pair, corners: Corners) -> list[Point]:
    """Give the two cells of a pair and all whose every value is that of one or of the other."""
    ends = pair.before, pair.after
    names = [*dict.fromkeys(chain(*(end.values for end in ends)))]
    moving = [name for name in names if ends[0].value(name) != ends[1].value(name)]
    if len(moving) > _MOST_CORNERS:
        return [*ends]
    fixed = {name: value for name, value in ends[0].values.items() if name not in moving}
    found: list[Point] = []
    for chosen in product(ends, repeat=len(moving)):
        values = {
            name: end.values[name]
            for name, end in zip(moving, chosen, strict=True)
            if name in end.values
        }
        found += corners.get(frozenset((fixed | values).items()), ())
    return [one for one in found if _inside(one, ends)]


def _inside(one: Point, ends: tuple[Point, Point]) -> bool:
    return all(value in {end.value(name) for end in ends} for name, value in one.factors.items())


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


def _of_factors(found: Sequence[Evidence], effects: Sequence[Effect]) -> Iterator[Effect]:
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
