"""A Docker engine of a test's own, with a stand-in for NVIDIA's hook that does as it is told.

An engine that finds `nvidia-container-runtime-hook` in its PATH when it starts knows the device
driver `nvidia`, and has the hook run before a container with a GPU. So an engine without any GPU
shows what becomes of what the hook answers, or of its silence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from docker.errors import DockerException
from requirements_of_host import absent
from scripted_trials import until

from runner.environments.connection import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

SUCCEED, HANG = "succeed", "hang"
HOOK = f"""\
#!/bin/sh
# Finds out which GPU is asked for, as NVIDIA's does, then does as the file beside it says.
state=$(cat)
config=${{state##*'"bundle":"'}}
gpu=$(grep -o 'NVIDIA_VISIBLE_DEVICES=[^"]*' "${{config%%'"'*}}/config.json")
mode="${{0%/*}}/mode"
hangs() {{ case "$(cat "$mode")" in {HANG} | "{HANG} ${{gpu#*=}}") ;; *) return 1 ;; esac; }}
while hangs; do sleep 0.1; done
case "$(cat "$mode")" in
    {SUCCEED} | {HANG}*) ;;
    *) cat "$mode" >&2; exit 1 ;;
esac
"""


# In a network namespace of its own, since an engine without a bridge removes `docker0`, which may
# be another engine's; and with mounts of its own, which end with it, the images in memory.
APART = ["unshare", "--net", "--mount", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"']


@dataclass(frozen=True)
class PrivateEngine:
    """An engine that answers, and the folder that all of it lies in."""

    folder: Path

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"unix://{self.folder}/docker.sock"

    def tell_hook(self, mode: str) -> None:
        """Have the hook succeed, hang until it is told otherwise, or print this and fail.

        With a UUID after it, it hangs for that GPU alone.
        """
        told = self.folder / "bin" / "mode.new"
        told.write_text(mode)
        told.rename(told.with_name("mode"))  # a hook that hangs never reads half of it

    def open(self) -> APIClient:
        """A connection of its own."""
        return open_engine(self.address, 60)

    def rows(self) -> list[dict[str, list[str]]]:
        """What a sparse list says of each container."""
        with closing(self.open()) as api:
            found: list[dict[str, list[str]]] = api.containers(all=True)
            return found

    def names(self) -> list[str]:
        """What the containers that are there are called."""
        return [name.strip("/") for row in self.rows() for name in row["Names"]]

    def load(self, image: str) -> None:
        """Copy an image from the engine of this host."""
        save = subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE)
        load = ["docker", "--host", self.address, "load", "--quiet"]
        subprocess.run(load, stdin=save.stdout, stdout=subprocess.DEVNULL, check=True)
        assert save.stdout
        save.stdout.close()
        assert save.wait() == 0


@contextmanager
def private_engine() -> Iterator[PrivateEngine]:
    """Start one; afterwards nothing of it runs, is mounted or lies about."""
    if not shutil.which("dockerd"):
        absent("there is no dockerd to start a second time")
    if os.geteuid():
        absent("dockerd can be started by root alone")
    # Not pytest's folder: the path of a socket has 107 characters at most.
    engine = PrivateEngine(Path(tempfile.mkdtemp(prefix="samebits-engine-")))
    process = _start(engine)
    try:
        _wait_for(engine, process)
        yield engine
    finally:
        _stop(engine, process)


def _start(engine: PrivateEngine) -> subprocess.Popen[bytes]:
    folder = engine.folder
    hook = folder / "bin" / "nvidia-container-runtime-hook"
    hook.parent.mkdir()
    (folder / "data").mkdir()
    hook.write_text(HOOK)
    hook.chmod(0o755)
    engine.tell_hook(SUCCEED)
    command = ["dockerd", "--host", engine.address, "--data-root", f"{folder}/data"]
    command += ["--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid"]
    command += ["--bridge=none", "--iptables=false"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*APART, f"{folder}/data", *command],
            env=os.environ | {"PATH": f"{hook.parent}:{os.environ['PATH']}"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_for(engine: PrivateEngine, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            engine.open().close()
        except DockerException:
            time.sleep(0.1)
        else:
            return
    last = (engine.folder / "log").read_text(errors="replace").splitlines()[-1:]
    absent(f"a second dockerd does not start: {' '.join(last)}")


def _stop(engine: PrivateEngine, process: subprocess.Popen[bytes]) -> None:
    engine.tell_hook(SUCCEED)
    for one in _processes(engine):  # asked politely, it takes ten seconds over nothing
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()
    assert until(lambda: not _processes(engine), 10)
    shutil.rmtree(engine.folder)
    assert str(engine.folder) not in Path("/proc/self/mounts").read_text()


def _processes(engine: PrivateEngine) -> list[psutil.Process]:
    """The engine, its containerd, and what a test that failed left: shims and their containers."""
    found: list[psutil.Process] = []
    for one in psutil.process_iter():
        with suppress(psutil.NoSuchProcess):
            if any(str(engine.folder) in word for word in one.cmdline()):
                found += [one, *one.children(recursive=True)]
    return found
