"""Building images with BuildKit through the docker command line (docker-py can't drive it).

Debian's docker 20.10 has BuildKit built in; from 23 on it comes with the buildx plugin, and a newer
command line without that plugin refuses, even when it stands first in PATH. So look for one that
can, and never fall back to the classic builder: a secret would become a build argument.
"""

from __future__ import annotations

import contextlib
import netrc
import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from uv import find_uv_bin

from runner.environments.asking import ask
from runner.environments.cuda import image_variables
from runner.environments.index import PUBLIC_INDEX, scrub
from runner.environments.probe import OWN_FOLDER, SCRIPTS
from runner.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.environments.engine import Blueprint
    from runner.environments.index import IndexSettings
    from runner.environments.session import Session

_BUILD_SECONDS: Final = 3600
_LOG_BYTES: Final = 64_000
_LAST_WITH_BUILTIN: Final = 22
_OF_UV: Final = re.compile(r"error: (?!failed to solve)|[x\xd7] No interpreter")
# Podman's command of the same name says "podman version".
_VERSION: Final = re.compile(r"Docker version (?P<version>(?P<major>\d+)[^\s,]*)")


@dataclass(frozen=True, slots=True)
class BuildCommand:
    """A docker command line that can drive BuildKit."""

    path: str
    version: str


@cache
def find_build_command(search: str | None = None) -> BuildCommand:
    """Find a docker command line that can drive BuildKit, in PATH order.

    Raises
    ------
    EngineUnavailable
        There is none; the message says which were looked at.
    """
    looked: list[str] = []
    usual = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/bin"])
    for path in _candidates(usual if search is None else search):
        found = _VERSION.match(ask([path, "--version"]))
        if found is None:
            continue
        if int(found["major"]) <= _LAST_WITH_BUILTIN or ask([path, "buildx", "version"]):
            return BuildCommand(path, found["version"])
        looked.append(f"{path} ({found['version']}) has no buildx plugin")
    raise EngineUnavailable(
        f"no docker command line that can build with BuildKit: {'; '.join(looked) or 'none found'}",
        "install Debian's docker.io, or the plugin docker-buildx, or use --engine venv",
    )


def build_arguments(
    blueprint: Blueprint, tag: str, labels: Mapping[str, str], context: Path, secrets: Path
) -> list[str]:
    """Arguments of ``docker build``: secrets by file, nothing of the host in a build argument."""
    arguments = ["build", "--progress", "plain", "--network", "host", "--tag", tag]
    arguments += ["--file", str(blueprint.probe.images / "Dockerfile")]
    arguments += ["--build-arg", f"BASE={blueprint.base.reference}"]
    arguments += ["--build-arg", f"PYTHON={blueprint.environment.python}"]
    for name, text in image_variables(blueprint.environment).items():
        arguments += ["--build-arg", f"{name}={text}"]
    for name, text in labels.items():
        arguments += ["--label", f"{name}={text}"]
    for path in sorted(secrets.iterdir()):
        arguments += ["--secret", f"id={path.name},src={path}"]
    return [*arguments, str(context)]


@contextmanager
def build_folders(blueprint: Blueprint, index: IndexSettings) -> Iterator[tuple[Path, Path]]:
    """Lay out the build context and, outside it, the secrets; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="samebits-build-") as name:
        context, secrets = Path(name, "context"), Path(name, "secrets")
        context.mkdir()
        secrets.mkdir(mode=0o700)
        shutil.copy2(find_uv_bin(), context / "uv")
        for script in SCRIPTS:
            shutil.copy2(blueprint.probe.images / script, context / script)
        for layer, packages in blueprint.lock.layers.items():
            (context / f"{layer}.txt").write_text(packages, encoding="utf-8")
        shutil.copytree(
            blueprint.probe.package, context / "probe", ignore=shutil.ignore_patterns("__pycache__")
        )
        if own := blueprint.probe.own:
            (context / "probe" / OWN_FOLDER).mkdir()
            (context / "probe" / OWN_FOLDER / own.name).write_bytes(own.text)
        (secrets / "settings").write_text(index.shell_text(), encoding="utf-8")
        if index.certificates:
            shutil.copyfile(index.certificates, secrets / "certificates")
        if entry := _netrc_entry(index):
            (secrets / "netrc").write_text(entry, encoding="utf-8")
        yield context, secrets


def _netrc_entry(index: IndexSettings) -> str:
    """What netrc says of the index's host, and of no other; '' where it says nothing."""
    host = urlsplit(index.url or PUBLIC_INDEX).hostname or ""
    try:
        found = netrc.netrc(index.netrc).hosts.get(host) if index.netrc else None
    except (OSError, netrc.NetrcParseError):
        return ""
    return f"machine {host} login {found[0]} password {found[2]}\n" if found else ""


class Builds:
    """The builds of one session, each a process group of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._running: set[subprocess.Popen[bytes]] = set()

    def run(self, command: list[str]) -> tuple[int, str]:
        """Run the docker command line to its end, or its deadline; its code and bounded output."""
        self._session.refuse_if_cancelled()
        variables = os.environ | {"DOCKER_BUILDKIT": "1", "DOCKER_HOST": self._session.address}
        with tempfile.TemporaryFile() as output:
            build = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=variables,
                start_new_session=True,
            )
            name = f"build {build.pid}"
            self._running.add(build)
            self._session.outstanding.add(name)
            self._session.reaper.watch(build.pid)
            try:
                code = self._ended(build)
            finally:
                self._running.discard(build)
                self._session.outstanding.discard(name)
                self._session.reaper.release(build.pid)
            output.seek(max(0, output.seek(0, os.SEEK_END) - _LOG_BYTES))
            return code, scrub(output.read().decode(errors="replace"))

    def cancel(self) -> None:
        """End every build under way."""
        for build in tuple(self._running):
            _kill(build)

    def _ended(self, build: subprocess.Popen[bytes]) -> int:
        if self._session.cancelled.is_set():  # while it was started, and so it was not seen
            _kill(build)
        try:
            return build.wait(timeout=_BUILD_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(build)
            return build.wait()


def _kill(build: subprocess.Popen[bytes]) -> None:
    """Kill a docker command line with the plugin it may have started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(build.pid, signal.SIGKILL)


def reason_of(log: str) -> str:
    """Pick the sentences of a failed build that say why, from the end of what it printed.

    uv's are an ``error:`` line and, below it, one ``cause:`` line after the other.
    """
    if re.search(r"no space left on device", log, re.IGNORECASE):
        return "the engine's disk is full"
    lines = [re.sub(r"^(#\d+ )?([\d.]+ )?", "", line).strip() for line in log.splitlines()]
    lines = [line for line in lines if line]
    errors = [number for number, line in enumerate(lines) if _OF_UV.match(line)]
    if errors:
        causes = [line for line in lines[errors[-1] + 1 :] if line.startswith("cause:")]
        told = [lines[errors[-1]], *causes[:1], *causes[1:][-1:]]
        return "; ".join(re.sub(r"^(error:|cause:|[x\xd7] )\s*", "", line) for line in told)[:500]
    solve = [line for line in lines if line.startswith("failed to solve")]
    return (solve or lines or ["the build printed nothing"])[-1][:500]


def _candidates(search: str) -> Iterator[str]:
    seen: set[str] = set()
    for folder in search.split(os.pathsep):
        path = shutil.which("docker", path=folder) if folder else None
        if path and os.path.realpath(path) not in seen:
            seen.add(os.path.realpath(path))
            yield path
