"""Finding a command that can build, what it is told, and why a build failed."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runner.environments.buildkit import (
    BuildCommand,
    build_arguments,
    build_folders,
    find_build_command,
    reason_of,
)
from runner.environments.cuda import cuda_variables
from runner.environments.engine import Base, Blueprint
from runner.environments.index import IndexSettings
from runner.environments.lock import Lock
from runner.environments.own_probe import OwnProbe
from runner.environments.probe import ProbeSource
from runner.errors import EngineUnavailable
from runner.matrix.cells import Environment

if TYPE_CHECKING:
    from pathlib import Path

HINT = "install Debian's docker.io, or the plugin docker-buildx, or use --engine venv"
DEBIAN = "Docker version 20.10.24+dfsg1, build 297e128"
MODERN = "Docker version 28.5.1, build e180ab8"
BUILDX = "github.com/docker/buildx v0.20.0 abcdef"


def command(folder: Path, version: str, *, buildx: str = "", buildx_code: int = 1) -> str:
    """A docker command line that knows two questions; gives its path."""
    folder.mkdir()
    path = folder / "docker"
    path.write_text(
        "#!/bin/sh\n"
        f'[ "$*" = --version ] && echo "{version}" && exit 0\n'
        f'[ "$*" = "buildx version" ] && echo "{buildx}" && exit {buildx_code}\n'
        'echo "docker: unknown command: $*" >&2\nexit 1\n'
    )
    path.chmod(0o755)
    return str(path)


def search(*folders: Path) -> str:
    return os.pathsep.join(str(folder) for folder in folders)


# which command


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        (DEBIAN, "20.10.24+dfsg1"),
        ("Docker version 19.03.15, build 99e3ed8", "19.03.15"),
        ("Docker version 22.06.0-beta.0, build 3e9117b", "22.06.0-beta.0"),
    ],
)
def test_builtin_until_22(tmp_path: Path, version: str, shown: str) -> None:
    path = command(tmp_path / "a", version)
    assert find_build_command(search(tmp_path / "a")) == BuildCommand(path, shown)


def test_with_its_plugin_from_23(tmp_path: Path) -> None:
    path = command(tmp_path / "a", MODERN, buildx=BUILDX, buildx_code=0)
    assert find_build_command(search(tmp_path / "a")) == BuildCommand(path, "28.5.1")


@pytest.mark.parametrize("said", ["", "docker: 'buildx' is not a docker command."])
def test_without_its_plugin(tmp_path: Path, said: str) -> None:
    path = command(tmp_path / "a", MODERN, buildx=said)
    with pytest.raises(EngineUnavailable) as caught:
        find_build_command(search(tmp_path / "a"))
    assert caught.value.message == (
        f"no docker command line that can build with BuildKit: {path} (28.5.1) has no buildx plugin"
    )
    assert caught.value.hint == HINT


def test_none_at_all(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        find_build_command(search(tmp_path, tmp_path / "nowhere"))
    assert caught.value.message == (
        "no docker command line that can build with BuildKit: none found"
    )


def test_the_first_that_can_wins(tmp_path: Path) -> None:
    command(tmp_path / "a", MODERN)
    second = command(tmp_path / "b", DEBIAN)
    command(tmp_path / "c", MODERN, buildx=BUILDX, buildx_code=0)
    folders = search(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert find_build_command(folders).path == second


def test_all_that_were_looked_at_are_named_once(tmp_path: Path) -> None:
    first = command(tmp_path / "a", MODERN)
    second = command(tmp_path / "b", "Docker version 23.0.0, build x")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "docker").symlink_to(first)
    folders = search(tmp_path / "a", tmp_path / "b", tmp_path / "c", tmp_path / "a")
    with pytest.raises(EngineUnavailable) as caught:
        find_build_command(folders)
    assert caught.value.message.endswith(
        f": {first} (28.5.1) has no buildx plugin; {second} (23.0.0) has no buildx plugin"
    )


def test_empty_entries_do_not_mean_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(tmp_path / "here", DEBIAN)
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(EngineUnavailable):
        find_build_command(os.pathsep + str(tmp_path))


@pytest.mark.parametrize(
    "version", ["podman version 4.9.3", "", "Docker version unknown"], ids=["podman", "mute", "odd"]
)
def test_what_is_no_docker_is_passed_over(tmp_path: Path, version: str) -> None:
    command(tmp_path / "a", version)
    second = command(tmp_path / "b", DEBIAN)
    assert find_build_command(search(tmp_path / "a", tmp_path / "b")).path == second


# what it is told

HIDDEN = "hunter2"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder like `images/`."""
    folder = tmp_path / "images"
    (folder / "probe" / "__pycache__").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    for script in ("install", "provide-python"):
        (folder / script).write_text("#!/bin/sh\n")
        (folder / script).chmod(0o755)
    (folder / "probe" / "__main__.py").write_text("print()\n")
    (folder / "probe" / "__pycache__" / "x.pyc").write_text("")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> IndexSettings:
    """Settings that are secret in every part."""
    for name in ("ca.pem", "netrc"):
        (tmp_path / name).write_text(f"{HIDDEN} of {name}")
    (tmp_path / "netrc").write_text(
        f"machine index login me password {HIDDEN}\nmachine other login me password elsewhere\n"
    )
    return IndexSettings(
        url=f"https://user:{HIDDEN}@index/simple",
        certificates=tmp_path / "ca.pem",
        netrc=tmp_path / "netrc",
        variables=(("HTTPS_PROXY", f"http://user:{HIDDEN}@proxy"),),
    )


def blueprint(images: Path) -> Blueprint:
    return Blueprint(
        environment=Environment(python="3.11", tensorflow="2.20.0", cuda="12.9.1"),
        base=Base(reference="python@sha256:00", identity="sha256:00", pinned=True),
        lock=Lock("# header\nnvidia-cublas-cu12==1\nnvidia-cudnn-cu12==9\ntensorflow==2.20.0\n"),
        probe=ProbeSource(images),
    )


def test_what_a_build_is_told(images: Path, index: IndexSettings) -> None:
    packages = "/opt/env/lib/python3.11/site-packages"
    told = cuda_variables(blueprint(images).environment, packages, {})
    with build_folders(blueprint(images), index) as (context, secrets):
        arguments = build_arguments(blueprint(images), "a:1", {"who": "me"}, context, secrets)
        assert arguments == [
            *("build", "--progress", "plain", "--network", "host", "--tag", "a:1"),
            *("--file", f"{images}/Dockerfile"),
            *("--build-arg", "BASE=python@sha256:00", "--build-arg", "PYTHON=3.11"),
            *("--build-arg", f"SAMEBITS_LIBRARIES={told['LD_LIBRARY_PATH']}"),
            *("--build-arg", f"SAMEBITS_XLA_FLAGS={told['XLA_FLAGS']}"),
            *("--label", "who=me"),
            *("--secret", f"id=certificates,src={secrets}/certificates"),
            *("--secret", f"id=netrc,src={secrets}/netrc"),
            *("--secret", f"id=settings,src={secrets}/settings"),
            str(context),
        ]
        assert HIDDEN not in " ".join(arguments)


def test_a_build_without_cuda_sets_no_place_of_it(images: Path, tmp_path: Path) -> None:
    of_cpu = replace(blueprint(images), environment=Environment(python="3.11", tensorflow="2.20.0"))
    (tmp_path / "secrets").mkdir()
    arguments = build_arguments(of_cpu, "a:1", {}, tmp_path, tmp_path / "secrets")
    assert not any(one.startswith("SAMEBITS_") for one in arguments)


def test_one_s_own_cases_lie_in_the_probe(images: Path, index: IndexSettings) -> None:
    own = ProbeSource(images, own=OwnProbe("my probe.py", b"cases"))
    with build_folders(replace(blueprint(images), probe=own), index) as (context, _):
        assert (context / "probe" / "yours" / "my probe.py").read_bytes() == b"cases"
        assert (context / "probe" / "__main__.py").is_file()


def test_secrets_lie_outside_the_context_and_are_for_us_alone(
    images: Path, index: IndexSettings
) -> None:
    with build_folders(blueprint(images), index) as (context, secrets):
        assert not secrets.is_relative_to(context)
        assert secrets.stat().st_mode & 0o777 == 0o700
        assert {path.name: path.read_text() for path in secrets.iterdir()} == {
            "settings": index.shell_text(),
            "certificates": f"{HIDDEN} of ca.pem",
            "netrc": f"machine index login me password {HIDDEN}\n",
        }
        texts = [path.read_bytes() for path in context.rglob("*") if path.is_file()]
        assert not any(HIDDEN.encode() in text for text in texts)


def test_the_context_holds_what_the_dockerfile_copies(images: Path) -> None:
    with build_folders(blueprint(images), IndexSettings()) as (context, secrets):
        names = {
            path.relative_to(context).as_posix() for path in context.rglob("*") if path.is_file()
        }
        scripts, layers = {"install", "provide-python"}, {"cuda.txt", "cudnn.txt", "tensorflow.txt"}
        assert names == {"uv", "probe/__main__.py"} | scripts | layers
        assert (context / "cuda.txt").read_text() == "nvidia-cublas-cu12==1\n"
        assert (context / "cudnn.txt").read_text() == "nvidia-cudnn-cu12==9\n"
        assert (context / "tensorflow.txt").read_text() == "tensorflow==2.20.0\n"
        assert all(os.access(context / name, os.X_OK) for name in {"uv"} | scripts)
        assert [path.name for path in secrets.iterdir()] == ["settings"]


def fail_while_building(images: Path, seen: list[Path]) -> None:
    with build_folders(blueprint(images), IndexSettings()) as (context, secrets):
        seen += [context, secrets]
        raise KeyboardInterrupt


def test_both_are_gone_afterwards(images: Path) -> None:
    seen: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        fail_while_building(images, seen)
    assert [path.exists() for path in seen] == [False, False]


# why it failed


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        pytest.param("", "the build printed nothing", id="nothing"),
        pytest.param("\n  \n", "the build printed nothing", id="blank lines"),
        pytest.param("one\ntwo\n\n", "two", id="the last line"),
        pytest.param(
            "#8 1.2 write /x: No space left on device\n#8 ERROR: exit code: 1\n",
            "the engine's disk is full",
            id="disk full",
        ),
        pytest.param(
            "#9 3.1 error: Failed to fetch: `https://index/simple/a/`\n"
            "#9 ERROR: process did not complete successfully: exit code: 2\n"
            "error: failed to solve: exit code: 2\n",
            "Failed to fetch: `https://index/simple/a/`",
            id="uv's sentence, not BuildKit's",
        ),
        pytest.param(
            "#9 error: Hash mismatch for a==1\nfailed to solve: x\n",
            "Hash mismatch for a==1",
            id="hash",
        ),
        pytest.param(
            "#5 0.3 error: No interpreter found for Python 3.9 in search path\n",
            "No interpreter found for Python 3.9 in search path",
            id="interpreter",
        ),
        pytest.param(
            "#5 0.3   x No interpreter found for Python 3.9 in managed installations\n"
            "failed to solve: process",
            "No interpreter found for Python 3.9 in managed installations",
            id="interpreter in another form",
        ),
        pytest.param(
            "#2 ERROR: x\nfailed to solve: python:9: not found\n",
            "failed to solve: python:9: not found",
            id="BuildKit's own",
        ),
        pytest.param("error: Failed a\nerror: Failed b\n", "Failed b", id="the last of several"),
        pytest.param("error: " + "a" * 600, "a" * 500, id="a long line"),
        pytest.param(
            "#7 11.8 error: Request failed after 3 retries\n"
            "#7 11.8   cause: Failed to fetch: `https://index/simple/a/`\n"
            "#7 11.8   cause: client error (Connect)\n"
            "#7 11.8   cause: Connection refused (os error 111)\n"
            "#7 ERROR: exit code: 2\n",
            "Request failed after 3 retries; Failed to fetch: `https://index/simple/a/`; "
            "Connection refused (os error 111)",
            id="uv's first and last cause",
        ),
    ],
)
def test_reasons(log: str, reason: str) -> None:
    assert reason_of(log) == reason
