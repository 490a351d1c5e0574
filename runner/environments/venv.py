"""The venv engine: the same lock, probe and records where no Docker engine answers.

What it can't give is said with its results: no isolation from the host's system libraries and no
base image. A trial is a fresh process that dies with the runner, by a pipe it reads.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil
from filelock import FileLock, Timeout
from uv import find_uv_bin

from runner.environments.buildkit import reason_of
from runner.environments.cpu import parse_cpuinfo
from runner.environments.cuda import cuda_variables
from runner.environments.engine import (
    Base,
    BuildFailure,
    Capacity,
    Outcome,
    Prepared,
    local_capacity,
)
from runner.environments.index import scrub
from runner.environments.interpreters import find_interpreter, needs_image
from runner.environments.lease import lock_folder, queue_of
from runner.environments.printed import Printed
from runner.environments.probe import OWN_FOLDER
from runner.environments.shells import enter_venv
from runner.errors import EngineUnavailable
from runner.results.records import EngineName, Host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.environments.engine import Blueprint, Trial
    from runner.environments.index import IndexSettings
    from runner.environments.own_probe import OwnProbe
    from runner.environments.shells import Entry
    from runner.matrix.cells import Environment

_BUILD_SECONDS: Final = 3600
_LOOK_SECONDS: Final = 0.1
_LOG_BYTES: Final = 64_000
_LARGEST_FILE: Final = 256 * 1024**2
MADE: Final = ".samebits-complete"
_IMPORT_ONCE: Final = "import tensorflow as tf; tf.keras.layers.Dense"


class VenvEngine:
    """Makes venvs with uv below one folder and runs the probe in them as subprocesses."""

    name: EngineName = "venv"

    def __init__(self, folder: Path, index: IndexSettings) -> None:
        self._folder = folder
        self._index = index
        self._cancelled = threading.Event()
        self._running: set[subprocess.Popen[bytes]] = set()

    def base(self, environment: Environment) -> Base:
        """Find an interpreter of the environment's Python on this host.

        Raises
        ------
        EngineUnavailable
            There is none, or the environment is that of a base image.
        """
        if reason := needs_image(environment):
            raise EngineUnavailable(reason)
        return find_interpreter(environment.python)

    def host(self) -> Host:
        """Describe this machine."""
        cpu = parse_cpuinfo(Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        libc = " ".join(platform.libc_ver())
        return Host(
            name=platform.node(),
            host_class=cpu.host_class,
            cpu_model=cpu.model,
            platform=f"{platform.system()} {platform.release()}, {libc}",
        )

    def capacity(self) -> Capacity:
        """What this machine has to give."""
        return local_capacity()

    def sweep(self) -> int:
        """Remove nothing: a trial ends with its runner, by the pipe that it reads."""
        return 0

    def has(self, blueprint: Blueprint) -> bool:
        """Say whether the venv of an environment is there, whole."""
        return (self._place(blueprint) / MADE).exists()

    def prepare(self, blueprint: Blueprint) -> Prepared | BuildFailure:
        """Make the venv of an environment unless one with the same content is there."""
        folder = self._place(blueprint)
        prepared = Prepared(reference=str(folder), reused=self.has(blueprint))
        if prepared.reused:
            return prepared
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._locked(folder):
                failure = None if self.has(blueprint) else self._make(blueprint, folder)
        except OSError as error:
            cancelled = self._cancelled.is_set()
            reason = "cancelled" if cancelled else f"{folder}: {error.strerror}"
            return BuildFailure(reason=reason, log="")
        return failure or prepared

    def run(self, trial: Trial, out: Path) -> Outcome:
        """Run one trial as a process that leads a session of its own; on a GPU, in its turn."""
        with contextlib.ExitStack() as turn:
            try:
                turn.enter_context(self._turn(trial.gpu))
            except OSError as error:
                return _not_started(error)
            if refusal := trial.admit():
                return Outcome(exit_code=None, failure=refusal)
            return self._run(trial, out)

    def _run(self, trial: Trial, out: Path) -> Outcome:
        with (
            tempfile.TemporaryDirectory(prefix="samebits-home-") as home,
            Printed(_LOG_BYTES) as printed,
        ):
            try:
                command = [
                    str(_interpreter(trial)),
                    *("-m", "probe", "--lifeline", "--out", str(out)),
                    *(("--path", str(_own_file(trial.own, home))) if trial.own else ()),
                    *trial.arguments,
                ]
                process = self._start(command, _variables(trial, home), printed.fileno(), home)
                _bound(process)
            except OSError as error:
                return _not_started(error)
            with process:
                ended = self._watch(process, trial)
            log = printed.text()
        code = process.returncode
        return Outcome(
            exit_code=code if code >= 0 else 128 - code,
            timed_out=ended == "timed out",
            out_of_memory=ended == "out of memory",
            killed=code == -signal.SIGKILL and not ended,
            failure="cancelled" if self._cancelled.is_set() else "",
            log=log,
        )

    def enter(self, trial: Trial, entry: Entry) -> int:
        """Run a command in this folder as a trial would run, with the user's home."""
        variables = _variables(trial, str(Path.home()))
        with self._turn(trial.gpu):
            return enter_venv(variables | {"VIRTUAL_ENV": trial.prepared.reference}, entry)

    def cancel(self) -> None:
        """End every build and trial under way."""
        self._cancelled.set()
        for process in tuple(self._running):
            _kill(process)

    def close(self) -> None:
        """Nothing is left open."""

    def _place(self, blueprint: Blueprint) -> Path:
        """The folder of a venv, named by all that goes into it."""
        parts = f"{blueprint.lock.sha256} {blueprint.base.identity}"
        content = hashlib.sha256(parts.encode()).hexdigest()
        return self._folder / f"{blueprint.environment.id}-{content[:16]}"

    def _start(
        self, command: list[str], variables: dict[str, str], output: int, folder: str
    ) -> subprocess.Popen[bytes]:
        self._refuse_if_cancelled()
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=variables,
            cwd=folder,
            start_new_session=True,
        )
        self._running.add(process)
        if self._cancelled.is_set():  # it came in between
            _kill(process)
        return process

    def _watch(self, process: subprocess.Popen[bytes], trial: Trial) -> str:
        """Wait for the end, which is ours when time or memory runs out; returns which, or ''."""
        deadline = time.monotonic() + trial.timeout
        ended = ""
        try:
            while process.poll() is None:
                if time.monotonic() > deadline:
                    ended = "timed out"
                elif _resident_bytes(process.pid) > trial.memory:
                    ended = "out of memory"
                if ended:
                    _kill(process)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=_LOOK_SECONDS)
        finally:
            _kill(process)
            self._running.discard(process)
        return ended

    def _turn(self, gpu: str | None) -> contextlib.AbstractContextManager[None]:
        """Wait for this user's other runs on a GPU; their trials end with them, and in time."""
        folder = lock_folder(os.environ.get("XDG_RUNTIME_DIR")) if gpu else None
        return self._locked(queue_of(gpu, folder)) if gpu and folder else contextlib.nullcontext()

    @contextlib.contextmanager
    def _locked(self, folder: Path) -> Iterator[None]:
        """Hold the lock beside a path; another runner may keep it as long as a build takes."""
        lock = FileLock(f"{folder}.lock")
        while not lock.is_locked:
            self._refuse_if_cancelled()
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=_LOOK_SECONDS)
        try:
            yield
        finally:
            lock.release()

    def _refuse_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise OSError(0, "cancelled")

    def _make(self, blueprint: Blueprint, folder: Path) -> BuildFailure | None:
        """Make a venv in a fresh folder, and put it in its place when it is whole.

        An installer outlives a runner that is killed; it then writes where nothing is looked for.
        Whoever holds the lock is the only one to make this venv, so what else lies there is stale.
        """
        for stale in folder.parent.glob(f"{folder.name}.*.tmp"):
            shutil.rmtree(stale, ignore_errors=True)
        fresh = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.tmp")
        try:
            failure = self._fill(blueprint, fresh)
            if failure is None:
                (fresh / MADE).touch()
                shutil.rmtree(folder, ignore_errors=True)
                fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return failure

    def _fill(self, blueprint: Blueprint, folder: Path) -> BuildFailure | None:
        """Interpreter, wheels, bytecode; nothing in it may depend on the folder's name."""
        python = folder / "bin" / "python"
        uv = [find_uv_bin(), "--quiet", "--no-config"]
        with tempfile.TemporaryDirectory(prefix="samebits-build-") as folder_of_lock:
            lock = Path(folder_of_lock, "lock.txt")
            lock.write_text(blueprint.lock.text, encoding="utf-8")
            install = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
            steps = [
                [
                    *uv,
                    "venv",
                    "--no-python-downloads",
                    "--relocatable",
                    "--python",
                    blueprint.base.reference,
                    folder,
                ],
                [*uv, "pip", "install", "--python", python, *install, "--requirements", lock],
                [python, "-c", _IMPORT_ONCE],
            ]
            for step in steps:
                code, log = self._step([str(word) for word in step], folder_of_lock)
                if code != 0:
                    reason = "cancelled" if self._cancelled.is_set() else reason_of(log)
                    return BuildFailure(reason=reason, log=log)
        return None

    def _step(self, command: list[str], folder: str) -> tuple[int, str]:
        kept = {
            key: os.environ[key] for key in ("PATH", "HOME", "UV_CACHE_DIR") if key in os.environ
        }
        with tempfile.TemporaryFile() as output:
            try:
                process = self._start(
                    command, kept | self._index.uv_variables(), output.fileno(), folder
                )
            except OSError as error:
                return 1, f"error: {error.strerror}"
            with process:
                try:
                    process.wait(timeout=_BUILD_SECONDS)
                except subprocess.TimeoutExpired:
                    _kill(process)
                finally:
                    self._running.discard(process)
            output.seek(max(0, output.seek(0, os.SEEK_END) - _LOG_BYTES))
            return process.returncode, scrub(output.read().decode(errors="replace"))


def _not_started(error: OSError) -> Outcome:
    return Outcome(exit_code=None, failure=f"can't start: {error.strerror}")


def _own_file(own: OwnProbe, home: str) -> Path:
    """Write one's own cases into a folder that nothing is imported from, unlike a trial's home."""
    path = Path(home, OWN_FOLDER, own.name)
    path.parent.mkdir()
    path.write_bytes(own.text)
    return path


def _interpreter(trial: Trial) -> Path:
    """The interpreter of a venv; a reference to a file is one that samebits did not make."""
    place = Path(trial.prepared.reference)
    return place if place.is_file() else place / "bin" / "python"


def _variables(trial: Trial, home: str) -> dict[str, str]:
    """The whole environment of a trial: only what is named here enters."""
    programs = _interpreter(trial).parent
    packages = f"{programs.parent}/lib/python{trial.cell.environment.python}/site-packages"
    return {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "PYTHONPATH": str(trial.probe_folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": trial.gpu or "",
        **cuda_variables(trial.cell.environment, packages, dict(trial.variables)),
    }


def _bound(process: subprocess.Popen[bytes]) -> None:
    """Bound what a probe writes; an installer unpacks libraries that are larger."""
    with contextlib.suppress(psutil.Error):
        handle = psutil.Process(process.pid)
        handle.rlimit(psutil.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
        handle.rlimit(psutil.RLIMIT_CORE, (0, 0))


def _resident_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
