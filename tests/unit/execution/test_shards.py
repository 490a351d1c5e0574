"""How cells are divided among runners that don't talk to each other."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.execution.fake_engine import cells

from runner.errors import InputError
from runner.execution.durations import Durations
from runner.execution.shards import Part, divide, parse_part, shard_of
from runner.matrix.cells import Cell, Environment, Setting

if TYPE_CHECKING:
    import random

RELEASES = ("2.16.2", "2.17.1", "2.18.1", "2.19.1", "2.20.0", "2.21.0")
CPU = cells(*RELEASES, determinism=("off", "on"))


def environments(shard: tuple[Cell, ...]) -> list[str]:
    return list(dict.fromkeys(cell.environment.tensorflow for cell in shard))


def test_without_durations_shards_have_as_many_trials_each() -> None:
    division = divide(CPU, 3, trials=3)
    assert [environments(shard) for shard in division] == [
        ["2.16.2", "2.19.1"],
        ["2.17.1", "2.20.0"],
        ["2.18.1", "2.21.0"],
    ]


def test_what_takes_longest_goes_first_and_alone_where_it_outweighs_the_rest() -> None:
    slow = {cell.id: 100.0 for cell in CPU if cell.environment.tensorflow == "2.21.0"}
    durations = Durations(trials={cell.id: 5.0 for cell in CPU} | slow)
    assert [environments(shard) for shard in divide(CPU, 2, 3, durations)] == [
        ["2.21.0"],
        list(RELEASES[:-1]),
    ]


def test_the_time_of_a_build_counts_once_however_many_trials() -> None:
    durations = Durations(
        trials={cell.id: 1.0 for cell in CPU},
        builds={cell.environment.id: 1.0 for cell in CPU} | {"py3.11-tf2.16.2": 1000.0},
    )
    assert environments(divide(CPU, 2, 3, durations)[0]) == ["2.16.2"]


def test_a_cell_that_was_never_timed_takes_as_long_as_its_kind() -> None:
    three = cells("2.19.1", "2.20.0", "2.21.0", determinism=("off",))
    durations = Durations(trials={three[0].id: 9.0, three[1].id: 9.0})
    first, second = divide(three, 2, 1, durations)
    assert environments(first) == ["2.19.1", "2.21.0"]
    assert environments(second) == ["2.20.0"]


def test_what_is_impossible_takes_no_time() -> None:
    mixed = cells("2.5.0", "2.20.0", "2.21.0", determinism=("on",))  # no wheel for Python 3.11
    assert [environments(shard) for shard in divide(mixed, 2, 3)] == [
        ["2.5.0", "2.20.0"],
        ["2.21.0"],
    ]


def test_with_fewer_environments_than_shards_the_last_are_empty() -> None:
    division = divide(cells("2.20.0", determinism=("off", "on")), 3, 3)
    assert [len(shard) for shard in division] == [2, 0, 0]


def test_the_record_of_a_run_knows_the_cells_of_all_shards_in_axis_order() -> None:
    shard = shard_of(CPU, divide(CPU, 3, 3), Part(2, 3), "77")
    assert (shard.index, shard.of, shard.run) == (2, 3, "77")
    assert [one.cell for one in shard.division] == [cell.id for cell in CPU]
    assert [one.shard for one in shard.division] == [1, 1, 2, 2, 3, 3] * 2


@st.composite
def matrices(draw: st.DrawFn) -> tuple[tuple[Cell, ...], Durations]:
    """Cells of some environments, a different number of each, some of them timed."""
    found: list[Cell] = []
    for number in range(draw(st.integers(1, 12))):
        environment = Environment(python="3.11", tensorflow=f"2.20.{number}")
        found += [
            Cell(
                environment=environment, setting=Setting(device="cpu", determinism="on", threads=n)
            )
            for n in range(1, draw(st.integers(1, 4)) + 1)
        ]
    seconds = st.one_of(st.none(), st.floats(0.1, 9000))
    timed = {one.id: draw(seconds) for one in found}
    built = {one.environment.id: draw(seconds) for one in found}
    return tuple(found), Durations(
        trials={id_: time for id_, time in timed.items() if time},
        builds={id_: time for id_, time in built.items() if time},
    )


@settings(deadline=None)
@given(matrices(), st.integers(1, 14), st.integers(1, 5), st.randoms())
def test_every_cell_is_in_exactly_one_shard_and_every_environment_whole(
    matrix: tuple[tuple[Cell, ...], Durations], of: int, trials: int, order: random.Random
) -> None:
    found, durations = matrix
    division = divide(found, of, trials, durations)
    assert len(division) == of
    assert sorted(cell.id for cell in chain(*division)) == sorted(cell.id for cell in found)
    homes = [{cell.environment for cell in shard} for shard in division]
    assert sum(map(len, homes)) == len(set().union(*homes))
    for shard in division:
        assert [cell for cell in found if cell in shard] == list(shard)
    # Nothing but the inputs counts, not even the order in which durations were read.
    shuffled = order.sample(list(durations.trials.items()), len(durations.trials))
    again = Durations(trials=dict(shuffled), builds=durations.builds)
    assert divide(found, of, trials, again) == division


@settings(deadline=None)
@given(st.lists(st.floats(1, 1000), min_size=1, max_size=20), st.integers(1, 6))
def test_no_two_shards_differ_by_more_than_the_largest_environment(
    seconds: list[float], of: int
) -> None:
    setting = Setting(device="cpu", determinism="on")
    found = [
        Cell(environment=Environment(python="3.11", tensorflow=f"2.20.{n}"), setting=setting)
        for n in range(len(seconds))
    ]
    times = {cell.id: time for cell, time in zip(found, seconds, strict=True)}
    division = divide(found, of, 1, Durations(trials=times))
    loads = [sum(times[cell.id] for cell in shard) for shard in division]
    assert max(loads) - min(loads) <= max(seconds) * (1 + 1e-9)


@pytest.mark.parametrize(
    "text",
    ["", "1", "1/", "/2", "0/2", "3/2", "1/257", "-1/2", "1/2/3", "a/b", "¹/2", "1/" + "9" * 9],
)
def test_what_is_no_part(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_part(text)
    assert caught.value.message == f"--shard {text}: not of the form I/N, such as 1/4"


@pytest.mark.parametrize("text", ["1/1", "2/3", "256/256"])
def test_what_is_a_part(text: str) -> None:
    assert str(parse_part(text)) == text
