"""What the reaper is told, and what it then has to kill."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from runner.environments.reaper import Reaper, _watched

MISSING = "unix:///nowhere/docker.sock"


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        pytest.param([], (set(), set()), id="the runner died at once"),
        pytest.param(["+1\n", "+2\n"], ({1, 2}, set()), id="with two builds under way"),
        pytest.param(["+1\n", "+2\n", "-1\n"], ({2}, set()), id="with one of them ended"),
        pytest.param(["-7\n"], (set(), set()), id="with one ended that nobody named"),
        pytest.param(["/a b\n", "+1\n"], ({1}, {Path("/a b")}), id="with a folder of secrets"),
        pytest.param(["+1\n", "done\n"], None, id="the runner left nothing"),
        pytest.param(["done\n", "+1\n"], None, id="nothing counts after that"),
    ],
)
def test_what_is_left(lines: list[str], left: tuple[set[int], set[Path]] | None) -> None:
    assert _watched(lines) == left


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )


def test_a_reaper_that_is_told_that_nothing_is_left_kills_nothing() -> None:
    build = sleeper()
    reaper = Reaper(MISSING, "session")
    reaper.watch(build.pid)
    reaper.close(nothing_left=True)
    assert build.poll() is None
    build.kill()
    build.wait()


def test_a_reaper_that_is_not_told_so_cleans_up_at_the_end() -> None:
    build = sleeper()
    reaper = Reaper(MISSING, "session")
    reaper.watch(build.pid)
    reaper.close(nothing_left=False)
    assert build.wait(timeout=10) == -9


def test_a_reaper_kills_the_builds_of_a_runner_that_died(tmp_path: Path) -> None:
    build, ended = sleeper(), sleeper()
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    source = (
        "import os\n"
        "from runner.environments.reaper import Reaper\n"
        f"reaper = Reaper({MISSING!r}, 'session')\n"
        f"reaper.watch({build.pid})\nreaper.watch({ended.pid})\nreaper.release({ended.pid})\n"
        f"from pathlib import Path\nreaper.watch_folder(Path({str(secrets)!r}))\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", source], check=False)
    assert build.wait(timeout=10) == -9
    assert ended.poll() is None
    deadline = time.monotonic() + 5
    while secrets.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not secrets.exists()
    ended.kill()
    ended.wait()


def test_a_reaper_that_was_never_needed_was_never_started() -> None:
    before = psutil.Process().children()
    start = time.monotonic()
    Reaper(MISSING, "session").close(nothing_left=True)
    assert psutil.Process().children() == before
    assert time.monotonic() - start < 1


def test_it_keeps_no_output_of_the_runner_open() -> None:
    """Or whoever reads that would wait for a reaper that waits for an engine that hangs."""
    reaper = Reaper(MISSING, "session")
    reaper.start()
    (process,) = [one for one in psutil.Process().children() if "session" in one.cmdline()]
    outputs = [Path(f"/proc/{process.pid}/fd/{number}").readlink() for number in (1, 2)]
    reaper.close(nothing_left=True)
    assert outputs == [Path("/dev/null")] * 2


def test_nobody_waits_for_a_reaper_that_need_not_be_waited_for() -> None:
    reaper = Reaper(MISSING, "session")
    reaper.start()
    (process,) = [one for one in psutil.Process().children() if "session" in one.cmdline()]
    begun = time.monotonic()
    reaper.close(nothing_left=False, seconds=0)
    assert time.monotonic() - begun < 1
    process.wait(timeout=20)
