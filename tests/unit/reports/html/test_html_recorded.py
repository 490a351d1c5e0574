"""What is recorded of a cell: trials, versions that were loaded, and logs within bounds."""

from __future__ import annotations

import pytest
from unit.results.synthetic import case, cell, fingerprint, trial

from runner.analysis.history import collect
from runner.reports.html.pool import Pool
from runner.reports.html.recorded import (
    ALL_LOGS,
    LONGEST_LOG,
    SHORTEST_LOG,
    clip,
    loaded_axes,
    log_share,
    recorded,
    reproduction,
    tail,
)
from runner.results.probe_output import Gpu, Library, OneDnn
from runner.results.records import Status, TrialRecord

OF = cell("2.20.0")


def record(*trials: TrialRecord) -> tuple[dict[str, object], Pool]:
    pool = Pool()
    [histories] = collect(trials, []).values()
    return recorded(histories[OF.id], pool, LONGEST_LOG), pool


def test_trials_come_newest_first_and_say_whether_they_count() -> None:
    failed = trial(OF, status=Status.TIMED_OUT, reason="600 s", at=1)
    found, _ = record(trial(OF, case("a", "x")), failed)
    trials = found["trials"]
    assert isinstance(trials, list)
    assert [(one["status"], one["counted"], one["reason"]) for one in trials] == [
        ("timed-out", False, "600 s"),
        ("done", True, ""),
    ]


def test_what_was_loaded_is_that_of_the_newest_finished_trial() -> None:
    found, pool = record(
        trial(OF, case("a", "x")), trial(OF, status=Status.RUN_FAILED, reason="x", at=1)
    )
    number = found["loaded"]
    assert isinstance(number, int)
    loaded = pool.values[number]
    assert isinstance(loaded, dict)
    assert loaded["axes"]["tensorflow"] == "2.20.0"
    assert loaded["recipe"] == ["tf.config.experimental.enable_op_determinism()"]
    assert pool.values[loaded["packages"]] == {"keras": "3.12.0", "numpy": "1.26.4"}


def test_a_cell_that_never_finished_has_nothing_loaded() -> None:
    found, _ = record(trial(OF, status=Status.RUN_FAILED, reason="x"))
    assert found["loaded"] is None


def test_only_the_newest_trials_are_shown_and_the_rest_counted() -> None:
    found, _ = record(*(trial(OF, case("a", "x"), at=number) for number in range(53)))
    trials = found["trials"]
    assert isinstance(trials, list)
    assert (len(trials), found["trials_left_out"]) == (50, 3)
    assert trials[0]["started"] == "2026-11-22 09:00:52"


def test_loaded_versions_stand_by_their_axis() -> None:
    found = fingerprint().model_copy(
        update={
            "loaded": (
                Library(name="cudart", path="/a", version="12.9.79"),
                Library(name="cudnn", path="/b", version="9.10.2"),
                Library(name="cudnn_graph", path="/c", version="9.10.2"),
                Library(name="cublas", path="/d", reason="it does not answer"),
            ),
            "gpus": (Gpu(name="NVIDIA H100", compute_capability="9.0"),),
            "onednn": OneDnn(enabled=True, isa="avx2", isa_source="told"),
            "tf32": False,
        }
    )
    assert loaded_axes(found) == {
        "python": "3.11.7",
        "tensorflow": "2.20.0",
        "keras": "3.12.0",
        "numpy": "1.26.4",
        "cuda": "12.9.79",
        "cudnn": "9.10.2",
        "device": "NVIDIA H100 sm 9.0",
        "determinism": "on",
        "threads": "2 in an operation, 2 between",
        "onednn": "on (avx2, told)",
        "tf32": "off",
        "xla": "",
    }


@pytest.mark.parametrize(
    ("logs", "share"),
    [
        pytest.param([], LONGEST_LOG, id="none"),
        pytest.param(["a"] * 500, LONGEST_LOG, id="equal ones are one"),
        pytest.param([str(n) for n in range(500)], ALL_LOGS // 500, id="many share"),
        pytest.param([str(n) for n in range(9000)], SHORTEST_LOG, id="at least so much"),
    ],
)
def test_logs_share_a_bound(logs: list[str], share: int) -> None:
    failed = trial(OF, status=Status.RUN_FAILED)
    assert log_share(failed.model_copy(update={"log": log}) for log in logs) == share


def test_the_end_of_a_log_is_kept_and_the_rest_counted() -> None:
    assert tail("short\x1b[0m", 20) == "short\ufffd[0m"
    assert tail("abcdef", 2) == "… 4 characters before this are left out\nef"


def test_a_text_is_one_inert_line_of_bounded_length() -> None:
    assert clip("a\n\u202eb") == "a \ufffdb"
    assert clip("x" * 10, 4) == "xxxx …"


def test_the_command_is_safe_to_paste() -> None:
    assert reproduction(OF.id) == "nox -s matrix -- --only py3.11-tf2.20.0.cpu.det --fresh"
    assert reproduction("a", "my matrix.yaml") == (
        "nox -s matrix -- --matrix 'my matrix.yaml' --only a --fresh"
    )
    assert reproduction("a'; rm -rf /\n") == (
        """nox -s matrix -- --only 'a'"'"'; rm -rf /' --fresh"""
    )
