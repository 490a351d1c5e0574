"""One trial: what it is told, how its end is judged, what is kept of it."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from unit.execution.fake_engine import BASE, GIB, GPUS, OK, PROBE, FakeEngine, cells, plan
from unit.results.synthetic import case, fingerprint, host, probe

from runner.environments.engine import Outcome, Prepared, Trial
from runner.environments.gpu_faults import Found
from runner.environments.own_probe import OwnProbe
from runner.errors import StoreError
from runner.execution.gpu_watch import GpuWatch
from runner.execution.judging import Judgement, judge
from runner.execution.plan import PlannedCell
from runner.execution.trials import Task, perform
from runner.results.gpu_use import GpuProcess, GpuReading, GpuUse
from runner.results.probe_output import CaseOutput, Gpu, Library, Output, ProbeOutput
from runner.results.records import Status, TrialRecord
from runner.results.store import Store
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from pathlib import Path

    from runner.environments.gpu_faults import Blamed
    from runner.matrix.cells import Cell
    from runner.results.records import Order

CELLS = cells("2.20.0")
READ = probe(case("random.normal", "a", "a"))
UNREAD = Rejected("the probe did not end by itself")


def task_of(cell: Cell, order: Order = "forward") -> Task:
    gpus = GPUS if cell.setting.device == "gpu" else ()
    planned = plan((cell,), gpus=gpus)
    (row,) = planned.cells
    return Task(
        planned=row,
        order=order,
        number=1,
        blueprint=planned.blueprints[cell.environment],
        prepared=Prepared(reference="image:1", reused=False),
        probe=PROBE,
        gpu=gpus[0] if gpus else None,
    )


TASK = task_of(CELLS[0])


def failed(reason: str, *, retry: bool = False, avoid: bool = False) -> Judgement:
    return Judgement(Status.RUN_FAILED, reason, retry=retry, avoid=avoid)


# how an end is judged


@pytest.mark.parametrize(
    ("outcome", "judgement"),
    [
        pytest.param(
            Outcome(exit_code=137, timed_out=True),
            Judgement(Status.TIMED_OUT, "no result within 600 s"),
            id="timed out",
        ),
        pytest.param(
            Outcome(exit_code=137, out_of_memory=True),
            Judgement(Status.OUT_OF_MEMORY, "needed more than 8 GiB"),
            id="out of memory",
        ),
        pytest.param(
            Outcome(exit_code=137, killed=True),
            failed("killed from outside", retry=True),
            id="killed",
        ),
        pytest.param(
            Outcome(exit_code=None, failure="engine: gone"),
            failed("engine: gone", retry=True),
            id="engine",
        ),
        pytest.param(
            Outcome(exit_code=0, failure="the probe wrote more than 10000 files"),
            failed("the probe wrote more than 10000 files", retry=True),
            id="ended well, but what it wrote could not be fetched",
        ),
        *(
            pytest.param(
                Outcome(exit_code=None, failure=failure),
                Judgement(Status.INTERRUPTED, "interrupted"),
                id=f"interrupted: {failure}",
            )
            for failure in ("cancelled", "engine: cancelled", "can't start: cancelled")
        ),
        pytest.param(
            Outcome(exit_code=137, killed=True, timed_out=True, failure="cancelled"),
            Judgement(Status.INTERRUPTED, "interrupted"),
            id="an interrupt explains the rest",
        ),
        pytest.param(
            Outcome(exit_code=137, out_of_memory=True, failure="truncated header"),
            Judgement(Status.OUT_OF_MEMORY, "needed more than 8 GiB"),
            id="memory explains that nothing was written",
        ),
        pytest.param(
            Outcome(exit_code=3, log="a\nno-gpu: TF sees 0 of 1\n"),
            Judgement(Status.NO_GPU, "TF sees 0 of 1"),
            id="no gpu",
        ),
        pytest.param(
            Outcome(exit_code=3, log="no-gpu: one\nno-gpu: two"),
            Judgement(Status.NO_GPU, "two"),
            id="no gpu, said twice",
        ),
        pytest.param(
            Outcome(exit_code=3, log="other words"),
            Judgement(Status.NO_GPU, "TensorFlow sees no GPU"),
            id="no gpu, without a word",
        ),
        pytest.param(
            Outcome(exit_code=3, log="no-gpu: \x1b[31mred"),
            Judgement(Status.NO_GPU, "\N{REPLACEMENT CHARACTER}[31mred"),
            id="no gpu, in colour",
        ),
        pytest.param(
            Outcome(exit_code=1), failed("the probe ended with exit code 1"), id="exit code"
        ),
        pytest.param(
            Outcome(exit_code=1, log="Traceback\n  ValueError: x\n\n"),
            failed("the probe ended with exit code 1: ValueError: x"),
            id="exit code and last line",
        ),
        pytest.param(
            Outcome(exit_code=1, log="a" * 400),
            failed(f"the probe ended with exit code 1: {'a' * 300}"),
            id="a long last line",
        ),
        pytest.param(
            Outcome(exit_code=1, log="\x1b[31mred"),
            failed("the probe ended with exit code 1: \N{REPLACEMENT CHARACTER}[31mred"),
            id="a last line in colour",
        ),
        pytest.param(
            Outcome(exit_code=139),
            failed("the probe was ended by SIGSEGV, native code crashed"),
            id="a crash",
        ),
        pytest.param(
            Outcome(exit_code=134, log="cuDNN: not found"),
            failed(
                "the probe was ended by SIGABRT, native code gave up; "
                "it last printed: cuDNN: not found"
            ),
            id="an abort",
        ),
        pytest.param(
            Outcome(exit_code=5, log="own-probe: my.py:3: NameError: name 'x' is not defined\n"),
            failed("my.py:3: NameError: name 'x' is not defined"),
            id="a file of one's own cases that can not be run",
        ),
        pytest.param(
            Outcome(exit_code=255), failed("the probe ended with exit code 255"), id="no signal"
        ),
        pytest.param(
            Outcome(exit_code=128), failed("the probe ended with exit code 128"), id="signal 0"
        ),
    ],
)
def test_ends_without_a_result(outcome: Outcome, judgement: Judgement) -> None:
    assert judge(outcome, UNREAD, TASK) == judgement


@pytest.mark.parametrize(
    ("blames", "status", "retry"),
    [
        pytest.param("host", Status.NO_GPU, True, id="no container gets a GPU here"),
        pytest.param("gpu", Status.RUN_FAILED, True, id="another may do"),
        pytest.param("cell", Status.RUN_FAILED, False, id="it would fail again"),
        pytest.param(None, Status.RUN_FAILED, True, id="nobody knows"),
    ],
)
def test_what_fails_of_a_gpu_is_handed_on(
    blames: Blamed | None, status: Status, *, retry: bool
) -> None:
    fault = Found(kind="x", reason="it failed", remedy="look", blames=blames)
    outcome = Outcome(exit_code=None, failure="engine: it failed", fault=fault)
    wanted = Judgement(status, "engine: it failed", retry=retry, fault=fault)
    assert judge(outcome, UNREAD, task_of(cells("2.20.0", cuda="12.9.1")[0])) == wanted


@pytest.mark.parametrize(
    ("log", "kind", "retry"),
    [
        pytest.param("NVRM: fallen off the bus", "gpu-lost", True, id="the GPU's"),
        pytest.param("CUDA_ERROR_INVALID_PTX", "bad-ptx", False, id="the cell's"),
        pytest.param("boom", None, False, id="none"),
    ],
)
def test_a_log_may_tell_of_a_gpu_where_there_was_one(
    log: str, kind: str | None, *, retry: bool
) -> None:
    outcome = Outcome(exit_code=1, log=log)
    found = judge(outcome, UNREAD, task_of(cells("2.20.0", cuda="12.9.1")[0]))
    assert (found.fault.kind if found.fault else None, found.retry) == (kind, retry)
    on_cpu = judge(outcome, UNREAD, TASK)
    assert (on_cpu.fault, on_cpu.retry) == (None, False)


def test_a_result_does_not_make_up_for_a_bad_end() -> None:
    assert judge(Outcome(exit_code=1), READ, TASK).status is Status.RUN_FAILED
    assert judge(Outcome(exit_code=0, timed_out=True), READ, TASK).status is Status.TIMED_OUT


def test_memory_is_told_as_it_was_asked_for() -> None:
    task = replace(TASK, probe=replace(PROBE, memory_bytes=3 * GIB // 2))
    outcome = Outcome(exit_code=137, out_of_memory=True)
    assert judge(outcome, UNREAD, task).reason == "needed more than 1.5 GiB"


OTHER = "the result is of another trial than the one asked for"


def loaded(tensorflow: str = "2.20.0", python: str = "3.11.7") -> ProbeOutput:
    found = fingerprint(tensorflow).model_copy(update={"python": python})
    return READ.model_copy(update={"fingerprint": found})


@pytest.mark.parametrize(
    ("read", "judgement"),
    [
        pytest.param(READ, Judgement(Status.DONE), id="done"),
        pytest.param(
            Rejected("result.json: no such file or directory"),
            failed("unreadable result: result.json: no such file or directory"),
            id="unreadable",
        ),
        pytest.param(READ.model_copy(update={"seed": 43}), failed(OTHER), id="another seed"),
        pytest.param(READ.model_copy(update={"repeats": 3}), failed(OTHER), id="other repeats"),
        pytest.param(
            READ.model_copy(update={"order": "reversed"}), failed(OTHER), id="another order"
        ),
        pytest.param(
            loaded(tensorflow="2.19.1"),
            Judgement(Status.MISMATCH, "TensorFlow 2.19.1 was loaded, not 2.20.0"),
            id="another tensorflow",
        ),
        pytest.param(
            loaded(python="3.12.0"),
            Judgement(Status.MISMATCH, "Python 3.12 was loaded, not 3.11"),
            id="another python",
        ),
        pytest.param(
            loaded("2.19.1", "3.1"),
            Judgement(
                Status.MISMATCH,
                "TensorFlow 2.19.1 was loaded, not 2.20.0; Python 3.1 was loaded, not 3.11",
            ),
            id="both",
        ),
        pytest.param(loaded(python="3.11.99"), Judgement(Status.DONE), id="another patch release"),
    ],
)
def test_ends_with_exit_code_0(read: ProbeOutput | Rejected, judgement: Judgement) -> None:
    assert judge(OK, read, TASK) == judgement


# what a trial is told


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        pytest.param([], "TensorFlow saw 0 GPUs, not the one asked for", id="none"),
        pytest.param(
            ["GPU-1", "GPU-2"], "TensorFlow saw 2 GPUs, not the one asked for", id="several"
        ),
        pytest.param(["GPU-2"], "GPU GPU-2 was used, not GPU-1", id="another"),
        pytest.param(["GPU-1"], "", id="the one"),
        pytest.param([""], "", id="one that tells no UUID"),
    ],
)
def test_a_gpu_result_is_of_the_gpu_that_was_asked_for(seen: list[str], reason: str) -> None:
    (cell,) = cells("2.20.0", cuda="12.9.1")
    gpus = tuple(Gpu(name="H100", compute_capability="9.0", uuid=uuid) for uuid in seen)
    loaded = fingerprint("2.20.0").model_copy(update={"gpus": gpus})
    read = READ.model_copy(update={"fingerprint": loaded})
    judgement = judge(OK, read, task_of(cell, "forward"))
    if reason:
        assert judgement == Judgement(Status.MISMATCH, reason)
    else:
        assert judgement.status is Status.DONE


def on_a_gpu(*libraries: tuple[str, str]) -> ProbeOutput:
    """What a trial left that saw its GPU and loaded these libraries."""
    seen = (Gpu(name="H100", compute_capability="9.0", uuid="GPU-1"),)
    files = tuple(
        Library(name=name, path=f"/x/lib{name}.so", version=version) for name, version in libraries
    )
    found = fingerprint("2.20.0").model_copy(update={"gpus": seen, "loaded": files})
    return READ.model_copy(update={"fingerprint": found})


TOOLKIT = (("cudart", "12.9"), ("nvrtc", "12.9"), ("nvJitLink", "12.9"))


@pytest.mark.parametrize(
    ("libraries", "judgement"),
    [
        pytest.param(
            (*TOOLKIT, ("cudnn", "9.10.2")), Judgement(Status.DONE), id="what was declared"
        ),
        pytest.param(
            (*TOOLKIT, ("cudnn", "9.3.0")),
            Judgement(Status.MISMATCH, "cuDNN 9.3.0 was loaded, not 9.10.2.21"),
            id="another cuDNN",
        ),
        pytest.param(
            (("cudart", "12.5"), ("nvrtc", "12.5"), ("nvJitLink", "12.9"), ("cudnn", "9.10.2")),
            Judgement(
                Status.MISMATCH,
                "the CUDA runtime 12.5 was loaded, not 12.9.1; nvrtc 12.5 was loaded, not 12.9.1",
            ),
            id="another CUDA",
        ),
        pytest.param(
            TOOLKIT, Judgement(Status.DONE, "cuDNN was not loaded"), id="no cuDNN was needed"
        ),
    ],
)
def test_a_gpu_result_is_of_the_libraries_that_were_declared(
    libraries: tuple[tuple[str, str], ...], judgement: Judgement
) -> None:
    (cell,) = cells("2.20.0", cuda="12.9.1")
    cell = replace(cell, environment=replace(cell.environment, cudnn="9.10.2.21"))
    assert judge(OK, on_a_gpu(*libraries), task_of(cell)) == judgement


def test_a_trial_on_the_cpu_needs_none_of_them_but_takes_no_other() -> None:
    (cell,) = cells("2.20.0", cuda="12.9.1")
    task = task_of(replace(cell, setting=CELLS[0].setting))
    assert judge(OK, READ, task) == Judgement(Status.DONE)
    reason = "the CUDA runtime 11.0 was loaded, not 12.9.1"
    assert judge(OK, on_a_gpu(("cudart", "11.0")), task) == Judgement(Status.MISMATCH, reason)


def performed(task: Task, engine: FakeEngine, root: Path) -> tuple[Trial, TrialRecord, Judgement]:
    record, judgement = perform(task, engine, host(), Store(root))
    (trial,) = engine.trials
    return trial, record, judgement


def test_what_a_trial_is_told(tmp_path: Path) -> None:
    (cell,) = cells("2.20.0", cuda="12.9.1", determinism=("on",))
    setting = replace(
        cell.setting, threads=4, onednn="off", tf32="on", xla="on", variables=(("A", "1"),)
    )
    trial, _, _ = performed(
        task_of(replace(cell, setting=setting), "reversed"), FakeEngine(), tmp_path
    )
    assert trial.arguments == (
        *("--seed", "42", "--repeats", "2", "--order", "reversed", "--device", "gpu"),
        *("--determinism", "on", "--threads", "4"),
        *("--onednn", "off", "--tf32", "on", "--xla", "on", "--gpu-uuid", "GPU-1"),
    )
    assert trial.variables == (("A", "1"),)
    assert (trial.timeout, trial.memory, trial.gpu) == (600, 8 * GIB, "GPU-1")
    assert trial.prepared.reference == "image:1"
    assert trial.probe_folder == TASK.blueprint.probe.images


def test_a_trial_is_given_one_s_own_cases(tmp_path: Path) -> None:
    own = OwnProbe("my.py", b"text")
    source = replace(TASK.blueprint.probe, own=own)
    task = replace(TASK, blueprint=replace(TASK.blueprint, probe=source))
    assert performed(TASK, FakeEngine(), tmp_path / "a")[0].own is None
    assert performed(task, FakeEngine(), tmp_path / "b")[0].own == own


def test_a_trial_on_the_cpu_gets_no_gpu(tmp_path: Path) -> None:
    assert performed(TASK, FakeEngine(), tmp_path)[0].gpu is None


# the GPU before and after it


def reading(*processes: GpuProcess, uncorrected: int = 0) -> GpuReading:
    return GpuReading(free=79 * GIB, total=80 * GIB, processes=processes, uncorrected=uncorrected)


FREE = reading()
PYTHON = GpuProcess(pid=4711, name="python")
(ON_GPU,) = cells("2.20.0", cuda="12.9.1")


def watched(
    root: Path, *readings: GpuReading | None, engine: FakeEngine | None = None, cell: Cell = ON_GPU
) -> tuple[TrialRecord, Judgement]:
    """Perform a trial while NVML gives one reading after another, the last of them for ever."""
    left = list(readings)

    def read(uuid: str) -> GpuReading | None:
        assert uuid == "GPU-1"
        return left.pop(0) if len(left) > 1 else left[0]

    watch = GpuWatch(read=read, pause=lambda _: False)
    return perform(task_of(cell), engine or FakeEngine(), host(), Store(root), watch)


def test_what_was_on_the_gpu_is_kept_with_the_trial(tmp_path: Path) -> None:
    record, judgement = watched(tmp_path, FREE, reading(uncorrected=0))
    assert judgement.status is Status.DONE
    assert record.gpu == GpuUse(uuid="GPU-1", before=FREE, after=FREE)
    assert Store(tmp_path).trials().records == (record,)


def test_without_nvml_nothing_is_kept_of_the_gpu(tmp_path: Path) -> None:
    record, judgement = watched(tmp_path, None)
    assert (record.gpu, judgement.status) == (None, Status.DONE)


def test_no_gpu_is_read_for_a_trial_on_the_cpu(tmp_path: Path) -> None:
    record, judgement = watched(tmp_path, reading(PYTHON), cell=CELLS[0])
    assert (record.gpu, judgement.status) == (None, Status.DONE)


def test_on_a_gpu_that_others_use_nothing_is_run(tmp_path: Path) -> None:
    engine = FakeEngine()
    record, judgement = watched(tmp_path, reading(PYTHON), engine=engine)
    said = (
        "GPU 0 NVIDIA H100 (GPU-1): used by pid 4711 (python), 1.0 of 80.0 GiB in use; end it or "
        "choose another with --gpu"
    )
    assert judgement == failed(said, retry=True, avoid=True)
    assert engine.trials == []
    assert (record.status, record.reason, record.probe) == (Status.RUN_FAILED, said, None)
    assert record.gpu == GpuUse(uuid="GPU-1", before=reading(PYTHON))


def test_the_wait_for_a_gpu_is_no_part_of_the_trial(tmp_path: Path) -> None:
    readings = [reading(PYTHON), FREE]
    waited: list[datetime] = []

    def pause(_: float) -> bool:
        waited.append(datetime.now(UTC))
        return False

    watch = GpuWatch(read=lambda _: readings.pop(0) if len(readings) > 1 else FREE, pause=pause)
    record, judgement = perform(task_of(ON_GPU), FakeEngine(), host(), Store(tmp_path), watch)
    assert judgement.status is Status.DONE
    assert len(waited) == 1
    assert record.started >= waited[0]
    assert record.gpu == GpuUse(uuid="GPU-1", before=FREE, after=FREE)


def test_a_wait_for_a_gpu_that_is_interrupted_keeps_nothing(tmp_path: Path) -> None:
    watch = GpuWatch(read=lambda _: reading(PYTHON), pause=lambda _: True)
    _, judgement = perform(task_of(ON_GPU), FakeEngine(), host(), Store(tmp_path), watch)
    assert judgement == Judgement(Status.INTERRUPTED, "interrupted", avoid=True)
    assert Store(tmp_path).trials().records == ()


ERRORS = (
    "uncorrected memory errors of GPU GPU-1 during the trial: 2, so that its bits count for "
    "nothing; see `nvidia-smi -q -d ECC`"
)


@pytest.mark.parametrize(
    ("outcome", "judgement"),
    [
        pytest.param(OK, failed(ERRORS, retry=True, avoid=True), id="it was done"),
        pytest.param(
            Outcome(exit_code=1, log="CUDA_ERROR_ECC_UNCORRECTABLE"),
            failed(
                "the probe ended with exit code 1: CUDA_ERROR_ECC_UNCORRECTABLE; " + ERRORS,
                retry=True,
                avoid=True,
            ),
            id="it failed",
        ),
        pytest.param(
            Outcome(exit_code=None, failure="cancelled"),
            Judgement(Status.INTERRUPTED, "interrupted"),
            id="it was interrupted",
        ),
    ],
)
def test_memory_that_failed_during_a_trial_leaves_no_result(
    tmp_path: Path, outcome: Outcome, judgement: Judgement
) -> None:
    engine = FakeEngine(run_one=lambda _: outcome)
    before, after = reading(uncorrected=1), reading(uncorrected=3)
    record, judged = watched(tmp_path, before, after, engine=engine)
    assert judged == judgement
    assert record.probe is None


def test_who_came_during_a_trial_is_named(tmp_path: Path) -> None:
    record, judgement = watched(tmp_path, FREE, reading(PYTHON))
    assert judgement.status is Status.DONE
    assert record.reason.endswith("when it ended, pid 4711 (python) computed on its GPU too")


# what is kept


def test_a_trial_that_is_done_is_kept_with_its_result(tmp_path: Path) -> None:
    engine = FakeEngine(run_one=lambda _: Outcome(exit_code=0, log="many words"))
    _, record, judgement = performed(TASK, engine, tmp_path)
    assert judgement == Judgement(Status.DONE)
    assert Store(tmp_path).trials().records == (record,)
    assert record.probe == READ
    assert (record.cell, record.environment) == (CELLS[0].id, "py3.11-tf2.20.0")
    assert record.axes == CELLS[0].axes
    assert record.key == TASK.planned.key
    assert (record.order, record.status, record.reason) == ("forward", Status.DONE, "")
    assert (record.image, record.pinned, record.host) == ("image:1", True, host())
    assert (record.exit_code, record.log) == (0, "")


def test_a_trial_on_a_base_that_only_this_host_knows_says_so(tmp_path: Path) -> None:
    blueprint = replace(TASK.blueprint, base=replace(BASE, pinned=False))
    _, record, _ = performed(replace(TASK, blueprint=blueprint), FakeEngine(), tmp_path)
    assert not record.pinned


def test_a_trial_that_failed_is_kept_with_the_end_of_its_log(tmp_path: Path) -> None:
    log = "a" * 70_000 + "\x1b[31m\nthe end"
    engine = FakeEngine(run_one=lambda _: Outcome(exit_code=1, log=log))
    _, record, _ = performed(TASK, engine, tmp_path)
    assert Store(tmp_path).trials().records == (record,)
    assert (record.status, record.exit_code, record.probe) == (Status.RUN_FAILED, 1, None)
    assert len(record.log) == 60_000
    assert record.log.endswith("aaa\N{REPLACEMENT CHARACTER}[31m\nthe end")


def test_an_interrupted_trial_is_not_kept(tmp_path: Path) -> None:
    engine = FakeEngine(run_one=lambda _: Outcome(exit_code=None, failure="cancelled"))
    _, _, judgement = performed(TASK, engine, tmp_path)
    assert judgement.status is Status.INTERRUPTED
    assert Store(tmp_path).trials().records == ()


def test_what_was_loaded_is_not_kept_as_a_result_of_what_was_asked_for(tmp_path: Path) -> None:
    (other,) = cells("2.19.1")

    class WrongEngine(FakeEngine):
        def run(self, trial: Trial, out: Path) -> Outcome:
            return super().run(replace(trial, cell=other), out)

    _, record, _ = performed(TASK, WrongEngine(), tmp_path)
    assert (record.status, record.probe) == (Status.MISMATCH, None)


ARRAY = np.arange(3, dtype=np.float32)
DIGEST = hashlib.sha256(b"float32 3\n" + ARRAY.tobytes()).hexdigest()


class ArrayEngine(FakeEngine):
    """Leaves one array; `bits` are those that its file holds."""

    bits = ARRAY

    def run(self, trial: Trial, out: Path) -> Outcome:
        """Leave a result that names the array, and its file."""
        outcome = super().run(trial, out)
        one = Output(name="out", dtype="float32", shape=(3,), digests=(DIGEST, DIGEST), stored=True)
        named = CaseOutput(name="a", family="a", status="ok", outputs=(one,), seconds=(0.1, 0.1))
        (out / "result.json").write_text(probe(named).model_dump_json())
        (out / "arrays").mkdir()
        np.save(out / "arrays" / f"{DIGEST}.npy", self.bits)
        return outcome


def test_arrays_are_kept(tmp_path: Path) -> None:
    perform(TASK, ArrayEngine(), host(), Store(tmp_path))
    kept = Store(tmp_path).array(DIGEST, "float32", (3,))
    assert isinstance(kept, bytes)
    assert kept.endswith(ARRAY.tobytes())


def test_an_array_of_other_bits_fails_the_trial(tmp_path: Path) -> None:
    engine = ArrayEngine()
    engine.bits = ARRAY + 1
    record, judgement = perform(TASK, engine, host(), Store(tmp_path))
    reason = f"unreadable array: arrays: {DIGEST}.npy: its bits are not those of its name"
    assert judgement == failed(reason)
    assert (record.status, record.reason, record.probe) == (Status.RUN_FAILED, reason, None)
    assert isinstance(Store(tmp_path).array(DIGEST, "float32"), Rejected)


def test_the_folder_of_a_trial_is_gone(tmp_path: Path) -> None:
    seen: list[Path] = []

    class Seeing(FakeEngine):
        def run(self, trial: Trial, out: Path) -> Outcome:
            assert list(out.iterdir()) == []
            seen.append(out)
            return super().run(trial, out)

    perform(TASK, Seeing(), host(), Store(tmp_path))
    assert [path.exists() for path in seen] == [False]


def test_no_room_for_the_folder_of_a_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StoreError) as caught:
        perform(TASK, FakeEngine(), host(), Store(tmp_path))
    assert caught.value.message == (
        f"no folder for a trial in {tmp_path}/nowhere: No such file or directory"
    )
    assert caught.value.hint == "make room there, or set TMPDIR"


def test_a_task_without_a_key_is_a_mistake_of_ours(tmp_path: Path) -> None:
    task = replace(TASK, planned=PlannedCell(cell=CELLS[0], action="skip"))
    with pytest.raises(TypeError, match="was not planned to run"):
        perform(task, FakeEngine(), host(), Store(tmp_path))
