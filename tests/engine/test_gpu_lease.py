"""One GPU is for one container at a time, whichever thread, process or dead runner wants it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from gpu_bench import BRIEF, GPU, open_engine
from scripted_trials import IMAGE, trial, until

from runner.environments.lease import Lease
from runner.environments.session import Session

if TYPE_CHECKING:
    from private_engine import PrivateEngine

    from runner.environments.engine import Trial

pytestmark = pytest.mark.engine

LEASE = f"samebits-gpu-{GPU.uuid}"
RUNNER = """
import sys, tempfile
sys.path[:0] = sys.argv[1].split(":")
from pathlib import Path
from dataclasses import replace
from gpu_bench import GPU, open_engine
from scripted_trials import IMAGE, trial
engine = open_engine()
for number in range(int(sys.argv[3])):
    folder = Path(tempfile.mkdtemp())
    outcome = engine.run(replace(trial(IMAGE, sys.argv[2]), gpu=GPU.uuid), folder)
    print(outcome.exit_code, outcome.failure, flush=True)
engine.close()
"""


def on_gpu(behaviour: str, timeout: int = 60) -> Trial:
    return replace(trial(IMAGE, behaviour, timeout), gpu=GPU.uuid)


def start_runner(behaviour: str, trials: int) -> subprocess.Popen[str]:
    here = Path(__file__).parents[1]
    command = [sys.executable, "-c", RUNNER, f"{here}:{here.parent}", behaviour, str(trials)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("queued", "threads", "times"),
    [pytest.param(True, 20, 10, id="queued"), pytest.param(False, 5, 2, id="without a queue")],
)
def test_threads_that_race_never_hold_it_at_once(
    gpu_engine: PrivateEngine, tmp_path: Path, *, queued: bool, threads: int, times: int
) -> None:
    """Each has a session and a connection of its own, as each process has."""
    holding, seen, lock = Counter[str](), [], threading.Lock()

    def hold(_: int) -> None:
        session = Session(gpu_engine.address)
        with closing(gpu_engine.open()) as api:
            lease = Lease(
                api=api,
                session=session,
                gpu=GPU.uuid,
                seconds=120,
                folder=tmp_path if queued else None,
            )

            def create() -> str:
                labels = session.owner.labels(60)
                made = api.create_container(IMAGE, ["true"], name=LEASE, labels=labels)
                return str(made["Id"])

            for _ in range(times):
                with lease.held(create) as container:
                    with lock:
                        holding["now"] += 1
                        seen.append(holding["now"])
                    time.sleep(0.001)
                    with lock:
                        holding["now"] -= 1
                    api.remove_container(container, v=True)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(hold, range(threads)))
    assert seen == [1] * threads * times


def test_runs_of_several_processes_wait_for_each_other(gpu_engine: PrivateEngine) -> None:
    runners = [start_runner("ok", 3) for _ in range(2)]
    said = [runner.communicate(timeout=60)[0] for runner in runners]
    assert said == ["0 \n" * 3] * 2
    assert gpu_engine.names() == []


def test_a_killed_runners_container_keeps_it_until_it_is_removed(
    gpu_engine: PrivateEngine, tmp_path: Path
) -> None:
    runner = start_runner("ignore_term", 1)
    assert until(lambda: gpu_engine.names() == [LEASE], 30)
    with closing(gpu_engine.open()) as api:
        assert until(lambda: api.inspect_container(LEASE)["State"]["Running"], 10)
        left = api.inspect_container(LEASE)["Id"]
        for process in [*psutil.Process(runner.pid).children(), psutil.Process(runner.pid)]:
            os.kill(process.pid, signal.SIGKILL)
        runner.communicate()
        assert api.inspect_container(LEASE)["State"]["Running"]
    engine = open_engine()
    outcome = engine.run(on_gpu("ok"), tmp_path)
    engine.close()
    assert (outcome.exit_code, outcome.failure) == (0, "")
    assert left not in {row["Id"] for row in gpu_engine.rows()}


def test_a_living_runners_container_is_waited_for(
    gpu_engine: PrivateEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the two can't queue, as when they are of two users."""
    first, second = open_engine(), open_engine()
    outcomes = []
    holder = threading.Thread(
        target=lambda: outcomes.append(first.run(on_gpu("sleep", 3), tmp_path / "first"))
    )
    (tmp_path / "first").mkdir()
    holder.start()
    assert until(lambda: gpu_engine.names() == [LEASE], 30)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    outcome = second.run(on_gpu("ok"), tmp_path)
    holder.join()
    assert outcomes[0].timed_out
    assert (outcome.exit_code, outcome.failure) == (0, "")
    first.close()
    second.close()


def test_waiting_ends_with_the_run(gpu_engine: PrivateEngine, tmp_path: Path) -> None:
    first, second = open_engine(), open_engine()
    (tmp_path / "first").mkdir()
    holder = threading.Thread(target=lambda: first.run(on_gpu("sleep"), tmp_path / "first"))
    holder.start()
    assert until(lambda: gpu_engine.names() == [LEASE], 30)
    failures: list[str] = []
    waiting = threading.Thread(
        target=lambda: failures.append(second.run(on_gpu("ok"), tmp_path).failure)
    )
    waiting.start()
    time.sleep(1)
    second.cancel()
    waiting.join(timeout=3)
    assert failures == ["cancelled"]
    assert gpu_engine.names() == [LEASE]
    first.cancel()
    holder.join(timeout=10)
    first.close()
    second.close()


def test_a_container_of_somebody_else_is_left_alone(
    gpu_engine: PrivateEngine, tmp_path: Path
) -> None:
    with closing(gpu_engine.open()) as api:
        api.create_container(IMAGE, ["true"], name=LEASE)
        engine = open_engine()
        begun = time.monotonic()
        outcome = engine.run(on_gpu("ok"), tmp_path)
        engine.close()
        assert time.monotonic() - begun < BRIEF.lease
        assert outcome.failure == (
            f"engine: the name by which a GPU is held, {LEASE}, is that of a container that "
            "samebits did not make; rename or remove that container "
            f"(a container that samebits did not make is called {LEASE})"
        )
        assert outcome.fault
        assert outcome.fault.kind == "gpu-taken"
        assert gpu_engine.names() == [LEASE]
        api.remove_container(LEASE)


def test_a_trial_is_admitted_when_it_holds_its_gpu_and_does_not_start_otherwise(
    gpu_engine: PrivateEngine, tmp_path: Path
) -> None:
    seen: list[list[str]] = []

    def admit() -> str:
        seen.append(gpu_engine.names())
        return "used by pid 4711"

    with closing(open_engine()) as engine:
        outcome = engine.run(replace(on_gpu("ok"), admit=admit), tmp_path)
    assert seen == [[LEASE]]
    assert (outcome.exit_code, outcome.failure) == (None, "used by pid 4711")
    assert list(tmp_path.iterdir()) == []
