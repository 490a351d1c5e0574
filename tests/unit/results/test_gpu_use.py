"""A GPU before and after a trial, as a record keeps it."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError
from unit.results.synthetic import case, cell, trial

from runner.results.gpu_use import GpuProcess, GpuReading, GpuUse
from runner.results.records import TrialRecord

GIB = 1024**3


def reading(uncorrected: int | None = None) -> GpuReading:
    return GpuReading(free=79 * GIB, total=80 * GIB, processes=(), uncorrected=uncorrected)


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        pytest.param(0, 0, 0, id="none"),
        pytest.param(3, 3, 0, id="old ones"),
        pytest.param(3, 5, 2, id="new ones"),
        pytest.param(5, 0, 0, id="the driver was loaded anew"),
        pytest.param(None, 5, 0, id="not told before"),
        pytest.param(3, None, 0, id="not told after"),
    ],
)
def test_memory_errors_that_came_during_a_trial(
    before: int | None, after: int | None, new: int
) -> None:
    use = GpuUse(uuid="GPU-1", before=reading(before), after=reading(after))
    assert use.new_errors == new


def test_a_gpu_that_was_not_read_again_tells_of_no_errors() -> None:
    assert GpuUse(uuid="GPU-1", before=reading(3)).new_errors == 0


def test_it_is_read_as_it_was_written() -> None:
    process = GpuProcess(pid=4711, name="python", memory=GIB, probe=True)
    before = reading().model_copy(update={"processes": (process,)})
    record = trial(cell(), case("a", 1, 1)).model_copy(
        update={"gpu": GpuUse(uuid="GPU-1", before=before, after=reading(1))}
    )
    assert TrialRecord.model_validate_json(record.model_dump_json()) == record


def test_a_record_of_before_has_none() -> None:
    document = json.loads(trial(cell(), case("a", 1, 1)).model_dump_json())
    del document["gpu"]
    assert TrialRecord.model_validate_json(json.dumps(document)).gpu is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"free": -1}, id="less than nothing"),
        pytest.param({"processes": [{"pid": 1}] * 65}, id="more processes than are kept"),
        pytest.param({"temperature": 80}, id="what this samebits does not know"),
    ],
)
def test_a_reading_that_can_not_be(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        GpuReading.model_validate({"free": 1, "total": 2, **change})
