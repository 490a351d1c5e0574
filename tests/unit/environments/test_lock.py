"""Locks: what is asked for, what a lock is made of, what it says has drifted. Nothing resolves."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runner.environments import lock
from runner.environments.lock import Drift, Lock
from runner.errors import InputError, StoreError
from runner.matrix.cells import Environment

if TYPE_CHECKING:
    from pathlib import Path

CPU = Environment(python="3.11", tensorflow="2.20.0")
GPU = Environment(python="3.11", tensorflow="2.20.0", cuda="12.9.1", cudnn="9.10.2.21")
SYSTEM = Environment(python="3.8", tensorflow="2.11.1", cuda="system", base="nvidia/cuda:11.2.2")
TOOLKIT = (
    "cuda-toolkit[cublas,cudart,cufft,cupti,curand,cusolver,cusparse,nvcc,nvjitlink,nvrtc]==12.9.1"
)
HEADER = """\
# samebits lock of py3.11-tf2.20.0
# requirements: tensorflow-cpu==2.20.0
# python: 3.11, platform: x86_64-manylinux_2_28
# exclude-newer: 2026-11-01
"""
CUDA = """\
cuda-toolkit==12.9.1 \\
    --hash=sha256:0c
nvidia-cublas-cu12==12.9.1.4 ; sys_platform == 'linux' \\
    --hash=sha256:01 \\
    --hash=sha256:02
"""
CUDNN = """\
nvidia-cudnn-cu12==9.10.2.21 \\
    --hash=sha256:03
"""
REST = """\
keras==3.12.0 \\
    --hash=sha256:04
numpy==1.26.4 \\
    --hash=sha256:05
tensorflow==2.20.0 \\
    --hash=sha256:06
"""
ABSL = "absl-py==2.3.1 \\\n    --hash=sha256:aa\n"
LOCK = Lock(HEADER + REST)


# what is asked for


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        pytest.param(CPU, ("tensorflow-cpu==2.20.0",), id="cpu"),
        pytest.param(
            GPU,
            (
                "tensorflow==2.20.0",
                TOOLKIT,
                "nvidia-cudnn-cu12==9.10.2.21",
                "nvidia-nccl-cu12",
            ),
            id="cuda and cudnn",
        ),
        pytest.param(
            replace(GPU, cudnn=None),
            ("tensorflow==2.20.0", TOOLKIT, "nvidia-cudnn-cu12", "nvidia-nccl-cu12"),
            id="cuda alone",
        ),
        pytest.param(
            replace(CPU, keras="3.4.1", numpy="1.26.4"),
            ("tensorflow-cpu==2.20.0", "keras==3.4.1", "numpy==1.26.4"),
            id="keras and numpy",
        ),
        pytest.param(
            replace(SYSTEM, keras="2.11.0"), ("tensorflow==2.11.1", "keras==2.11.0"), id="keras"
        ),
        pytest.param(SYSTEM, ("tensorflow==2.11.1",), id="cuda inside the base"),
    ],
)
def test_requirements(environment: Environment, wanted: tuple[str, ...]) -> None:
    assert lock.requirements(environment) == wanted


@pytest.mark.parametrize("environment", [CPU, GPU, SYSTEM], ids=lambda one: one.id)
def test_the_extra_that_would_fight_the_axes_is_never_asked_for(environment: Environment) -> None:
    assert "and-cuda" not in " ".join(lock.requirements(environment))


def test_the_header_says_what_a_lock_is_made_from() -> None:
    assert lock.header(CPU, "2026-11-01") == HEADER


def test_the_header_names_the_packages_that_are_pinned() -> None:
    pinned = replace(CPU, keras="3.4.1")
    assert lock.header(pinned, "2026-11-01").splitlines()[:2] == [
        "# samebits lock of py3.11-tf2.20.0-keras3.4.1",
        "# requirements: tensorflow-cpu==2.20.0 keras==3.4.1",
    ]


def test_the_header_names_bounds_that_the_catalogue_adds() -> None:
    old = Environment(python="3.8", tensorflow="2.4.4")
    assert lock.header(old, None).splitlines()[1:] == [
        "# requirements: tensorflow-cpu==2.4.4",
        "# constraints: protobuf<3.21",
        "# overrides: termcolor>=1.1, wrapt>=1.12.1,<1.15",
        "# python: 3.8, platform: x86_64-manylinux_2_28",
        "# exclude-newer: none",
    ]


# a lock


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEADER + CUDA + CUDNN + REST, id="cuda first"),
        pytest.param(HEADER + REST + CUDNN + CUDA, id="cuda last"),
        pytest.param(HEADER + ABSL + CUDA + CUDNN + REST, id="amid"),
        pytest.param(HEADER + REST, id="none of cuda"),
        pytest.param(HEADER + CUDA, id="cuda only"),
        pytest.param(HEADER + CUDNN + REST, id="cudnn without a toolkit"),
    ],
)
def test_every_line_is_in_the_layer_of_its_package(text: str) -> None:
    layers = Lock(text).layers
    lines = text.removeprefix(HEADER).splitlines()
    assert sorted("".join(layers.values()).splitlines()) == sorted(lines)
    assert layers["cuda"] == (CUDA if CUDA in text else "")
    assert layers["cudnn"] == (CUDNN if CUDNN in text else "")


def test_layers_come_from_the_most_shared_to_the_least() -> None:
    assert list(LOCK.layers) == ["cuda", "cudnn", "tensorflow"]


def test_a_comment_belongs_to_no_layer() -> None:
    found = Lock(CUDA + "# a word about numpy\n" + REST)
    assert found.layers == {"cuda": CUDA, "cudnn": "", "tensorflow": REST}


def test_packages() -> None:
    assert Lock(HEADER + CUDA + CUDNN + REST).packages == {
        "cuda-toolkit": "12.9.1",
        "nvidia-cublas-cu12": "12.9.1.4",
        "nvidia-cudnn-cu12": "9.10.2.21",
        "keras": "3.12.0",
        "numpy": "1.26.4",
        "tensorflow": "2.20.0",
    }


def test_an_empty_lock_has_nothing() -> None:
    empty = Lock("")
    assert (empty.packages, empty.header) == ({}, "")
    assert empty.layers == {"cuda": "", "cudnn": "", "tensorflow": ""}


def test_the_hash_is_of_the_packages_alone() -> None:
    other_header = HEADER.replace("2026-11-01", "2026-12-01")
    assert Lock(other_header + REST).sha256 == LOCK.sha256
    assert Lock(REST).sha256 == LOCK.sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("1.26.4", "1.26.5", id="a version"),
        pytest.param("sha256:05", "sha256:55", id="a hash"),
        pytest.param("keras", "tf-keras", id="a name"),
        pytest.param("numpy==1.26.4 \\\n    --hash=sha256:05\n", "", id="one less"),
    ],
)
def test_the_hash_changes_with(old: str, new: str) -> None:
    assert old in LOCK.text
    assert Lock(LOCK.text.replace(old, new)).sha256 != LOCK.sha256


# drift


@pytest.mark.parametrize(
    ("committed", "what"),
    [
        pytest.param(None, "was not locked", id="missing"),
        pytest.param(
            LOCK.text.replace("1.26.4", "1.26.3"), "differs: numpy 1.26.3 → 1.26.4", id="moved"
        ),
        pytest.param(
            HEADER + REST.replace("keras==3.12.0", "rich==14.0.0").replace("1.26.4", "2.0.0"),
            "differs: keras absent → 3.12.0, numpy 2.0.0 → 1.26.4, rich 14.0.0 → absent",
            id="come and gone, by name",
        ),
        pytest.param(
            LOCK.text.replace("sha256:05", "sha256:55"), "differs: other file hashes", id="hashes"
        ),
        pytest.param(
            LOCK.text.replace("2026-11-01", "2026-10-01"),
            "differs: other requirements",
            id="another date",
        ),
        pytest.param(
            LOCK.text.replace("2026-11-01", "2026-10-01").replace("1.26.4", "1.26.3"),
            "differs: other requirements, numpy 1.26.3 → 1.26.4",
            id="another date and package",
        ),
    ],
)
def test_drift(committed: str | None, what: str) -> None:
    assert list(lock.drift(CPU, committed, LOCK)) == [Drift(environment=CPU.id, what=what)]


def test_no_drift() -> None:
    assert list(lock.drift(CPU, LOCK.text, LOCK)) == []


# files


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "images" / "locks"
    path = lock.write(LOCK, CPU, folder)
    assert path == folder / "py3.11-tf2.20.0.txt" == lock.path_of(CPU, folder)
    assert lock.read(CPU, "2026-11-01", folder) == LOCK
    assert [one.name for one in folder.iterdir()] == [path.name]


def test_a_lock_that_is_missing_is_none(tmp_path: Path) -> None:
    assert lock.read(CPU, "2026-11-01", tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("environment", "newer"),
    [
        pytest.param(CPU, "2026-12-01", id="another date"),
        pytest.param(CPU, None, id="no date"),
        pytest.param(replace(CPU, python="3.12"), "2026-11-01", id="another python"),
        pytest.param(replace(CPU, cuda="12.9.1"), "2026-11-01", id="with cuda"),
    ],
)
def test_a_lock_made_from_something_else_is_none(
    tmp_path: Path, environment: Environment, newer: str | None
) -> None:
    lock.write(LOCK, environment, tmp_path)
    assert lock.read(environment, newer, tmp_path) is None


def test_a_lock_that_is_no_text(tmp_path: Path) -> None:
    path = lock.path_of(CPU, tmp_path)
    path.write_bytes(b"\xff")
    with pytest.raises(InputError) as caught:
        lock.read(CPU, None, tmp_path)
    assert caught.value.message.startswith(f"{path}: unreadable lock: 'utf-8' codec can't decode")
    assert caught.value.hint == "delete it and lock again"


def test_a_lock_that_is_a_folder(tmp_path: Path) -> None:
    lock.path_of(CPU, tmp_path).mkdir()
    with pytest.raises(InputError, match=r"unreadable lock: .*Is a directory"):
        lock.read(CPU, None, tmp_path)


def test_a_lock_that_can_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    folder.write_text("a file in the way")
    with pytest.raises(StoreError) as caught:
        lock.write(LOCK, CPU, folder)
    assert caught.value.message == (
        f"{lock.path_of(CPU, folder)}: can't write the lock: File exists"
    )


def test_a_lock_is_replaced_whole(tmp_path: Path) -> None:
    path = lock.write(LOCK, CPU, tmp_path)
    before = os.stat(path).st_ino  # noqa: PTH116 - the number of the file, not its text
    lock.write(Lock(HEADER), CPU, tmp_path)
    assert path.read_text(encoding="utf-8") == HEADER
    assert path.stat().st_ino != before


def test_all_locks_of_a_folder(tmp_path: Path) -> None:
    lock.write(Lock(HEADER), GPU, tmp_path)
    lock.write(LOCK, CPU, tmp_path)
    (tmp_path / "bases.json").write_text("{}")
    assert set(lock.read_all(tmp_path)) == {LOCK, Lock(HEADER)}
    assert lock.read_all(tmp_path / "nowhere") == ()


# the resolver's words

REFUSED = """\
error: Request failed after 3 retries in 8.1s
  cause: Failed to fetch: http://user:secret@127.0.0.1:9/simple/six/
  cause: error sending request
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""
NO_SOLUTION = """\
error: No solution found when resolving dependencies
  cause: Because only six<2 is available and you require six==9999, it is unsatisfiable.

hint: Packages were unavailable
"""


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        pytest.param(
            REFUSED,
            "Failed to fetch: http://***@127.0.0.1:9/simple/six/; error sending request; "
            "Connection refused (os error 111)",
            id="first two causes and the last",
        ),
        pytest.param(
            NO_SOLUTION,
            "Because only six<2 is available and you require six==9999, it is unsatisfiable.",
            id="one cause",
        ),
        pytest.param("  x No solution:\n   because\n\n", "x No solution: because", id="no cause"),
        pytest.param("a" * 600 + "b" * 500, "b" * 500, id="a long text"),
        pytest.param("", "uv said nothing", id="nothing"),
    ],
)
def test_the_cause(stderr: str, said: str) -> None:
    assert lock._cause(stderr) == said
