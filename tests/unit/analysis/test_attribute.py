"""What changed the bits of a case: main effects, interactions, and what can't be told apart."""

from __future__ import annotations

import random
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.analysis.planted import context, line
from unit.results.synthetic import cell, trials

from runner.analysis.attribute import attribute
from runner.analysis.attribution import Condition, Kind
from runner.analysis.changes import Move
from runner.analysis.compare import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from unit.analysis.planted import Seen

    from runner.analysis.attribution import CaseAttribution, Effect

OLD, NEW = {"keras": "2.15.0"}, {"keras": "3.15.1"}


def attributed(cells: Iterable[Seen]) -> CaseAttribution:
    return attribute(context(cells), "a")


def table(rows: str) -> list[Seen]:
    """One word per determinism, off and on, with one letter per release."""
    words = rows.split()
    releases = [f"2.{minor}.0" for minor in range(15, 15 + len(words[0]))]
    return [
        one
        for determinism, letters in zip(("off", "on"), words, strict=True)
        for one in line("tensorflow", releases, letters, determinism=determinism)
    ]


def told(found: Iterable[Effect]) -> list[tuple[str, str, str, int, int]]:
    """Name, kind and step of each effect, and how many pairs differ and agree."""
    return [
        (one.name, one.kind.value, one.after, len(one.different), len(one.same)) for one in found
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            "AAA AAA",
            [("tensorflow", "no effect", "", 0, 4), ("determinism", "no effect", "", 0, 3)],
            id="nothing",
        ),
        pytest.param(
            "ABB ABB",
            [
                ("tensorflow", "main effect", "2.16.0", 2, 0),
                ("determinism", "no effect", "", 0, 3),
            ],
            id="one axis",
        ),
        pytest.param(
            "ABA ABA",
            [
                ("tensorflow", "main effect", "2.16.0", 2, 0),
                ("tensorflow", "main effect", "2.17.0", 2, 0),
                ("determinism", "no effect", "", 0, 3),
            ],
            id="there and back",
        ),
        pytest.param(
            "ABB CDD",
            [
                ("tensorflow", "main effect", "2.16.0", 2, 0),
                ("determinism", "main effect", "on", 3, 0),
            ],
            id="two axes",
        ),
        pytest.param(
            "ABB AAA",
            [
                ("tensorflow", "interaction", "2.16.0", 1, 1),
                ("determinism", "interaction", "on", 2, 1),
            ],
            id="only together",
        ),
        pytest.param(
            "ABB ~~~",
            [
                ("tensorflow", "main effect", "2.16.0", 1, 0),
                ("determinism", "unknown", "", 0, 0),
            ],
            id="what varies is no evidence",
        ),
        pytest.param(
            "A~B AAB",
            [
                ("tensorflow", "main effect", "2.17.0", 1, 0),
                ("determinism", "no effect", "", 0, 2),
            ],
            id="a wider step is explained by one inside it",
        ),
        pytest.param(
            "A~A ABA",
            [
                ("tensorflow", "main effect", "2.16.0", 1, 0),
                ("tensorflow", "main effect", "2.17.0", 1, 0),
                ("determinism", "no effect", "", 0, 2),
            ],
            id="a wider step that stays may be there and back",
        ),
        pytest.param(
            "A~A ABB",
            [
                ("tensorflow", "interaction", "2.16.0", 1, 1),
                ("determinism", "interaction", "on", 1, 1),
            ],
            id="or not, where it does not come back",
        ),
        pytest.param(
            "~~~ ~~~",
            [("tensorflow", "unknown", "", 0, 0), ("determinism", "unknown", "", 0, 0)],
            id="nothing to compare",
        ),
    ],
)
def test_effects(rows: str, expected: list[tuple[str, str, str, int, int]]) -> None:
    assert told(attributed(table(rows)).effects) == expected


def test_the_condition_of_an_interaction() -> None:
    of_release, of_setting = attributed(table("ABB AAA")).effects
    assert of_release.only == (Condition(axis="determinism", values=("off",), others=("on",)),)
    assert of_setting.only == (
        Condition(axis="tensorflow", values=("2.16.0", "2.17.0"), others=("2.15.0",)),
    )


def test_a_change_beside_a_cell_that_varies_is_doubtful() -> None:
    (effect,) = attributed(line("tensorflow", ("2.15.0", "2.16.0", "2.17.0"), "~AB")).effects
    assert (effect.kind, effect.doubtful) == (Kind.MAIN, True)


def test_how_a_case_stands() -> None:
    found = attributed(table("AB~ AAA"))
    assert (found.family, found.known, found.groups) == ("family", 5, 2)
    assert found.varies == ("tensorflow2.17.0.determinismoff",)
    assert found.without == ()
    assert [(line.axis, line.silent) for line in found.evidence] == [
        ("tensorflow", 1),
        ("determinism", 1),
    ]


def test_an_axis_with_one_value_is_constant() -> None:
    found = attributed(line("tensorflow", ("2.15.0", "2.16.0"), "AB", python="3.11"))
    assert found.constant == {"python": "3.11"}
    assert found.of("python") == ()


def test_a_case_that_no_cell_has_is_unknown() -> None:
    found = attribute(context(table("AB AB")), "other")
    assert {effect.kind for effect in found.effects} == {Kind.UNKNOWN}
    assert (found.known, found.family, len(found.without)) == (0, "", 4)


def test_a_context_without_cells() -> None:
    assert attribute(context([]), "a").effects == ()


# what moved at the same step


def test_a_factor_that_moved_with_the_axis_can_not_be_ruled_out() -> None:
    found = attributed([({"tensorflow": "2.15.0"}, OLD, "A"), ({"tensorflow": "2.16.0"}, NEW, "B")])
    release, keras = found.effects
    assert (release.name, release.kind) == ("tensorflow", Kind.NOT_SEPARABLE)
    assert release.suspects == (Move("keras", "2.15.0", "3.15.1"),)
    assert (keras.name, keras.kind, keras.observed) == ("keras", Kind.NOT_SEPARABLE, True)
    assert keras.suspects == (Move("tensorflow", "2.15.0", "2.16.0"),)


def test_one_pair_in_which_the_axis_moved_alone_is_enough() -> None:
    cells = [
        ({"tensorflow": "2.15.0", "determinism": "off"}, OLD, "A"),
        ({"tensorflow": "2.16.0", "determinism": "off"}, NEW, "B"),
        ({"tensorflow": "2.15.0", "determinism": "on"}, OLD, "A"),
        ({"tensorflow": "2.16.0", "determinism": "on"}, OLD, "B"),
    ]
    (release,) = attributed(cells).of("tensorflow")
    assert (release.kind, release.suspects) == (Kind.MAIN, ())


def test_a_factor_that_moved_without_a_change_has_no_effect() -> None:
    found = attributed([({"tensorflow": "2.15.0"}, OLD, "A"), ({"tensorflow": "2.16.0"}, NEW, "A")])
    assert told(found.of("keras")) == [("keras", "no effect", "", 0, 1)]


def test_a_wider_step_with_nothing_beside_it_is_told_where_a_finer_one_is_not_certain() -> None:
    old, new = {"keras": "3.4.1"}, {"keras": "3.15.1"}
    held = {"keras": "3.4.1", "determinism": "on"}
    found = attributed(
        [
            ({"tensorflow": "2.16.2", "determinism": "off"}, old, "A"),
            ({"tensorflow": "2.17.1", "determinism": "off"}, new, "B"),
            ({"tensorflow": "2.16.2", **held}, old, "C"),
            ({"tensorflow": "2.18.1", **held}, old, "D"),
        ]
    )
    told = [(one.kind.value, one.before, one.after) for one in found.of("tensorflow")]
    assert told == [
        ("not separable", "2.16.2", "2.17.1"),
        ("main effect", "2.16.2", "2.18.1"),
    ]


def test_axes_that_never_moved_apart() -> None:
    cells: list[Seen] = [
        ({"cuda": cuda, "cudnn": cudnn, "determinism": determinism}, {}, cuda)
        for cuda, cudnn in (("12.6.3", "9.3.0"), ("12.9.1", "9.10.2"))
        for determinism in ("off", "on")
    ]
    cuda, cudnn, determinism = attributed(cells).effects
    assert (cuda.kind, len(cuda.different)) == (Kind.NOT_SEPARABLE, 2)
    assert cuda.suspects == (Move("cudnn", "9.3.0", "9.10.2"),)
    assert cudnn.suspects == (Move("cuda", "12.6.3", "12.9.1"),)
    assert determinism.kind is Kind.NO_EFFECT


@pytest.mark.parametrize(
    ("corner", "tensorflow", "keras"),
    [
        pytest.param("A", "no effect", "main effect", id="keras"),
        pytest.param("B", "main effect", "no effect", id="tensorflow"),
        pytest.param("C", "main effect", "main effect", id="both"),
    ],
)
def test_a_cell_that_holds_one_of_them_tells(corner: str, tensorflow: str, keras: str) -> None:
    old, new = {"keras": "3.4.1"}, {"keras": "3.15.1"}
    found = attributed(
        [
            ({"tensorflow": "2.16.2"}, old, "A"),
            ({"tensorflow": "2.17.1"}, new, "B"),
            ({"tensorflow": "2.17.1", "keras": "3.4.1"}, old, corner),
        ]
    )
    kinds = {one.name: one.kind.value for one in found.effects}
    assert kinds == {"tensorflow": tensorflow, "keras": keras}
    assert not any(one.suspects for one in found.effects)


def test_what_is_proven_in_one_pair_explains_another_in_which_it_moved_alike() -> None:
    old, new = {"keras": "3.4.1"}, {"keras": "3.15.1"}
    found = attributed(
        [
            *(
                ({"tensorflow": release, "determinism": determinism}, keras, letter)
                for determinism in ("off", "on")
                for release, keras, letter in (("2.16.2", old, "A"), ("2.17.1", new, "B"))
            ),
            ({"tensorflow": "2.17.1", "keras": "3.4.1", "determinism": "off"}, old, "A"),
        ]
    )
    kinds = {one.name: one.kind.value for one in found.effects}
    assert kinds == {
        "tensorflow": "no effect",
        "keras": "main effect",
        "determinism": "no effect",
    }


def test_where_a_factor_moved_in_some_pairs_only_the_condition_is_told_beside_it() -> None:
    cells = [
        ({"tensorflow": "2.15.0", "determinism": "off"}, OLD, "A"),
        ({"tensorflow": "2.16.0", "determinism": "off"}, NEW, "B"),
        ({"tensorflow": "2.15.0", "determinism": "on"}, OLD, "A"),
        ({"tensorflow": "2.16.0", "determinism": "on"}, OLD, "A"),
    ]
    (effect,) = attributed(cells).of("tensorflow")
    assert (effect.kind, len(effect.different), len(effect.same)) == (Kind.NOT_SEPARABLE, 1, 1)
    assert effect.suspects == (Move("keras", "2.15.0", "3.15.1"),)
    assert effect.only == (Condition(axis="determinism", values=("off",), others=("on",)),)


def test_what_is_left_is_blamed_where_the_axis_is_cleared() -> None:
    old = {"keras": "3.4.1", "driver": "570"}
    new = {"keras": "3.15.1", "driver": "580"}
    found = attributed(
        [
            ({"tensorflow": "2.16.2"}, old, "A"),
            ({"tensorflow": "2.17.1"}, new, "B"),
            ({"tensorflow": "2.17.1", "keras": "3.4.1"}, old, "A"),
        ]
    )
    blamed = {
        one.name: {move.axis for move in one.suspects} for one in found.effects if one.changes
    }
    assert blamed == {"keras": {"driver"}, "driver": {"keras"}}
    assert [one.kind for one in found.of("tensorflow")] == [Kind.NO_EFFECT]


# order


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_cells_matters_to_no_effect(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's
    cells: list[Seen] = [
        (
            {"tensorflow": release, "cuda": cuda, "determinism": determinism},
            {"keras": chance.choice("23")},
            chance.choice("AAB~").replace("~", "") or None,
        )
        for release, cuda, determinism in product("123", "12", ("off", "on"))
        if chance.random() < 0.8
    ]
    expected = summed(attributed(cells))
    chance.shuffle(cells)
    assert summed(attributed(cells)) == expected


def summed(found: CaseAttribution) -> list[tuple[object, ...]]:
    """The effects without the order of their pairs, and without letters, which follow it."""
    return sorted(
        (
            one.name,
            one.kind,
            one.before,
            one.after,
            sorted((pair.before.cell, pair.after.cell) for pair in one.different),
            sorted((pair.before.cell, pair.after.cell) for pair in one.same),
            sorted(one.suspects),
            one.only,
        )
        for one in found.effects
    )


@settings(max_examples=50, deadline=None)
@given(shuffle=st.randoms(use_true_random=False))
def test_neither_the_order_of_records_nor_copies_matter(shuffle: random.Random) -> None:
    words: Sequence[str] = "ABBC"
    cells = [cell(f"2.{minor}.1") for minor in (15, 16, 17, 18)]
    records = [
        record
        for of, word in zip(cells, words, strict=True)
        for record in trials(of, {"a": (word, word)})
    ]
    (context_before,) = compare(records, []).contexts
    expected = attribute(context_before, "a")
    records += [one.model_copy(deep=True) for one in shuffle.sample(records, 4)]
    shuffle.shuffle(records)
    (context_after,) = compare(records, []).contexts
    assert attribute(context_after, "a") == expected
