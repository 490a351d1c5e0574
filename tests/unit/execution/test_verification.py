"""Trials of an interpreter as it is: what they are told, and that nothing of them is kept."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from unit.execution.fake_engine import GPUS, PROBE, FakeEngine

from runner.environments.active import Interpreter
from runner.environments.engine import Outcome, Trial
from runner.environments.probe import find_probe
from runner.execution.verification import Verification, verify
from runner.matrix.cells import Setting
from runner.results.records import Status

if TYPE_CHECKING:
    import pytest

WANTED = Verification(
    interpreter=Interpreter(path=Path("/mine/bin/python"), python="3.11.2", tensorflow="2.20.0"),
    setting=Setting(
        device="cpu", determinism="on", threads=4, variables=(("TF_ENABLE_ONEDNN_OPTS", "0"),)
    ),
    probe=replace(PROBE, trials=2),
    source=find_probe(),
)


def test_forward_and_reversed_in_the_interpreter_that_is_named() -> None:
    engine, told = FakeEngine(name="venv"), list[int]()
    records = verify(WANTED, engine, tell=told.append)
    assert [(one.status, one.order) for one in records] == [
        (Status.DONE, "forward"),
        (Status.DONE, "reversed"),
    ]
    assert told == [1, 2]
    for trial, order in zip(engine.trials, ("forward", "reversed"), strict=True):
        assert trial.prepared.reference == "/mine/bin/python"
        assert trial.variables == (("TF_ENABLE_ONEDNN_OPTS", "0"),)
        arguments = " ".join(trial.arguments)
        assert f"--order {order} --device cpu --determinism on --threads 4" in arguments
        assert "--seed 42 --repeats 2" in arguments
    assert engine.peaks["trial"] == 1
    assert engine.built == []


def test_it_is_judged_as_the_cell_that_it_would_be() -> None:
    records = verify(WANTED, FakeEngine(name="venv"))
    assert {one.cell for one in records} == {"py3.11-tf2.20.0.cpu.det.threads4"}
    other = replace(WANTED.interpreter, python="3.12.1")
    (record,) = verify(replace(WANTED, interpreter=other), FakeEngine(name="venv"))
    assert (record.status, record.reason) == (
        Status.MISMATCH,
        "Python 3.11 was loaded, not 3.12",
    )


def test_the_first_trial_that_does_not_finish_ends_it() -> None:
    def crash(_: Trial) -> Outcome:
        return Outcome(exit_code=4, log="import-failed: ImportError: no tensorflow\n")

    engine = FakeEngine(name="venv", run_one=crash)
    (record,) = verify(WANTED, engine)
    assert record.status is Status.RUN_FAILED
    assert record.reason == (
        "the probe ended with exit code 4: import-failed: ImportError: no tensorflow"
    )
    assert len(engine.trials) == 1


def test_a_gpu_is_the_one_that_is_asked_for() -> None:
    setting = replace(WANTED.setting, device="gpu")
    engine = FakeEngine(name="venv")
    records = verify(replace(WANTED, setting=setting, gpu=GPUS[0]), engine)
    assert [trial.gpu for trial in engine.trials] == ["GPU-1", "GPU-1"]
    assert {one.key.host_class.partition(",")[0] for one in records} == {"NVIDIA H100 sm_90"}


def test_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # other tests verify beside this one

    def left() -> set[Path]:
        return set(tmp_path.glob("samebits-verify-*"))

    seen = left()
    verify(WANTED, FakeEngine(name="venv"), tell=lambda _: seen.update(left()))
    assert len(seen - left()) == 1
