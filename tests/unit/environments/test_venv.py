"""The venv engine: how a process ends, what enters it, and that nothing of it stays.

The venv is a link to this interpreter and the probe a few lines, so that nothing is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from filelock import FileLock

from runner.environments.engine import Base, Blueprint, BuildFailure, Outcome, Prepared, Trial
from runner.environments.index import IndexSettings
from runner.environments.lease import lock_folder, queue_of
from runner.environments.lock import Lock
from runner.environments.own_probe import OwnProbe
from runner.environments.probe import ProbeSource
from runner.environments.venv import VenvEngine
from runner.errors import EngineUnavailable
from runner.matrix.cells import Cell, Environment, Setting

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024**2
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ENVIRONMENT = Environment(python="3.11", tensorflow="2.20.0")
CELL = Cell(environment=ENVIRONMENT, setting=Setting(device="cpu", determinism="off"))
ASK = "import os, json; print(json.dumps(dict(os.environ)))"


class ScriptedProbe:
    """A venv without packages, and a probe that is whatever a test writes."""

    def __init__(self, root: Path) -> None:
        self.engine = VenvEngine(root / "venvs", IndexSettings())
        self.out = root / "out"
        self.out.mkdir()
        self._venv = root / "venv"
        (self._venv / "bin").mkdir(parents=True)
        (self._venv / "bin" / "python").symlink_to(sys.executable)
        self._package = root / "images" / "probe"
        self._package.mkdir(parents=True)

    def trial(
        self,
        script: str,
        *,
        timeout: int = 20,
        memory: int = 1024 * MIB,
        variables: tuple[tuple[str, str], ...] = (),
    ) -> Trial:
        """A trial of a probe whose text is `script`."""
        (self._package / "__main__.py").write_text(script, encoding="utf-8")
        return Trial(
            cell=CELL,
            prepared=Prepared(reference=str(self._venv), reused=True),
            probe_folder=self._package.parent,
            arguments=("--seed", "42"),
            variables=variables,
            timeout=timeout,
            memory=memory,
        )

    def run(self, script: str, timeout: int = 20, memory: int = 1024 * MIB) -> Outcome:
        """Run it once."""
        return self.engine.run(self.trial(script, timeout=timeout, memory=memory), self.out)

    @property
    def venv(self) -> Path:
        """The folder of the venv."""
        return self._venv


@pytest.fixture
def probe(tmp_path: Path) -> ScriptedProbe:
    return ScriptedProbe(tmp_path)


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.02)
    return condition()


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has waited for counts."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


# how it ends


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param("print('all well')", Outcome(exit_code=0, log="all well\n"), id="well"),
        pytest.param("raise SystemExit(3)", Outcome(exit_code=3), id="exit code"),
        pytest.param(
            "import sys; print('why', file=sys.stderr); sys.exit(1)",
            Outcome(exit_code=1, log="why\n"),
            id="what it says on standard error is kept",
        ),
        pytest.param(
            "import os; os.abort()",
            Outcome(exit_code=128 + signal.SIGABRT),
            id="a signal that it sent itself is no killing from outside",
        ),
        pytest.param(
            "import os; os.kill(os.getpid(), 11)",
            Outcome(exit_code=128 + signal.SIGSEGV),
            id="a crash",
        ),
        pytest.param(
            "import os; os.kill(os.getpid(), 9)", Outcome(exit_code=137, killed=True), id="killed"
        ),
    ],
)
def test_how_it_ends(probe: ScriptedProbe, script: str, outcome: Outcome) -> None:
    assert probe.run(script) == outcome


def test_a_trial_gets_its_arguments_and_leaves_files(probe: ScriptedProbe) -> None:
    script = (
        "import sys, pathlib; pathlib.Path(sys.argv[3], 'a').write_text(' '.join(sys.argv[1:]))"
    )
    assert probe.run(script).exit_code == 0
    assert (probe.out / "a").read_text() == f"--lifeline --out {probe.out} --seed 42"


def test_time_is_bounded(probe: ScriptedProbe) -> None:
    start = time.monotonic()
    outcome = probe.run("import time; print('begun', flush=True); time.sleep(60)", timeout=1)
    assert outcome == Outcome(exit_code=137, timed_out=True, log="begun\n")
    assert 1 <= time.monotonic() - start < 5


def test_memory_is_bounded(probe: ScriptedProbe) -> None:
    script = f"import time; held = b'x' * {96 * MIB}; time.sleep(60)"
    assert probe.run(script, memory=64 * MIB) == Outcome(exit_code=137, out_of_memory=True)


def test_the_log_is_bounded_and_its_end_is_kept(probe: ScriptedProbe) -> None:
    log = probe.run("print('a' * 500_000); print('the end')").log
    assert len(log) == 64_000
    assert log.endswith("aaa\nthe end\n")


def test_a_probe_that_prints_without_end_is_not_held_up(probe: ScriptedProbe) -> None:
    lines = "import os\nfor _ in range(300): os.write(1, b'a' * 2**20)\nprint('the end')"
    outcome = probe.run(lines)
    assert (outcome.exit_code, len(outcome.log)) == (0, 64_000)
    assert outcome.log.endswith("aaathe end\n")


def test_a_process_that_escapes_does_not_hold_the_log(probe: ScriptedProbe) -> None:
    child = "import time; time.sleep(8)"
    script = (
        "import subprocess, sys\nprint('begun', flush=True)\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)"
    )
    start = time.monotonic()
    assert probe.run(script) == Outcome(exit_code=0, log="begun\n")
    assert time.monotonic() - start < 6


def test_a_log_that_is_no_text_is_readable(probe: ScriptedProbe) -> None:
    assert probe.run(r"import os; os.write(1, b'a\xffb')").log == "a\N{REPLACEMENT CHARACTER}b"


def test_files_are_bounded(probe: ScriptedProbe) -> None:
    script = """
import time
time.sleep(0.3)  # the bound is set just after the start
with open(__import__("sys").argv[3] + "/large", "wb") as file:
    file.truncate(256 * 1024**2)
    file.truncate(256 * 1024**2 + 1)
"""
    outcome = probe.run(script)
    assert outcome.exit_code == 1
    assert "File too large" in outcome.log
    assert (probe.out / "large").stat().st_size == 256 * MIB


def test_a_venv_that_is_gone(probe: ScriptedProbe) -> None:
    (probe.venv / "bin" / "python").unlink()
    assert probe.run("") == Outcome(
        exit_code=None, failure="can't start: No such file or directory"
    )


# nothing stays


@pytest.mark.parametrize(
    ("ending", "timeout"),
    [pytest.param("", 20, id="ended"), pytest.param("time.sleep(60)", 1, id="timed out")],
)
def test_what_the_probe_started_ends_with_it(
    probe: ScriptedProbe, ending: str, timeout: int
) -> None:
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"print(child.pid, flush=True)\n{ending}\n"
    )
    pid = int(probe.run(script, timeout=timeout).log.splitlines()[0])
    assert wait_until(lambda: gone(pid))


def test_cancelling_ends_what_runs_and_refuses_what_comes(probe: ScriptedProbe) -> None:
    outcomes: list[Outcome] = []
    begun = probe.out / "begun"
    trial = probe.trial(f"import time; open({str(begun)!r}, 'w').close(); time.sleep(60)")
    worker = threading.Thread(target=lambda: outcomes.append(probe.engine.run(trial, probe.out)))
    worker.start()
    assert wait_until(begun.exists)
    probe.engine.cancel()
    worker.join(timeout=5)
    assert [one.failure for one in outcomes] == ["cancelled"]
    assert probe.run("") == Outcome(exit_code=None, failure="can't start: cancelled")


def test_a_trial_on_a_gpu_waits_for_another_run_on_it(
    probe: ScriptedProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(probe.out))
    folder = lock_folder(str(probe.out))
    assert folder
    outcomes: list[Outcome] = []
    trial = replace(probe.trial("print('it is free')"), gpu="GPU-1")
    worker = threading.Thread(target=lambda: outcomes.append(probe.engine.run(trial, probe.out)))
    with FileLock(f"{queue_of('GPU-1', folder)}.lock"):
        worker.start()
        worker.join(timeout=0.5)
        assert worker.is_alive()
        beside = replace(trial, gpu="GPU-2")
        assert probe.engine.run(beside, probe.out).log == "it is free\n"
    worker.join(timeout=10)
    assert [one.log for one in outcomes] == ["it is free\n"]


def test_waiting_for_a_gpu_ends_when_cancelled(
    probe: ScriptedProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(probe.out))
    folder = lock_folder(str(probe.out))
    assert folder
    probe.engine.cancel()
    with FileLock(f"{queue_of('GPU-1', folder)}.lock"):
        ended = probe.engine.run(replace(probe.trial(""), gpu="GPU-1"), probe.out)
    assert ended == Outcome(exit_code=None, failure="can't start: cancelled")


def test_the_home_of_a_trial_is_its_own_and_is_gone(probe: ScriptedProbe) -> None:
    script = "import os; open('x', 'w').close(); print(os.environ['HOME']); print(os.getcwd())"
    first, second = probe.run(script).log.splitlines(), probe.run(script).log.splitlines()
    assert first[0] == first[1]
    assert first[0] != second[0]
    assert not Path(first[0]).exists()


# what enters


def entered(probe: ScriptedProbe, trial: Trial) -> dict[str, str]:
    """The variables that a trial sees."""
    found = json.loads(probe.engine.run(trial, probe.out).log)
    assert isinstance(found, dict)
    return {name: text for name, text in found.items() if name != "LC_CTYPE"}  # Python's own


def test_one_s_own_cases_enter_as_they_were_read(probe: ScriptedProbe) -> None:
    script = """
import sys
path = sys.argv[sys.argv.index("--path") + 1]
print(open(path, "rb").read(), path.endswith("/yours/tensorflow.py"))
try:
    import tensorflow
except ImportError:
    print("it shadows nothing")
"""
    trial = replace(probe.trial(script), own=OwnProbe("tensorflow.py", b"raise SystemExit"))
    assert probe.engine.run(trial, probe.out).log == (
        "b'raise SystemExit' True\nit shadows nothing\n"
    )


def test_only_named_variables_enter(probe: ScriptedProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    monkeypatch.setenv("LD_PRELOAD", "")
    seen = entered(probe, probe.trial(ASK, variables=(("TF_ENABLE_ONEDNN_OPTS", "0"),)))
    home = seen.pop("HOME")
    assert home != os.environ.get("HOME")
    assert seen == {
        "PATH": f"{probe.venv}/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(probe.trial(ASK).probe_folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }


def test_an_interpreter_that_samebits_did_not_make_is_run_as_it_is(probe: ScriptedProbe) -> None:
    named = probe.venv / "bin" / "python-of-mine"
    (probe.venv / "bin" / "python").rename(named)
    trial = replace(probe.trial(ASK), prepared=Prepared(reference=str(named), reused=True))
    assert entered(probe, trial)["PATH"] == f"{probe.venv}/bin:/usr/local/bin:/usr/bin:/bin"


def test_a_trial_on_a_gpu_sees_that_one_and_finds_its_libraries(probe: ScriptedProbe) -> None:
    cell = replace(CELL, environment=replace(ENVIRONMENT, cuda="12.9.1"))
    seen = entered(probe, replace(probe.trial(ASK), cell=cell, gpu="GPU-1"))
    packages = f"{probe.venv}/lib/python3.11/site-packages"
    assert seen["CUDA_VISIBLE_DEVICES"] == "GPU-1"
    assert seen["XLA_FLAGS"] == f"--xla_gpu_cuda_data_dir={packages}/nvidia/cuda_nvcc"
    chosen = (("XLA_FLAGS", "--xla_gpu_deterministic_ops"),)
    joined = entered(probe, replace(probe.trial(ASK, variables=chosen), cell=cell, gpu="GPU-1"))
    assert joined["XLA_FLAGS"] == f"{seen['XLA_FLAGS']} --xla_gpu_deterministic_ops"
    assert f"{packages}/nvidia/cudnn/lib" in seen["LD_LIBRARY_PATH"].split(":")


# environments


def blueprint(root: Path, lock: str = "a==1\n", identity: str = "CPython 3.11.7") -> Blueprint:
    return Blueprint(
        environment=ENVIRONMENT,
        base=Base(reference="/nowhere/python3.11", identity=identity, pinned=False),
        lock=Lock(lock),
        probe=ProbeSource(root),
    )


def test_a_build_that_fails_is_a_value_with_a_reason(tmp_path: Path) -> None:
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    built = engine.prepare(blueprint(tmp_path))
    assert isinstance(built, BuildFailure)
    assert "/nowhere/python3.11" in built.reason
    assert built.reason in built.log.replace("\n", " ")


TENSORFLOW = """
import pathlib, sys
pathlib.Path(sys.prefix, "made-in").write_text(sys.prefix)
class keras:
    class layers:
        Dense = None
"""


class InstallableTensorflow:
    """A package of that name in a wheel on this disk: a whole build without a network."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.engine = VenvEngine(root / "venvs", IndexSettings())

    def blueprint(self, source: str = TENSORFLOW, *, padding: int = 0) -> Blueprint:
        """A blueprint whose lock has that one package, with a file of so many zeros in it."""
        wheel = self._root / "tensorflow-1-py3-none-any.whl"
        about = {"METADATA": "Metadata-Version: 2.1\nName: tensorflow\nVersion: 1\n"}
        about["WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("tensorflow/__init__.py", source)
            with archive.open("tensorflow/zeros", "w") as file:
                for _ in range(padding // MIB):
                    file.write(bytes(MIB))
            for name, text in about.items():
                archive.writestr(f"tensorflow-1.dist-info/{name}", text)
            record = "".join(f"{name},,\n" for name in archive.namelist())
            archive.writestr(
                "tensorflow-1.dist-info/RECORD", record + "tensorflow-1.dist-info/RECORD,,\n"
            )
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock = f"tensorflow @ {wheel.as_uri()} --hash=sha256:{digest}\n"
        found = blueprint(self._root, lock=lock)
        return replace(found, base=replace(found.base, reference=sys.executable))


@pytest.fixture
def installable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstallableTensorflow:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return InstallableTensorflow(tmp_path)


def test_libraries_larger_than_what_a_probe_may_write_are_installed(
    installable: InstallableTensorflow,
) -> None:
    built = installable.engine.prepare(installable.blueprint(padding=257 * MIB))
    assert isinstance(built, Prepared)


def test_a_failed_installation_names_its_error_and_the_cause(
    installable: InstallableTensorflow,
) -> None:
    right = installable.blueprint()
    wrong = replace(right, lock=Lock(f"{right.lock.text.split('sha256:')[0]}sha256:{'0' * 64}\n"))
    built = installable.engine.prepare(wrong)
    assert isinstance(built, BuildFailure)
    package = right.lock.text.split(" --hash")[0]
    assert built.reason == f"Failed to read `{package}`; Hash mismatch for `{package}`"


def test_a_tensorflow_that_can_not_be_imported_says_why(
    installable: InstallableTensorflow,
) -> None:
    built = installable.engine.prepare(installable.blueprint("import nowhere"))
    assert isinstance(built, BuildFailure)
    assert built.reason == "ModuleNotFoundError: No module named 'nowhere'"


def folders(root: Path) -> set[Path]:
    """The folders of all environments that were tried: each has a file that locks it."""
    return {path.with_suffix("") for path in (root / "venvs").glob("*.lock")}


def test_an_environment_is_used_again_once_it_is_whole(tmp_path: Path) -> None:
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    engine.prepare(blueprint(tmp_path))
    (folder,) = folders(tmp_path)
    folder.mkdir(exist_ok=True)
    assert isinstance(engine.prepare(blueprint(tmp_path)), BuildFailure)
    folder.mkdir(exist_ok=True)
    (folder / ".samebits-complete").touch()
    whole = Prepared(reference=str(folder), reused=True)
    assert engine.prepare(blueprint(tmp_path)) == whole
    assert engine.prepare(blueprint(tmp_path, lock="# another header\na==1\n")) == whole


def left(root: Path) -> set[Path]:
    """What lies beside the locks."""
    return {path for path in (root / "venvs").iterdir() if path.suffix != ".lock"}


def test_a_venv_takes_its_place_when_it_is_whole_and_runs_from_there(
    installable: InstallableTensorflow, probe: ScriptedProbe, tmp_path: Path
) -> None:
    built = installable.engine.prepare(installable.blueprint())
    (folder,) = folders(tmp_path)
    assert built == Prepared(reference=str(folder), reused=False)
    made_in = (folder / "made-in").read_text()
    assert re.fullmatch(rf"{re.escape(str(folder))}\.[0-9a-f]{{32}}\.tmp", made_in)
    assert left(tmp_path) == {folder}
    trial = probe.trial("import sys, tensorflow; print(sys.prefix, tensorflow.__file__)")
    outcome = installable.engine.run(replace(trial, prepared=built), probe.out)
    module = folder / f"lib/python{PYTHON}/site-packages/tensorflow/__init__.py"
    assert outcome == Outcome(exit_code=0, log=f"{folder} {module}\n")
    again = Prepared(reference=str(folder), reused=True)
    assert installable.engine.prepare(installable.blueprint()) == again


def test_what_a_killed_runner_left_is_removed(
    installable: InstallableTensorflow, tmp_path: Path
) -> None:
    installable.engine.prepare(blueprint(tmp_path, lock=installable.blueprint().lock.text))
    (folder,) = folders(tmp_path)
    assert left(tmp_path) == set()
    for half in (folder, folder.with_name(f"{folder.name}.0.tmp")):
        (half / "lib").mkdir(parents=True)
        (half / "lib" / "half").touch()
    other = folder.with_name("another-environment.0.tmp")
    other.mkdir()
    assert isinstance(installable.engine.prepare(installable.blueprint()), Prepared)
    assert left(tmp_path) == {folder, other}
    assert not (folder / "lib" / "half").exists()


def test_a_build_that_fails_leaves_nothing(
    installable: InstallableTensorflow, tmp_path: Path
) -> None:
    installable.engine.prepare(installable.blueprint("raise SystemExit(1)"))
    assert left(tmp_path) == set()


def test_waiting_for_another_runner_ends_when_cancelled(tmp_path: Path) -> None:
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    engine.prepare(blueprint(tmp_path))
    (folder,) = folders(tmp_path)
    built: list[Prepared | BuildFailure] = []
    worker = threading.Thread(target=lambda: built.append(engine.prepare(blueprint(tmp_path))))
    with FileLock(f"{folder}.lock"):
        worker.start()
        worker.join(timeout=0.5)
        assert worker.is_alive()
        engine.cancel()
        worker.join(timeout=5)
    assert built == [BuildFailure(reason="cancelled", log="")]


def test_another_runner_s_venv_is_used_once_it_is_there(tmp_path: Path) -> None:
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    engine.prepare(blueprint(tmp_path))
    (folder,) = folders(tmp_path)
    built: list[Prepared | BuildFailure] = []
    worker = threading.Thread(target=lambda: built.append(engine.prepare(blueprint(tmp_path))))
    with FileLock(f"{folder}.lock"):
        worker.start()
        worker.join(timeout=0.5)
        folder.mkdir()
        (folder / ".samebits-complete").touch()
    worker.join(timeout=5)
    assert [type(one) for one in built] == [Prepared]


@pytest.mark.parametrize(
    "changed", [{"lock": "a==2\n"}, {"identity": "CPython 3.11.8"}], ids=["lock", "interpreter"]
)
def test_another_environment_is_another_folder(tmp_path: Path, changed: dict[str, str]) -> None:
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    engine.prepare(blueprint(tmp_path))
    engine.prepare(blueprint(tmp_path, **changed))
    assert len(folders(tmp_path)) == 2


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = VenvEngine(tmp_path / "file" / "venvs", IndexSettings())
    built = engine.prepare(blueprint(tmp_path))
    assert isinstance(built, BuildFailure)
    assert built.reason.endswith(": Not a directory")
    assert built.reason.startswith(str(tmp_path / "file" / "venvs" / ENVIRONMENT.id))


def test_a_cancelled_engine_builds_nothing(tmp_path: Path) -> None:
    engine = VenvEngine(tmp_path / "venvs", IndexSettings())
    engine.cancel()
    assert engine.prepare(blueprint(tmp_path)) == BuildFailure(reason="cancelled", log="")


def test_a_python_that_this_host_lacks(tmp_path: Path) -> None:
    engine = VenvEngine(tmp_path, IndexSettings())
    with pytest.raises(EngineUnavailable) as caught:
        engine.base(Environment(python="3.99", tensorflow="2.20.0"))
    assert caught.value.message == "no Python 3.99 interpreter on this host"
    assert caught.value.hint == (
        "install Python 3.99: `uv python install 3.99`, `pyenv install 3.99` or your system's "
        "package; or use --engine docker"
    )


def test_no_venv_stands_in_for_a_base_image(tmp_path: Path) -> None:
    """Or this host's CUDA would be told as that of the image."""
    engine = VenvEngine(tmp_path, IndexSettings())
    inside = Environment(
        python=PYTHON, tensorflow="2.8.4", cuda="system", base="nvidia/cuda:11.2.2-runtime"
    )
    with pytest.raises(EngineUnavailable) as caught:
        engine.base(inside)
    assert caught.value.message == (
        "a venv is made on this host, not in nvidia/cuda:11.2.2-runtime; it takes --engine docker"
    )


def test_the_base_is_an_interpreter_with_its_whole_version(tmp_path: Path) -> None:
    try:
        base = VenvEngine(tmp_path, IndexSettings()).base(
            Environment(python=PYTHON, tensorflow="2.20.0")
        )
    except EngineUnavailable as error:
        pytest.skip(error.message)
    assert base.identity.startswith(f"CPython {PYTHON}.")
    assert not base.pinned


def test_the_host_is_this_machine(tmp_path: Path) -> None:
    host = VenvEngine(tmp_path, IndexSettings()).host()
    assert host.host_class.startswith("cpu ")
    assert host.name == os.uname().nodename
