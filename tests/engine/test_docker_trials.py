"""One trial in a real container: how it ended, and what came out."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from scripted_trials import Run

pytestmark = pytest.mark.engine


def test_what_the_probe_wrote_comes_out_through_the_archive(run: Run, tmp_path: Path) -> None:
    outcome = run("ok")
    assert (outcome.exit_code, outcome.failure) == (0, "")
    assert json.loads((tmp_path / "result.json").read_text()) == {"said": "ok"}
    assert (tmp_path / "arrays" / f"{'ab' * 32}.npy").read_bytes() == b"bits"
    assert "all is well" in outcome.log


def test_every_container_has_the_hardened_profile(run: Run, tmp_path: Path) -> None:
    assert run("profile").exit_code == 0
    inside = json.loads((tmp_path / "result.json").read_text())
    variables = inside.pop("variables")
    assert inside == {
        "uid": 65534,
        "gid": 65534,
        "cap_eff": 0,
        "cap_bnd": 0,
        "no_new_privs": "1",
        "seccomp": "2",
        "write_root": "OSError",
        "write_opt": "OSError",
        "write_tmp": "yes 1",
        "write_out": "yes 1",
        "mount": -1,
        "setuid": "PermissionError",
        "interfaces": ["lo"],
        "resolve": "gaierror",
        "large_file": "OSError",
        "core": "0",
    }
    assert variables["NVIDIA_VISIBLE_DEVICES"] == "void"
    assert variables["LD_PRELOAD"] == ""
    expected = {"BEHAVIOUR", "HOME", "HOSTNAME", "PATH", "PYTHONPATH", "LC_CTYPE"}
    overridden = {"LD_PRELOAD", "LD_LIBRARY_PATH", "NVIDIA_DISABLE_REQUIRE"}
    devices = {"NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"}
    official = {"LANG", "GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256"}
    assert set(variables) <= expected | overridden | devices | official


@pytest.mark.parametrize("behaviour", ["sleep", "ignore_term", "stop_itself"])
def test_a_hanging_probe_is_killed_at_its_deadline(run: Run, behaviour: str) -> None:
    start = time.monotonic()
    outcome = run(behaviour, timeout=2)
    assert outcome.timed_out
    assert not outcome.killed
    assert time.monotonic() - start < 2 + 5


@pytest.mark.parametrize(("behaviour", "code"), [("oom", 137), ("oom_child", 0)])
def test_running_out_of_memory_is_told_from_a_kill(run: Run, behaviour: str, code: int) -> None:
    outcome = run(behaviour, memory=64 * 1024**2)
    assert outcome.out_of_memory
    assert not outcome.timed_out
    assert not outcome.killed
    assert outcome.exit_code == code


@pytest.mark.parametrize(
    ("behaviour", "code", "said"),
    [
        ("fail", 7, "the reason stands here"),
        ("no_gpu", 3, "no-gpu: libcudart.so.12 is missing"),
        ("segfault", 139, ""),
        ("nothing", 0, ""),
    ],
)
def test_a_failing_probe_leaves_its_code_and_log(
    run: Run, behaviour: str, code: int, said: str
) -> None:
    outcome = run(behaviour)
    assert outcome.exit_code == code
    assert said in outcome.log
    assert not any((outcome.timed_out, outcome.out_of_memory, outcome.killed))


def test_a_flood_of_output_is_bounded_and_keeps_its_end(run: Run) -> None:
    outcome = run("flood")
    assert len(outcome.log) <= 64_000
    assert "the end of the flood" in outcome.log


def test_links_and_pipes_never_leave_the_container(run: Run, tmp_path: Path) -> None:
    assert run("links").exit_code == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["arrays"]


def test_too_many_files_are_a_reason_not_a_flood(run: Run, tmp_path: Path) -> None:
    outcome = run("many_files")
    assert outcome.failure == "the probe wrote more than 10000 files"
    assert sum(1 for _ in tmp_path.rglob("*")) <= 10_002
