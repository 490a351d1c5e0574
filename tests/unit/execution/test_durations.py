"""The file by which shards are made equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import InputError
from runner.execution.durations import NO_DURATIONS, Durations, read_durations, write_durations

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert read_durations(tmp_path) == NO_DURATIONS


def test_it_is_small_sorted_and_read_back(tmp_path: Path) -> None:
    path = write_durations(Durations(trials={"b": 2.04, "a": 0.001}, builds={"e": 31.26}), tmp_path)
    assert path.read_text() == (
        '{\n "builds": {\n  "e": 31.3\n },\n "trials": {\n  "a": 0.1,\n  "b": 2.0\n }\n}\n'
    )
    assert read_durations(tmp_path) == Durations(trials={"a": 0.1, "b": 2.0}, builds={"e": 31.3})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[]", "not a table of durations in seconds", id="no table"),
        pytest.param('{"builds": {}, "trials": {"a": -1}}', "trials.a", id="no time"),
        pytest.param('{"builds": {}, "trials": {"a": NaN}}', "not a table", id="no number"),
        pytest.param("<<<<<<< HEAD", "not a table of durations", id="a conflict"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "durations.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_durations(tmp_path)
    assert said in caught.value.message
    assert caught.value.message.startswith(f"{tmp_path}/durations.json: ")
