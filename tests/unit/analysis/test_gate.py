"""When a baseline fails a check, and for what."""

from __future__ import annotations

import pytest
from unit.results.synthetic import cell, key, trials

from runner.analysis.against import hold
from runner.analysis.baseline import take
from runner.analysis.compare import compare
from runner.analysis.gate import Gate
from runner.analysis.standing import DEFAULT, Kind

OF = cell()


def gate(before: str, after: str, *kinds: Kind) -> Gate:
    """One case whose two repeats gave these two words, held against what they gave before."""
    was = take(compare(trials(OF, {"a": before}), []))
    now = compare(trials(OF, {"a": after}), [])
    return Gate(name="b.json", against=hold(now, was), kinds=kinds or DEFAULT)


@pytest.mark.parametrize(
    ("before", "after", "kinds", "failed"),
    [
        pytest.param("xx", "xx", (), False, id="as it was"),
        pytest.param("xx", "yy", (), True, id="changed fails by itself"),
        pytest.param("xx", "xy", (), False, id="varies only where asked"),
        pytest.param("xx", "xy", (Kind.VARIES,), True, id="and there it does"),
        pytest.param("xx", "yy", (Kind.VARIES, Kind.MISSING), False, id="changed is not varies"),
        pytest.param("xy", "xx", (Kind.CHANGED, Kind.STEADY), True, id="steady where asked"),
    ],
)
def test_what_fails(before: str, after: str, kinds: tuple[Kind, ...], failed: bool) -> None:  # noqa: FBT001
    assert gate(before, after, *kinds).failed is failed


def test_what_fails_is_counted_by_kind() -> None:
    assert gate("xx", "yy").counts == {Kind.CHANGED: 1}
    assert gate("xx", "xy").counts == {}


def test_a_gate_that_compares_nothing_does_not_pass() -> None:
    was = take(compare(trials(OF, {"a": "xx"}), []))
    now = compare(trials(OF, {"a": "xx"}, trial_key=key(OF, probe="p-2")), [])
    against = hold(now, was)
    assert Gate(name="b", against=against).failed
    assert Gate(name="b", against=against, kinds=(Kind.VARIES,)).failed
    assert not Gate(name="b", against=against, kinds=()).failed
