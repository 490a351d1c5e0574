"""An engine of a few lines, and plans for it to run."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from unit.results.synthetic import HOST_CLASS, case, host, probe

from runner.environments.engine import (
    Base,
    Blueprint,
    BuildFailure,
    Capacity,
    Outcome,
    Prepared,
    Trial,
)
from runner.environments.lock import Lock
from runner.environments.probe import ProbeSource, find_probe
from runner.execution.gpu import HostGpu
from runner.execution.plan import Circumstances, Plan, make_plan
from runner.matrix.cells import Cell, Environment, Setting
from runner.matrix.spec import Probe
from runner.results.probe_output import Gpu

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.environments.shells import Entry
    from runner.results.records import EngineName, Host, Order, TrialRecord

GIB = 1024**3
OK = Outcome(exit_code=0)
BASE = Base(reference="base:1", identity="sha256:0123", pinned=True)
PROBE = Probe(trials=3, repeats=2, seed=42, timeout_seconds=600, memory_bytes=8 * GIB)
GPUS = (
    HostGpu(uuid="GPU-1", model="NVIDIA H100", compute_capability="9.0"),
    HostGpu(uuid="GPU-2", model="NVIDIA H100", compute_capability="9.0"),
)

Building = Callable[[Blueprint], "Prepared | BuildFailure"]
Running = Callable[[Trial], Outcome]


def cells(
    *releases: str, determinism: tuple[str, ...] = ("off",), cuda: str | None = None
) -> tuple[Cell, ...]:
    """One environment for each release of TensorFlow, with these settings."""
    return tuple(
        Cell(
            environment=Environment(python="3.11", tensorflow=release, cuda=cuda),
            setting=Setting(
                device="gpu" if cuda else "cpu", determinism="on" if word == "on" else "off"
            ),
        )
        for release in releases
        for word in determinism
    )


def circumstances(  # noqa: PLR0913 - one for each input that tests change
    of: tuple[Cell, ...],
    *,
    probe: Probe = PROBE,
    source: ProbeSource = find_probe(),  # noqa: B008 - a value
    lock: str = "a==1\n",
    base: Base | str = BASE,
    engine: EngineName = "docker",
    on: Host = host(),  # noqa: B008 - a value
    gpus: tuple[HostGpu, ...] = (),
    stored: tuple[TrialRecord, ...] = (),
    fresh: bool = False,
) -> Circumstances:
    """What a plan follows from where nothing stands in the way."""
    environments = {cell.environment for cell in of}
    return Circumstances(
        probe=probe,
        source=source,
        engine=engine,
        host=on,
        gpus=gpus,
        locks=dict.fromkeys(environments, Lock(lock)),
        bases=dict.fromkeys(environments, base),
        stored=stored,
        fresh=fresh,
    )


def plan(of: tuple[Cell, ...], probe: Probe = PROBE, gpus: tuple[HostGpu, ...] = ()) -> Plan:
    """A plan that runs all of these cells."""
    made = make_plan(of, circumstances(of, probe=probe, gpus=gpus))
    assert len(made.to_run) == len(of)
    return made


def build(blueprint: Blueprint) -> Prepared:
    """A build that works."""
    return Prepared(reference=f"image:{blueprint.environment.id}", reused=False)


def order_of(trial: Trial) -> Order:
    """The order that a trial's arguments ask for."""
    asked = trial.arguments[trial.arguments.index("--order") + 1]
    return "reversed" if asked == "reversed" else "forward"


def write_result(trial: Trial, out: Path) -> None:
    """Leave what a probe leaves that did as it was told."""
    output = probe(
        case("random.normal", "a", "a"),
        order=order_of(trial),
        tensorflow=trial.cell.environment.tensorflow,
    )
    if trial.gpu:
        gpu = Gpu(name="NVIDIA H100", compute_capability="9.0", uuid=trial.gpu)
        seen = output.fingerprint.model_copy(update={"gpus": (gpu,)})
        output = output.model_copy(update={"fingerprint": seen})
    (out / "result.json").write_text(output.model_dump_json(), encoding="utf-8")


@dataclass
class FakeEngine:
    """Builds and runs what the two functions say, and remembers what ran beside what.

    A trial whose outcome is exit code 0 leaves a result. Cancelling wakes what waits in `pause`.
    """

    build: Building = build
    run_one: Running = lambda _: OK
    seconds: float = 0.005
    name: EngineName = "docker"
    cancelled: threading.Event = field(default_factory=threading.Event)
    trials: list[Trial] = field(default_factory=list)
    built: list[str] = field(default_factory=list)
    peaks: Counter[str] = field(default_factory=Counter)
    _active: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def base(self, environment: Environment) -> Base:
        """Find the same base for all."""
        assert environment
        return BASE

    def host(self) -> Host:
        """Describe a quiet host."""
        return host(HOST_CLASS)

    def has(self, blueprint: Blueprint) -> bool:
        """Whether it was built before."""
        return blueprint.environment.id in self.built

    def prepare(self, blueprint: Blueprint) -> Prepared | BuildFailure:
        """Build as `build` says."""
        with self._counted("build"):
            self.built.append(blueprint.environment.id)
            self.pause(self.seconds)
            return self.build(blueprint)

    def run(self, trial: Trial, out: Path) -> Outcome:
        """Run as `run_one` says."""
        with self._counted("trial", trial.gpu or ""):
            if refusal := trial.admit():
                return Outcome(exit_code=None, failure=refusal)
            self.trials.append(trial)
            self.pause(self.seconds)
            outcome = self.run_one(trial)
            if self.cancelled.is_set():
                return Outcome(exit_code=None, failure="engine: cancelled")
            if outcome.exit_code == 0:
                write_result(trial, out)
            return outcome

    def capacity(self) -> Capacity:
        """Plenty."""
        return Capacity(cores=4, memory=64 * GIB)

    def sweep(self) -> int:
        """Nothing to do."""
        return 0

    def enter(self, trial: Trial, entry: Entry) -> int:
        """Remember where; say how many words the command has."""
        self.trials.append(trial)
        return len(entry.command)

    def cancel(self) -> None:
        """Wake what waits."""
        self.cancelled.set()

    def close(self) -> None:
        """Have nothing to leave."""

    def pause(self, seconds: float) -> None:
        """Wait, unless it is cancelled."""
        self.cancelled.wait(seconds)

    def ran(self, cell: Cell) -> int:
        """How many trials of a cell were run."""
        return sum(trial.cell == cell for trial in self.trials)

    @contextmanager
    def _counted(self, *kinds: str) -> Iterator[None]:
        """Count what is under way, by kind and in all."""
        counted = [kind for kind in (*kinds, "all") if kind]
        with self._lock:
            self._active.update(counted)
            self.peaks |= self._active
        try:
            yield
        finally:
            with self._lock:
                self._active.subtract(counted)


def until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    """Wait for a condition; whether it came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.002)
    return condition()
