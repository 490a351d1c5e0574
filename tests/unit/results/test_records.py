"""Records refuse what they could not say truly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError
from unit.results.synthetic import case, cell, key, probe, trial

from runner.results.records import Status, TrialRecord

CELL = cell()
DONE = trial(CELL, case("a", 1, 1))


def test_a_trial_that_is_done_has_its_output() -> None:
    with pytest.raises(ValidationError, match="probe is there exactly when status is done"):
        TrialRecord.model_validate({**dict(DONE), "probe": None})


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DONE])
def test_a_trial_that_failed_has_no_output(status: Status) -> None:
    with pytest.raises(ValidationError, match="probe is there exactly when status is done"):
        TrialRecord.model_validate({**dict(DONE), "status": status, "probe": probe()})


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
