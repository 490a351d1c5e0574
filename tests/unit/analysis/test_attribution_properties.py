"""Attribution finds what was planted in generated matrices: none missed, none invented."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.analysis.planted import context

from runner.analysis.attribute import attribute
from runner.analysis.attribution import Kind
from runner.analysis.natural import rank
from runner.analysis.separate import separate

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from unit.analysis.planted import Seen

    from runner.analysis.attribution import Effect
    from runner.analysis.neighbours import Pair, Point

    Axes = Mapping[str, str]

NAMES = ("python", "tensorflow", "cuda", "determinism")
FACTORS = ("driver", "ml-dtypes")
How = Literal["one", "two", "together"]
SEEDS = st.integers(0, 2**32)


@dataclass(frozen=True)
class Cause:
    """An axis or factor and what each of its values stands for."""

    name: str
    levels: Mapping[str, int]

    def at(self, values: Axes) -> int:
        return self.levels[values[self.name]]


@dataclass(frozen=True)
class World:
    """A generated matrix with factors, and what its bits depend on."""

    cells: tuple[Seen, ...]
    causes: tuple[Cause, ...]
    how: How

    def guilty(self, before: Point, after: Point) -> set[str]:
        """What truly moved between two cells, of what bits depend on."""
        return {
            one.name
            for one in self.causes
            if one.levels[before.value(one.name)] != one.levels[after.value(one.name)]
        }


def bits(causes: Sequence[Cause], how: How, values: Axes) -> Hashable:
    levels = tuple(cause.at(values) for cause in causes)
    return all(levels) if how == "together" else levels


def world(seed: int) -> World:
    """Some of the product of two to four axes as cells, factors, causes, and cells that vary."""
    chance = random.Random(seed)  # noqa: S311 - a test's
    axes = {name: values(chance) for name in NAMES[: chance.randint(2, 4)]}
    cells = [dict(zip(axes, chosen, strict=True)) for chosen in product(*axes.values())]
    if chance.random() < 0.8:
        cells = chance.sample(cells, min(len(cells), chance.randint(2, 24)))
    observed = {name: factor(axes, chance) for name in FACTORS}
    seen = [(own, {name: of(own) for name, of in observed.items()}) for own in cells]
    scales = axes | dict.fromkeys(FACTORS, "123")
    how: How = chance.choice(("one", "two", "together"))
    chosen = chance.sample(sorted(scales), 1 if how == "one" else 2)
    causes = tuple(
        Cause(name, {one: chance.randint(0, 1) for one in scales[name]}) for name in chosen
    )
    unstable = chance.choice((0, 0, 0.1, 0.3))
    return World(
        cells=tuple(
            (own, others, bits(causes, how, own | others) if chance.random() >= unstable else None)
            for own, others in seen
        ),
        causes=causes,
        how=how,
    )


def values(chance: random.Random) -> tuple[str, ...]:
    return tuple(str(value) for value in range(1, chance.randint(2, 4) + 1))


def factor(axes: Mapping[str, Sequence[str]], chance: random.Random) -> Callable[[Axes], str]:
    """A factor that follows from one axis or from two, or is the same everywhere."""
    by = chance.sample(sorted(axes), chance.randint(0, 2))
    table = {chosen: chance.choice("123") for chosen in product(*(axes[axis] for axis in by))}
    return lambda own: table[tuple(own[axis] for axis in by)]


def blamed(effect: Effect) -> set[str]:
    return {effect.name, *(move.axis for move in effect.suspects)}


def within(effect: Effect, pair: Pair) -> bool:
    """Whether an effect is told of a pair, or of a step inside it."""
    if pair in effect.different:
        return True
    low, high = map(rank, pair.step)
    return effect.name == pair.axis and low <= rank(effect.before) and rank(effect.after) <= high


@settings(max_examples=800, deadline=None)
@given(seed=SEEDS)
def test_nothing_is_invented(seed: int) -> None:
    planted = world(seed)
    found = attribute(context(planted.cells), "a")
    for effect in found.effects:
        if effect.kind in {Kind.MAIN, Kind.INTERACTION}:
            assert any(
                effect.name in planted.guilty(pair.before, pair.after) for pair in effect.different
            )
        if effect.kind is Kind.INTERACTION:
            assert planted.how == "together"
        if effect.kind is Kind.NOT_SEPARABLE:
            for pair in effect.different:
                assert blamed(effect) & planted.guilty(pair.before, pair.after)


@settings(max_examples=800, deadline=None)
@given(seed=SEEDS)
def test_nothing_is_missed(seed: int) -> None:
    planted = world(seed)
    found = attribute(context(planted.cells), "a")
    pairs = [pair for line in found.evidence for pair in line.pairs if not pair.same]
    for pair in pairs:
        guilty = planted.guilty(pair.before, pair.after)
        assert any(
            guilty & blamed(effect) and within(effect, pair)
            for effect in found.effects
            if effect.changes
        )
    assert bool(pairs) == (found.groups > 1)


# whole matrices, of which everything can be told


def whole(seed: int, how: How) -> World:
    """The whole product of three axes, without factors, and with bits in every cell."""
    chance = random.Random(seed)  # noqa: S311 - a test's
    axes = {name: values(chance) for name in NAMES[:3]}
    chosen = chance.sample(sorted(axes), 1 if how == "one" else 2)
    causes = tuple(
        Cause(name, {one: chance.randint(0, 1) for one in axes[name]}) for name in chosen
    )
    cells = [dict(zip(axes, one, strict=True)) for one in product(*axes.values())]
    return World(
        cells=tuple((own, {}, bits(causes, how, own)) for own in cells), causes=causes, how=how
    )


def planted_steps(planted: World) -> set[tuple[str, str, str]]:
    return {
        (cause.name, before, after)
        for cause in planted.causes
        for before, after in pairwise(sorted(cause.levels))
        if cause.levels[before] != cause.levels[after]
    }


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS, how=st.sampled_from(("one", "two")))
def test_main_effects_are_found_exactly(seed: int, how: How) -> None:
    planted = whole(seed, how)
    found = attribute(context(planted.cells), "a")
    told = {(one.name, one.before, one.after) for one in found.effects if one.changes}
    assert told == planted_steps(planted)
    assert {one.kind for one in found.effects} <= {Kind.MAIN, Kind.NO_EFFECT}
    counted = len(planted.cells)
    for effect in found.effects:
        size = len({own[effect.name] for own, _, _ in planted.cells})
        assert len(effect.different or effect.same) in {
            counted // size,  # each line at one step
            counted // size * (size - 1),  # and at all of them
        }


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_an_interaction_is_found_exactly(seed: int) -> None:
    planted = whole(seed, "together")
    one, other = planted.causes
    found = attribute(context(planted.cells), "a")
    for cause, beside in ((one, other), (other, one)):
        steps = {step for step in planted_steps(planted) if step[0] == cause.name}
        told = {(e.name, e.before, e.after): e for e in found.of(cause.name) if e.changes}
        matters = {value for value, level in beside.levels.items() if level}
        assert set(told) == (steps if matters else set())
        for effect in told.values():
            others = set(beside.levels) - matters
            assert effect.kind is (Kind.INTERACTION if others else Kind.MAIN)
            assert {(c.axis, frozenset(c.values)) for c in effect.only} == (
                {(beside.name, frozenset(matters))} if others else set()
            )


# what never moved apart, and the cells that tell it


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_the_cells_to_add_tell_what_moved_together_apart(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's
    tied = chance.sample(("threads", "onednn", "xla", "env"), chance.randint(2, 3))
    guilty = set(chance.sample(tied, chance.randint(1, len(tied))))

    def seen(axes: Axes) -> Seen:
        return axes, {}, tuple(axes[name] for name in tied if name in guilty)

    cells = [
        seen(dict.fromkeys(tied, value) | {"determinism": determinism})
        for value, determinism in product("12", ("off", "on"))
    ]
    before = attribute(context(cells), "a")
    effect = next(one for one in before.effects if one.changes)
    assert effect.kind is Kind.NOT_SEPARABLE
    assert blamed(effect) == set(tied)
    found = separate(effect)
    assert len(found.cells) == len(tied) - 1
    after = attribute(context([*cells, *map(seen, found.cells)]), "a")
    assert {one.name for one in after.effects if one.changes} == guilty
    assert not any(one.suspects for one in after.effects)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_a_package_is_told_from_the_release_that_moved_it(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's
    guilty = set(chance.sample(("tensorflow", "keras", "numpy"), chance.randint(1, 3)))
    releases = {
        "2.18.1": {"keras": "3.12.0", "numpy": "2.0.2"},
        "2.19.1": {"keras": "3.15.1", "numpy": chance.choice(("2.0.2", "2.0.0"))},
    }

    def seen(axes: Axes) -> Seen:
        observed = releases[axes["tensorflow"]] | {
            name: axes[name] for name in ("keras", "numpy") if name in axes
        }
        every = {**axes, **observed}
        return axes, observed, tuple(every[name] for name in sorted(guilty))

    own = {"python": "3.11", "device": "cpu", "threads": "2", "determinism": "on"}
    cells = [seen(own | {"tensorflow": release}) for release in releases]
    moved = {
        "tensorflow",
        *(n for n in ("keras", "numpy") if len({r[n] for r in releases.values()}) > 1),
    }
    before = attribute(context(cells), "a")
    extra = [cell for effect in before.of("tensorflow") for cell in separate(effect).cells]
    assert len(extra) == (len(moved) - 1 if guilty & moved else 0)
    after = attribute(context([*cells, *map(seen, extra)]), "a")
    assert {one.name for one in after.effects if one.changes} == guilty & moved
    assert not any(one.suspects for one in after.effects)
