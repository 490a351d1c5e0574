"""What a plan takes, to the letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runner.execution.estimate import Need
from runner.execution.pace import Duration
from runner.reports.needs import Needs, as_document, lines

GB = 1_000_000_000
HERE = Need(
    environments=10,
    wheels=92,
    download=3 * GB,
    layers=20,
    images=13 * GB,
    unshared=14 * GB,
    cache=11 * GB,
)
TOGETHER = Need(
    environments=32,
    wheels=122,
    download=10 * GB,
    layers=72,
    images=73 * GB,
    unshared=144 * GB,
    cache=26 * GB,
)
TIME = Duration(seconds=360, runs=2, builds=10, trials=60, untimed_builds=0, untimed_trials=0)
DONE = replace(TIME, seconds=None, builds=0, trials=0)
NEEDS = Needs(engine="docker", here=HERE, together=TOGETHER, skipped=44, trials=132, duration=TIME)
ALL = """\
10 images to build, in 20 layers
at most 3.0 GB to download, in 92 wheels; what the package cache has is not downloaded again
about 24.0 GB on disk: images 13.0 GB on top of their bases (14.0 GB if they shared nothing), \
package cache 11.0 GB
about 6 min, by 2 past runs
on a host with a GPU for the 44 cells without one, 132 trials and on top of that
  22 images to build, in 52 layers
  at most 7.0 GB to download, in 30 wheels; what the package cache has is not downloaded again
  about 75.0 GB on disk: images 60.0 GB on top of their bases (130.0 GB if they shared nothing), \
package cache 15.0 GB
  in all: 10.0 GB to download, 99.0 GB on disk"""


def test_here_and_with_a_gpu() -> None:
    assert "\n".join(lines(NEEDS)) == ALL


def test_a_host_that_skips_nothing() -> None:
    whole = replace(NEEDS, together=HERE, skipped=0, trials=0)
    assert list(lines(whole)) == ALL.splitlines()[:4]


def test_nothing_to_build_here() -> None:
    reused = replace(NEEDS, here=Need(), duration=DONE)
    told = lines(reused)
    assert (
        told[0]
        == "on a host with a GPU for the 44 cells without one, 132 trials and on top of that"
    )
    assert told[1] == "  32 images to build, in 72 layers"
    assert len(told) == 4


def test_nothing_at_all() -> None:
    assert lines(replace(NEEDS, here=Need(), together=Need(), skipped=0, duration=DONE)) == ()


def test_venvs() -> None:
    told = lines(replace(NEEDS, engine="venv"))
    assert told[0] == "10 venvs to build"
    assert told[2] == (
        "about 11.6 GB on disk: package cache 11.0 GB, which the venvs are linked to, "
        "bytecode 0.6 GB"
    )


@pytest.mark.parametrize(
    ("need", "said"),
    [
        pytest.param(
            replace(HERE, unknown=1),
            ("at least 3.0", "at least about 24.0", ["size of 1 package unknown"]),
            id="a small package",
        ),
        pytest.param(
            replace(HERE, unsized=2),
            (
                "at least 3.0",
                "about 24.0",
                ["2 environments without a lock or sizes, taken to be like a measured one"],
            ),
            id="whole environments",
        ),
    ],
)
def test_what_is_not_known(need: Need, said: tuple[str, str, list[str]]) -> None:
    download, disk, gaps = said
    told = lines(replace(NEEDS, here=need, together=need, skipped=0))
    assert told[1].startswith(f"{download} GB to download")
    assert told[2].startswith(f"{disk} GB on disk")
    assert list(told[3:-1]) == gaps


def test_before_anything_is_locked_there_is_no_number() -> None:
    bare = Need(environments=2, unsized=2, images=12 * GB, unshared=12 * GB, cache=12 * GB)
    both = Need(environments=3, unsized=3, images=14 * GB, unshared=14 * GB, cache=14 * GB)
    told = lines(replace(NEEDS, here=bare, together=both))
    unknown = "how much there is to download is not known before `python -m runner lock`"
    assert (told[1], told[7]) == (unknown, f"  {unknown}")
    assert told[-1] == "  in all: 28.0 GB on disk"


def test_what_is_built_for_a_gpu_is_not_to_be_built_again() -> None:
    told = lines(replace(NEEDS, together=HERE))
    assert told[-1] == "  nothing to build"


@pytest.mark.parametrize(
    ("time", "said"),
    [
        pytest.param(replace(TIME, seconds=45.2), "about 45 s, by 2 past runs", id="seconds"),
        pytest.param(
            replace(TIME, seconds=12_000.0, runs=1), "about 3 h 20 min, by 1 past run", id="hours"
        ),
        pytest.param(
            replace(TIME, untimed_builds=1, untimed_trials=6),
            "about 6 min, by 2 past runs, without 1 build and 6 trials that nothing like was "
            "timed of",
            id="in part",
        ),
        pytest.param(
            replace(TIME, seconds=None, runs=0, untimed_builds=10, untimed_trials=60),
            "time is not known yet: no run by this engine on such a processor is stored",
            id="no run",
        ),
        pytest.param(
            replace(TIME, seconds=None, untimed_builds=10, untimed_trials=60),
            "time is not known yet: no run like these 10 builds and 60 trials is stored",
            id="no run like it",
        ),
        pytest.param(
            replace(TIME, builds=0, trials=6), "about 6 min, by 2 past runs", id="only trials"
        ),
    ],
)
def test_time(time: Duration, said: str) -> None:
    assert lines(replace(NEEDS, duration=time))[3] == said


def test_for_programs() -> None:
    told = as_document(NEEDS)
    assert told["more"] == {
        "environments": 22,
        "unsized": 0,
        "unknown": 0,
        "wheels": 30,
        "download": 7 * GB,
        "layers": 52,
        "images": 60 * GB,
        "unshared": 130 * GB,
        "cache": 15 * GB,
        "disk": 75 * GB,
    }
    assert (told["skipped_cells"], told["skipped_trials"]) == (44, 132)
    assert told["duration"] == {
        "seconds": 360,
        "runs": 2,
        "builds": 10,
        "trials": 60,
        "untimed_builds": 0,
        "untimed_trials": 0,
    }
