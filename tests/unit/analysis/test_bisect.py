"""Where a search looks next, what it finds, and within how many tries."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.analysis.attempts import Attempt, Tried
from runner.analysis.bisect import Change, find_changes, find_wanted, most_tries
from runner.analysis.comparison import CaseResult, Evidence, Verdict
from runner.results.records import Status

VARIES = Attempt(state=Verdict.VARIES)
UNBUILT = Attempt(state=Status.BUILD_FAILED, reason="no compiler")
WITHOUT = {"?": VARIES, "!": UNBUILT, "-": Attempt(state=Verdict.UNSUPPORTED)}


def attempt(letter: str) -> Attempt:
    """What is found of a case: a letter for its bits, or a mark for having none."""
    if letter in WITHOUT:
        return WITHOUT[letter]
    evidence = Evidence(processes=2, seen=4, distinct=1)
    result = CaseResult(
        case="c",
        family="c",
        verdict=Verdict.IDENTICAL,
        evidence=evidence,
        bits=letter,
        group=letter,
    )
    return Attempt(state=Verdict.IDENTICAL, result=result)


def releases_of(history: str) -> list[str]:
    return [f"2.{number}" for number in range(len(history))]


def tried_of(history: str) -> dict[str, Attempt]:
    """What is known of a history, a letter for each release; a blank was not tried."""
    named = zip(releases_of(history), history, strict=True)
    return {release: attempt(letter) for release, letter in named if letter != " "}


@dataclass(frozen=True)
class Searched:
    """A search to its end: what was tried by it, in order, and what it found."""

    order: tuple[str, ...]
    tried: Tried
    changes: tuple[Change, ...]
    bound: int


def search(history: str, stored: Tried | None = None, *, every: bool = False) -> Searched:
    """Search a history; `stored` is known from the start."""
    releases = releases_of(history)
    whole = tried_of(history)
    tried = dict(stored or {})
    bound = most_tries(releases, tried, every=every)
    order: list[str] = []
    while wanted := find_wanted(releases, tried, every=every):
        assert not set(wanted) & set(tried), "nothing is tried twice"
        tried |= {release: whole[release] for release in wanted}
        order += wanted
    return Searched(tuple(order), tried, find_changes(releases, tried), bound)


def ends_of(searched: Searched) -> list[tuple[str, str]]:
    return [(change.before, change.after) for change in searched.changes]


# one change


def test_the_ends_come_first_and_then_the_middle() -> None:
    assert search("AAAAABBB").order == ("2.0", "2.7", "2.4", "2.6", "2.5")


@pytest.mark.parametrize(
    ("history", "found"),
    [
        pytest.param("AB", ("2.0", "2.1"), id="nothing between"),
        pytest.param("AAAB", ("2.2", "2.3"), id="the last"),
        pytest.param("ABBB", ("2.0", "2.1"), id="the first"),
        pytest.param("AAABBBBBBB", ("2.2", "2.3"), id="amid"),
        pytest.param("AAA!BBB", ("2.2", "2.4"), id="a range around what could not be built"),
        pytest.param("AAA!?-BB", ("2.2", "2.6"), id="a longer one"),
        pytest.param("A!!!!!!B", ("2.0", "2.7"), id="all that is between"),
    ],
)
def test_where_it_changed(history: str, found: tuple[str, str]) -> None:
    assert ends_of(search(history)) == [found]


def test_what_lies_in_between_is_told() -> None:
    (change,) = find_changes(releases_of("AA! ?BB"), tried_of("AA! ?BB"))
    assert change == Change(
        before="2.1",
        after="2.5",
        without=("2.2", "2.4"),
        untried=("2.3",),
        back_to="",
        doubtful=True,
    )


@pytest.mark.parametrize("history", ["AAAA", "ABA", "ABBA", "A!?A"])
def test_ends_that_agree_end_the_search(history: str) -> None:
    searched = search(history)
    assert (searched.order, searched.changes) == (("2.0", f"2.{len(history) - 1}"), ())


@pytest.mark.parametrize("history", ["?AB", "AB!", "-B-"])
def test_an_end_without_bits_ends_the_search(history: str) -> None:
    assert search(history).order == ("2.0", "2.2")


def test_an_end_that_is_known_to_have_no_bits_spares_the_other() -> None:
    searched = search("!AB", tried_of("!  "))
    assert (searched.order, searched.bound) == ((), 0)
    assert search("!AB", tried_of("!  "), every=True).order == ("2.1", "2.2")


def test_ends_that_agree_are_no_end_where_one_between_is_known_to_differ() -> None:
    searched = search("AAAABBAA", tried_of("     B  "))
    assert searched.order == ("2.0", "2.7", "2.3", "2.4")
    assert ends_of(searched) == [("2.3", "2.4"), ("2.5", "2.7")]


def test_stored_releases_are_not_tried_again_and_narrow_the_search() -> None:
    history = "AAAAAAAABBBBBBBB"
    assert len(search(history).order) == 6
    assert search(history, tried_of("A     AAB      B")).order == ()
    assert search(history, tried_of("A     A B      B")).order == ("2.7",)


@pytest.mark.parametrize(
    ("history", "doubtful"),
    [
        pytest.param("AABB", False, id="all agree"),
        pytest.param("A?BB", True, id="one between varies"),
        pytest.param("?AB", True, id="the one before varies"),
        pytest.param("AB ?", True, id="the next that was tried varies"),
        pytest.param("?AAB", False, id="one further away varies"),
        pytest.param("A!-B", False, id="those between could not be tried"),
    ],
)
def test_a_change_beside_what_varies_is_doubtful(history: str, *, doubtful: bool) -> None:
    changes = find_changes(releases_of(history), tried_of(history))
    assert [change.doubtful for change in changes] == [doubtful]


def test_earlier_bits_that_come_back_are_told() -> None:
    changes = search("AABBAACCBB", every=True).changes
    assert [change.back_to for change in changes] == ["", "2.0", "", "2.2"]


# every change


def test_every_release_is_tried_the_most_telling_first() -> None:
    searched = search("AABBBAAAA", every=True)
    assert searched.order == (*("2.0", "2.8", "2.4", "2.2", "2.6", "2.1", "2.3", "2.5", "2.7"),)
    assert ends_of(searched) == [("2.1", "2.2"), ("2.4", "2.5")]


def test_every_change_is_found_where_the_ends_have_no_bits() -> None:
    assert ends_of(search("!ABB?", every=True)) == [("2.1", "2.2")]


# properties, over generated histories

MARKS = st.sampled_from("?!-")


@st.composite
def histories(draw: st.DrawFn, *, changes: int | None = None, sound_ends: bool = True) -> str:
    """Runs of bits, never the same twice in a row, with releases sprinkled in that have none."""
    count = draw(st.integers(0, 6)) if changes is None else changes
    bits = [draw(st.sampled_from("ABCD"))]
    for _ in range(count):
        bits.append(draw(st.sampled_from([one for one in "ABCD" if one != bits[-1]])))
    runs = [letter * draw(st.integers(1, 12)) for letter in bits]
    letters = list("".join(runs))
    if len(letters) == 1:
        letters *= 2
    inner = range(1, len(letters) - 1) if sound_ends else range(len(letters))
    for place in draw(st.sets(st.sampled_from(inner), max_size=8)) if len(inner) else ():
        letters[place] = draw(MARKS)
    return "".join(letters)


@st.composite
def stores(draw: st.DrawFn, history: str) -> Tried:
    """Some of what a history holds, known before the search."""
    releases = releases_of(history)
    known = draw(st.sets(st.sampled_from(releases)))
    return {one: found for one, found in tried_of(history).items() if one in known}


def visible(history: str) -> list[tuple[int, int]]:
    """The places of each two neighbours with different bits, those without left aside."""
    known = [place for place, letter in enumerate(history) if letter not in WITHOUT]
    pairs = pairwise(known)
    return [(one, other) for one, other in pairs if history[one] != history[other]]


def places(searched: Searched) -> list[tuple[int, int]]:
    return [(int(before[2:]), int(after[2:])) for before, after in ends_of(searched)]


def without_bits(searched: Searched) -> int:
    return sum(not searched.tried[release].bits for release in searched.order)


@settings(max_examples=1000)
@given(data=st.data())
def test_one_true_change_is_found_within_the_expected_number_of_tries(data: st.DataObject) -> None:
    history = data.draw(histories(changes=1))
    searched = search(history, data.draw(stores(history)))
    assert places(searched) == visible(history)
    assert not searched.changes[0].untried
    assert len(searched.order) <= searched.bound + without_bits(searched)


@settings(max_examples=1000)
@given(data=st.data())
def test_a_change_that_is_found_is_a_planted_one(data: st.DataObject) -> None:
    history = data.draw(histories())
    searched = search(history, data.draw(stores(history)))
    assert len(searched.order) <= searched.bound + without_bits(searched)
    planted = visible(history)
    for low, high in places(searched):
        assert any(low <= one and other <= high for one, other in planted)
    if history[0] != history[-1]:
        assert searched.changes
    if searched.changes:
        assert not searched.changes[0].untried
        assert places(searched)[0] in planted


@settings(max_examples=1000)
@given(data=st.data())
def test_every_planted_change_is_found_and_no_other(data: st.DataObject) -> None:
    history = data.draw(histories(sound_ends=False))
    stored = data.draw(stores(history))
    searched = search(history, stored, every=True)
    assert places(searched) == visible(history)
    assert len(searched.order) == searched.bound == len(history) - len(stored)
    assert not any(change.untried for change in searched.changes)


@settings(max_examples=300)
@given(data=st.data())
def test_a_search_that_was_broken_off_goes_on_where_it_was(data: st.DataObject) -> None:
    history = data.draw(histories())
    whole = search(history)
    done = data.draw(st.integers(0, len(whole.order)))
    kept = {release: whole.tried[release] for release in whole.order[:done]}
    resumed = search(history, kept)
    assert set(resumed.order) == set(whole.order[done:])
    assert resumed.changes == whole.changes


@settings(max_examples=300)
@given(history=histories(changes=0))
def test_nothing_is_found_where_nothing_changed(history: str) -> None:
    assert search(history).changes == search(history, every=True).changes == ()
