"""samebits against what one would do by hand, in one run on one machine.

By hand: a plain ``pip install`` Dockerfile for each environment and ``docker run`` in a loop.
Both start without any wheel downloaded and run the same probe: four environments, two settings,
three trials each. Needs a Docker engine, and a base image in SAMEBITS_BASE where no registry can be
reached. It removes the images of samebits and BuildKit's cache from that engine, so it asks for
``--yes``.

    python benchmarks/against_plain_docker.py --yes
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from runner.cli.workspace import local_bases  # noqa: E402 - after the path to the checkout
from runner.environments.buildkit import find_build_command  # noqa: E402
from runner.environments.index import host_settings  # noqa: E402

RELEASES = ("2.15.1", "2.18.1", "2.20.0", "2.21.0")
DETERMINISM = ("off", "on")
TRIALS = 3
MIB = 1024

DOCKERFILE = """\
ARG BASE
FROM ${BASE}
ARG RELEASE
RUN --mount=type=secret,id=settings --mount=type=secret,id=certificates \\
    set -e; . /run/secrets/settings; \\
    if [ -n "${UV_DEFAULT_INDEX:-}" ]; then export PIP_INDEX_URL="$UV_DEFAULT_INDEX"; fi; \\
    if [ -s /run/secrets/certificates ]; then export PIP_CERT=/run/secrets/certificates; fi; \\
    python3 -m venv /env && /env/bin/pip install --quiet --no-cache-dir tensorflow-cpu==${RELEASE}
COPY probe /work/probe
ENV PYTHONPATH=/work
"""

MATRIX = """\
version: 1
resolve: {{exclude-newer: 2026-11-01}}
environments: {{cpu: {{python: "3.11", tensorflow: [{releases}]}}}}
settings: {{determinism: [off, on]}}
probe: {{trials: 3, repeats: 2}}
"""


def main() -> None:
    """Time both ways and print the ratio."""
    if sys.argv[1:] != ["--yes"]:
        sys.exit(__doc__)
    base = local_bases(()).get("3.11", "python:3.11-slim-bookworm")
    with tempfile.TemporaryDirectory(prefix="samebits-benchmark-") as name:
        folder = Path(name)
        empty_cache()
        builds, trials = by_hand(folder, base)
        empty_cache()
        first, second = with_samebits(folder)
    by_hand_all = builds + trials
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MIB
    print(f"by hand         {by_hand_all:6.1f} s: {len(RELEASES)} builds {builds:.1f} s,", end=" ")
    print(f"{len(RELEASES) * len(DETERMINISM) * TRIALS} trials {trials:.1f} s")
    print(f"samebits        {first:6.1f} s: {by_hand_all / first:.2f} times faster")
    print(f"samebits again  {second:6.1f} s: nothing built, nothing tried")
    print(f"memory          {memory:6.0f} MiB at most in any process of samebits on this host")


def empty_cache() -> None:
    """Forget all wheels, layers and images of samebits; the base image stays."""
    command = [sys.executable, "-m", "runner", "clean", "--no-venvs"]
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    docker("builder", "prune", "--all", "--force")


def by_hand(folder: Path, base: str) -> tuple[float, float]:
    """Seconds for all builds and for all trials, one after the other."""
    index = host_settings()
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "settings").write_text(index.shell_text())
    certificates = index.certificates.read_bytes() if index.certificates else b""
    (secrets / "certificates").write_bytes(certificates)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    start = time.monotonic()
    for release in RELEASES:
        docker(
            *("build", "--quiet", "--network", "host", "--file", str(folder / "Dockerfile")),
            *("--build-arg", f"BASE={base}", "--build-arg", f"RELEASE={release}"),
            *("--secret", f"id=settings,src={secrets / 'settings'}"),
            *("--secret", f"id=certificates,src={secrets / 'certificates'}"),
            *("--tag", f"by-hand:{release}", str(ROOT / "images")),
        )
    built = time.monotonic()
    for release in RELEASES:
        for determinism in DETERMINISM:
            for _ in range(TRIALS):
                command = ["/env/bin/python", "-m", "probe", "--out", "/tmp/out"]  # noqa: S108
                docker(
                    "run",
                    "--rm",
                    "--network",
                    "none",
                    f"by-hand:{release}",
                    *command,
                    "--determinism",
                    determinism,
                )
    ended = time.monotonic()
    docker("rmi", "--force", *(f"by-hand:{release}" for release in RELEASES))
    return built - start, ended - built


def with_samebits(folder: Path) -> tuple[float, float]:
    """Seconds for a first run and for a second one that has nothing to do."""
    releases = ", ".join(f'"{release}"' for release in RELEASES)
    (folder / "matrix.yaml").write_text(MATRIX.format(releases=releases))
    command = [sys.executable, "-m", "runner", "run", "--engine", "docker"]
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    seconds = []
    for _ in range(2):
        start = time.monotonic()
        subprocess.run(command, cwd=folder, env=variables, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.monotonic() - start)
    return seconds[0], seconds[1]


def docker(*arguments: str) -> None:
    """Run the docker command line that can build with BuildKit."""
    subprocess.run(
        [find_build_command().path, *arguments],
        env=os.environ | {"DOCKER_BUILDKIT": "1"},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
