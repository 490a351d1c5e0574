"""A command of the user's in a container like that of a trial."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from places import ROOT
from scripted_trials import trial

from runner.environments.shells import Entry

if TYPE_CHECKING:
    from runner.environments.docker import DockerEngine

pytestmark = pytest.mark.engine

# In a process of its own, whose terminal is ours.
ENTER = """\
from docker import APIClient
from requirements_of_host import bases, docker_api
from scripted_trials import trial

from runner.environments.docker import DockerEngine
from runner.environments.index import IndexSettings
from runner.environments.shells import Entry

api = docker_api()
engine = DockerEngine(api, bases(api), IndexSettings())
code = engine.enter(trial(IMAGE, "ok"), Entry(terminal=True))
engine.close()
raise SystemExit(code)
"""


def test_it_is_as_a_trial_is_and_its_exit_code_comes_back(
    engine: DockerEngine, image: str, capfd: pytest.CaptureFixture[str]
) -> None:
    look = "id -u; echo $BEHAVIOUR; touch /out/a && echo out; touch /opt/a || exit 7"
    code = engine.enter(trial(image, "mine"), Entry(("sh", "-c", look)))
    out, err = capfd.readouterr()
    assert (code, out) == (7, "65534\nmine\nout\n")
    assert "Read-only file system" in err


def test_a_shell_has_the_terminal(engine: DockerEngine, image: str) -> None:
    del engine  # asserts afterwards that no container is left
    ours, theirs = pty.openpty()
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    process = subprocess.Popen(
        [sys.executable, "-c", ENTER.replace("IMAGE", repr(image))],
        env=os.environ | {"PYTHONPATH": paths},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, b"test -t 0 && test -t 1 && echo is a $((4 + 3))-terminal; exit 5\n")
    assert process.wait(timeout=60) == 5
    printed = os.read(ours, 65_536).decode()
    os.close(ours)
    assert "is a 7-terminal" in printed
