"""Records refuse what they could not say truly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError
from unit.results.synthetic import case, cell, key, probe, run, status, trial

from runner.results.record_file import decode, encode, read_record
from runner.results.records import Assigned, RunRecord, Shard, Status, TrialRecord

EVIDENCE = Path(__file__).parents[3] / "docs" / "evidence"
CELL = cell()
DONE = trial(CELL, case("a", 1, 1))


def test_a_trial_that_is_done_has_its_output() -> None:
    with pytest.raises(ValidationError, match="probe is there exactly when status is done"):
        TrialRecord.model_validate({**dict(DONE), "probe": None})


@pytest.mark.parametrize("other", [one for one in Status if one is not Status.DONE])
def test_a_trial_that_failed_has_no_output(other: Status) -> None:
    with pytest.raises(ValidationError, match="probe is there exactly when status is done"):
        TrialRecord.model_validate({**dict(DONE), "status": other, "probe": probe()})


@pytest.mark.parametrize(
    "started",
    [
        pytest.param(datetime(2026, 1, 1), id="no time zone"),  # noqa: DTZ001 - the fault
        pytest.param(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=23))), id="before UTC"),
        pytest.param(datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=23))), id="after"),
        pytest.param(datetime(1999, 12, 31, tzinfo=UTC), id="1999"),
    ],
)
def test_a_time_has_a_zone_and_fits_every_zone(started: datetime) -> None:
    with pytest.raises(ValidationError, match="started"):
        TrialRecord.model_validate({**dict(DONE), "started": started})


def test_a_key_is_its_fields() -> None:
    assert key(CELL).digest == key(CELL).digest
    others = [
        key(CELL, lock="lock-2"),
        key(CELL, probe="probe-2"),
        key(CELL, seed=43),
        key(CELL, repeats=3),
        key(CELL, engine="venv"),
        key(CELL, host_class="cpu avx2"),
        key(cell(determinism="off")),
    ]
    assert len({key(CELL).digest, *(other.digest for other in others)}) == 8


def test_the_record_of_a_shard_comes_back_and_one_of_before_has_none() -> None:
    division = (Assigned(cell=CELL.id, axes=CELL.axes, shard=2),)
    shard = Shard(index=2, of=3, run="77", division=division)
    record = run([status(CELL)]).model_copy(update={"shard": shard})
    assert decode(encode(record), RunRecord) == record
    before = sorted(EVIDENCE.glob("*/runs/*.json"))
    assert before
    assert [read_record(path, RunRecord).shard for path in before] == [None] * len(before)


@pytest.mark.parametrize(("index", "of", "assigned"), [(0, 1, 1), (3, 2, 1), (1, 2, 3), (1, 2, 0)])
def test_a_shard_is_one_of_those_that_there_are(index: int, of: int, assigned: int) -> None:
    division = (Assigned(cell=CELL.id, axes=CELL.axes, shard=assigned),)
    with pytest.raises(ValidationError):
        Shard(index=index, of=of, division=division)
