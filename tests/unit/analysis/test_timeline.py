"""When a case changed bits from run to run, and what moved there."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import cell, host, key, run, status, trials

from runner.analysis.compare import compare
from runner.analysis.selection import of_cases
from runner.analysis.sessions import Moved
from runner.analysis.standing import Kind
from runner.analysis.timeline import Course, find_courses
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.results.records import RunRecord, TrialRecord

OF = cell()
DAY = 86_400


def ran(
    day: int,
    words: str,
    *,
    name: str = "node-1",
    packages: Mapping[str, str] | None = None,
    driver: str = "",
    **of_key: str,
) -> tuple[list[TrialRecord], RunRecord]:
    """One run on one day, of two trials whose repeats gave these words."""
    made = []
    for one in trials(OF, {"a": words}, count=2, at=day * DAY + 10, trial_key=key(OF, **of_key)):  # type: ignore[arg-type]  # as the test names them
        assert one.probe
        seen = one.probe.fingerprint
        fingerprint = seen.model_copy(
            update={"packages": dict(packages or seen.packages), "driver": driver}
        )
        probe = one.probe.model_copy(update={"fingerprint": fingerprint})
        made.append(one.model_copy(update={"probe": probe, "host": host(name=name)}))
    return made, run([status(OF)], at=day * DAY, on=name)


def course(*days: tuple[list[TrialRecord], RunRecord]) -> Course:
    (found,) = find_courses(
        [one for records, _ in days for one in records], [told for _, told in days], lambda _: True
    )
    return found


def test_a_course_has_a_letter_for_each_result() -> None:
    found = course(
        ran(0, "xx"), ran(1, "xx", lock="l-2"), ran(2, "yy", lock="l-3"), ran(3, "xx", lock="l-4")
    )
    assert [one.group for one in found.spells] == ["A", "B", "A"]
    assert [f"{one.since:%d} {one.until:%d}" for one in found.spells] == ["22 23", "24 24", "25 25"]
    assert [one.processes for one in found.spells] == [4, 2, 2]
    assert [one.kind for one in found.spells] == [None, Kind.CHANGED, Kind.CHANGED]
    assert found.runs == 4


def test_what_says_the_same_is_no_turn_whatever_moved() -> None:
    assert course(ran(0, "xx"), ran(1, "xx", lock="l-2", base="sha256:4567")).turns == ()


@pytest.mark.parametrize(
    ("changed", "moved"),
    [
        pytest.param({"lock": "l-2"}, [("lock", "lock-1", "l-2")], id="lock"),
        pytest.param({"probe": "p-2"}, [("probe", "probe-1", "p-2")], id="probe"),
        pytest.param({"base": "sha256:4567"}, [("base", "0123", "4567")], id="base"),
        pytest.param({"name": "node-2"}, [("host", "node-1", "node-2")], id="host"),
        pytest.param({"driver": "580.1"}, [("driver", "", "580.1")], id="driver"),
        pytest.param(
            {"lock": "l-2", "packages": {"numpy": "1.26.4", "keras": "3.12.0", "absl-py": "2.1"}},
            [("absl-py", "", "2.1")],
            id="packages instead of the lock",
        ),
        pytest.param({}, [], id="nothing that is recorded"),
    ],
)
def test_what_moved_with_the_bits(
    changed: dict[str, str], moved: list[tuple[str, str, str]]
) -> None:
    (turn,) = course(ran(0, "xx"), ran(1, "yy", **changed)).turns  # type: ignore[arg-type]
    assert [one[:3] for one in turn.moved] == moved


def test_what_bits_are_known_to_depend_on_comes_before_other_packages() -> None:
    before = {"numpy": "1", "aaa": "1", "ml-dtypes": "0.4"}
    after = {"numpy": "1", "aaa": "2", "ml-dtypes": "0.5"}
    (turn,) = course(ran(0, "xx", packages=before), ran(1, "yy", packages=after, lock="2")).turns
    assert turn.moved == (
        Moved("ml-dtypes", "0.4", "0.5"),
        Moved("aaa", "1", "2", package=True),
    )


def test_what_moved_is_what_moved_since_the_last_run_before() -> None:
    found = course(ran(0, "xx"), ran(1, "xx", lock="l-2"), ran(2, "yy", lock="l-2", driver="580"))
    (turn,) = found.turns
    assert [one.factor for one in turn.moved] == ["driver"]


def test_what_varied_and_agrees_once_by_chance_still_varies() -> None:
    assert course(ran(0, "xy"), ran(1, "xx")).turns == ()
    (turn,) = course(ran(0, "xy"), ran(1, "xx", lock="l-2")).turns
    assert turn.kind is Kind.STEADY


def test_trials_from_before_runs_were_kept_are_told_apart_by_their_key() -> None:
    (first, _), (second, _) = ran(0, "xx"), ran(1, "yy", lock="l-2")
    (found,) = find_courses([*first, *second], [], lambda _: True)
    assert [one.group for one in found.spells] == ["A", "B"]


def test_only_the_wanted_cases_are_followed() -> None:
    records = trials(OF, {"a": "xx", "b": "xx"})
    assert [one.case for one in find_courses(records, [], lambda name: name == "b")] == ["b"]


def test_the_order_of_records_does_not_matter() -> None:
    days = [ran(0, "xx"), ran(1, "yy", lock="l-2"), ran(2, "xy"), ran(3, "xx", name="node-2")]
    records = [one for own, _ in days for one in own] * 2
    runs = [told for _, told in days] * 2
    expected = find_courses(records, runs, lambda _: True)
    for seed in range(5):
        random.Random(seed).shuffle(records)  # noqa: S311 - a shuffle
        random.Random(seed).shuffle(runs)  # noqa: S311 - a shuffle
        assert find_courses(records, runs, lambda _: True) == expected


# what the last run changed


def turned(*days: tuple[list[TrialRecord], RunRecord]) -> list[str]:
    comparison = compare(
        [one for records, _ in days for one in records], [told for _, told in days]
    )
    (context,) = comparison.contexts
    return [one.case for one in context.turned]


def test_the_last_run_says_what_it_changed() -> None:
    assert turned(ran(0, "xx"), ran(1, "yy", lock="l-2")) == ["a"]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([ran(0, "xx")], id="there is no run before"),
        pytest.param([ran(0, "xx"), ran(1, "xx", lock="l-2")], id="it says the same"),
        pytest.param(
            [ran(0, "xx"), ran(1, "yy", lock="2"), ran(2, "yy", lock="2")], id="one before did"
        ),
        pytest.param([ran(0, "xx"), ran(1, "yy", probe="p-2")], id="the probe is another one"),
        pytest.param(
            [ran(0, "xx"), ran(1, "yy", lock="2"), ([], run([status(OF)], at=2 * DAY))],
            id="the last run reused its trials",
        ),
    ],
)
def test_else_it_is_quiet(days: list[tuple[list[TrialRecord], RunRecord]]) -> None:
    assert turned(*days) == []


def test_it_is_quiet_where_no_run_is_recorded() -> None:
    records = [*ran(0, "xx")[0], *ran(1, "yy", lock="l-2")[0]]
    assert [one.turned for one in compare(records, []).contexts] == [()]


def test_other_cases_than_those_asked_for_are_left_out() -> None:
    (first, begun), (second, ended) = ran(0, "xx"), ran(1, "yy", lock="l-2")
    comparison = compare([*first, *second], [begun, ended])
    assert [one.case for one in of_cases(comparison, "a").contexts[0].turned] == ["a"]
    assert of_cases(comparison, "b").contexts[0].turned == ()


def test_hosts_of_one_class_follow_each_other() -> None:
    _, reused = ran(2, "yy", name="node-2")
    assert turned(ran(0, "xx"), ran(1, "yy", lock="l-2"), ([], reused)) == []
    assert turned(ran(0, "xx"), ran(1, "yy", lock="l-2", name="node-2")) == ["a"]


def test_a_run_of_other_cells_or_without_the_device_hides_nothing() -> None:
    days = ran(0, "xx"), ran(1, "yy", lock="l-2")
    others = run([status(cell("2.19.1"))], at=2 * DAY)
    without = run([status(OF, Status.SKIPPED, "no GPU")], at=3 * DAY, on="node-2")
    assert turned(*days, ([], others), ([], without)) == ["a"]
