"""What a run's exit code says, and what bounds and chooses before it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from unit.results.synthetic import cell, key, run, status

from runner.cli.running import exit_code, limits, tell_plainly, without_gpu
from runner.cli.workspace import local_bases, may_run, wanted_gpus
from runner.environments.engine import Capacity
from runner.errors import NothingSelected
from runner.execution.gpu import HostGpu
from runner.execution.scheduler import Limits
from runner.results.records import Status

FIRST, SECOND = cell("2.19.1"), cell("2.20.0")
GPU = HostGpu(uuid="GPU-1", model="NVIDIA H100", compute_capability="9.0")


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        pytest.param(Status.DONE, Status.DONE, 0, id="all have a result"),
        pytest.param(Status.DONE, Status.SKIPPED, 0, id="one can't run here"),
        pytest.param(Status.DONE, Status.NO_GPU, 0, id="one has no GPU here"),
        pytest.param(Status.DONE, Status.REFUSED, 0, id="one can't run anywhere"),
        *(
            pytest.param(Status.DONE, failed, 5, id=f"one is {failed}")
            for failed in (
                Status.BUILD_FAILED,
                Status.MISMATCH,
                Status.RUN_FAILED,
                Status.TIMED_OUT,
                Status.OUT_OF_MEMORY,
                Status.STALE,
                Status.INTERRUPTED,
            )
        ),
        pytest.param(Status.RUN_FAILED, Status.SKIPPED, 5, id="none has a result"),
    ],
)
def test_exit_codes(first: Status, second: Status, code: int) -> None:
    record = run([status(FIRST, first), status(SECOND, second)])
    assert exit_code(record, interrupted=False) == code
    assert exit_code(record, interrupted=True) == 130


def test_a_run_of_which_nothing_can_run_here() -> None:
    record = run(
        [
            status(FIRST, Status.SKIPPED, "no GPU on this host"),
            status(SECOND, Status.SKIPPED, "no GPU on this host"),
            status(cell("2.4.4"), Status.REFUSED, "TensorFlow 2.4.4 has no wheel"),
        ]
    )
    with pytest.raises(NothingSelected) as caught:
        exit_code(record, interrupted=False)
    assert caught.value.message.splitlines() == [
        "none of the selected cells can run on this host",
        "2 cells: no GPU on this host",
        "1 cell: TensorFlow 2.4.4 has no wheel",
    ]
    assert caught.value.hint == "`python -m runner plan` gives the reason for each cell"


MIG = "the only GPUs are in MIG mode, which are not used: NVIDIA H100"


def test_a_cell_without_a_gpu_is_no_failure_unless_one_is_required() -> None:
    record = run([status(FIRST), status(SECOND, Status.NO_GPU, MIG)])
    assert exit_code(record, interrupted=False) == 0
    assert exit_code(record, interrupted=False, require_gpu=True) == 5
    assert exit_code(record, interrupted=True, require_gpu=True) == 130
    assert exit_code(run([status(FIRST)]), interrupted=False, require_gpu=True) == 0


def test_a_trial_that_saw_no_gpu_is_a_failure() -> None:
    record = run([status(FIRST), status(SECOND, Status.NO_GPU, "libcudnn.so.9", key(SECOND))])
    assert exit_code(record, interrupted=False) == 5
    assert exit_code(record, interrupted=False, require_gpu=True) == 5


def test_nothing_runs_for_want_of_a_gpu() -> None:
    record = run([status(FIRST, Status.NO_GPU, MIG), status(SECOND, Status.NO_GPU, MIG)])
    with pytest.raises(NothingSelected) as caught:
        exit_code(record, interrupted=False)
    assert caught.value.message == (
        f"none of the selected cells can run on this host\n2 cells: {MIG}"
    )
    assert exit_code(record, interrupted=False, require_gpu=True) == 5


def test_what_a_required_gpu_is_missing_for() -> None:
    assert without_gpu(run([status(FIRST)])) == ""
    record = run(
        [
            status(FIRST, Status.NO_GPU, MIG),
            status(SECOND, Status.NO_GPU, MIG),
            status(cell("2.21.0"), Status.NO_GPU, "\x1b[31mno", key(SECOND)),
        ]
    )
    assert without_gpu(record) == (
        f"--require-gpu: 2 cells: {MIG}; 1 cell: \N{REPLACEMENT CHARACTER}[31mno"
    )


def test_brackets_in_what_is_told_are_no_markup() -> None:
    said = io.StringIO()
    console = Console(file=said, width=20)
    tell_plainly(console, "locked, new in /data/[/bold]runs[red]/images/locks")
    assert said.getvalue() == "locked, new in /data/[/bold]runs[red]/images/locks\n"


def test_as_many_at_once_as_is_asked_for() -> None:
    capacity = Capacity(cores=8, memory=1000)
    assert limits(3, capacity) == Limits(slots=3, memory=800)
    assert limits(None, capacity) == Limits(slots=8, memory=800)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param([], {}, id="none"),
        pytest.param(["3.11=a:1"], {"3.11": "a:1"}, id="one"),
        pytest.param(["3.11=a:1", "3.12=b"], {"3.11": "a:1", "3.12": "b"}, id="two"),
        pytest.param(["3.11=a", "3.11=b"], {"3.11": "b"}, id="the last wins"),
        pytest.param(["3.11=a@sha256:0=1"], {"3.11": "a@sha256:0=1"}, id="a second ="),
    ],
)
def test_images_given_by_hand(
    given: list[str], found: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMEBITS_BASE", raising=False)
    assert local_bases(given) == found
    monkeypatch.setenv("SAMEBITS_BASE", " ".join(given))
    assert local_bases([]) == found
    assert local_bases(["3.9=z"]) == {"3.9": "z"}


def test_environments_that_can_not_run_are_neither_locked_nor_built() -> None:
    on_gpu = cell("2.20.0", device="gpu", cuda="12.9.1")
    impossible = cell("2.20.0", python="3.8")
    wanted = [FIRST, on_gpu, impossible, replace(FIRST, setting=SECOND.setting)]
    assert may_run(wanted, ()) == (FIRST.environment,)
    assert may_run(wanted, (GPU,)) == (FIRST.environment, on_gpu.environment)


@pytest.mark.parametrize(
    ("given", "variable", "wanted"),
    [
        pytest.param([], "", [], id="none"),
        pytest.param(["0", "h100"], "", ["0", "h100"], id="by the command line"),
        pytest.param([], " 0  GPU-1a ", ["0", "GPU-1a"], id="by the variable"),
        pytest.param(["1"], "0", ["1"], id="the command line counts more"),
    ],
)
def test_gpus_asked_for(
    given: list[str], variable: str, wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMEBITS_GPU", variable)
    assert wanted_gpus(given) == wanted
