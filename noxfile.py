"""The commands of samebits. What follows `--` is passed on: ``nox -s matrix -- --help``."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "tests"]

ROOT = Path(__file__).parent


@nox.session
def matrix(session: nox.Session) -> None:
    """Run the matrix: build what is missing, try what is missing, print the table."""
    _runner(session, "run")


@nox.session
def report(session: nox.Session) -> None:
    """Print the table of the stored results of a matrix, as text, Markdown or JSON."""
    _runner(session, "report")


@nox.session
def changes(session: nox.Session) -> None:
    """Print the releases at which each case changed bits, from the stored results."""
    _runner(session, "changes")


@nox.session
def bisect(session: nox.Session) -> None:
    """Find the release that changed the bits of a case, trying as few as it takes."""
    _runner(session, "bisect")


@nox.session
def diff(session: nox.Session) -> None:
    """Print what changes from some cells to others: ``nox -s diff -- X Y``."""
    _runner(session, "diff")


@nox.session
def explain(session: nox.Session) -> None:
    """Say what changed the bits of a case, and what did not, from the stored results."""
    _runner(session, "explain")


@nox.session
def claims(session: nox.Session) -> None:
    """Hold published claims about determinism against the stored results."""
    _runner(session, "claims")


@nox.session
def doctor(session: nox.Session) -> None:
    """Say what this host can run, and what would let it run more."""
    _runner(session, "doctor")


@nox.session
def plan(session: nox.Session) -> None:
    """Say what the matrix would build, run, reuse and refuse, and why."""
    _runner(session, "plan")


@nox.session
def lock(session: nox.Session) -> None:
    """Resolve every environment into images/locks/, hash-pinned; --check says what drifted."""
    _runner(session, "lock")


@nox.session
def docs(session: nox.Session) -> None:
    """Fill the marked blocks of documents from the stored results; --check says what is stale."""
    _runner(session, "docs")


@nox.session
def site(session: nox.Session) -> None:
    """Build the documentation into build/site; whatever is wrong with a page ends it."""
    _install(session, "site")
    session.run("python", "-m", "sphinx", "-W", "--keep-going", "-q", "docs", "build/site")
    session.log(f"open {ROOT / 'build' / 'site' / 'index.html'}")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests: unit, real Docker where an engine answers, real TensorFlow.

    Unit tests side by side first; the others, which count what is left on the engine, one by one.
    """
    _install(session, "test")
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    session.run("pytest", "tests/unit", "-n", "auto", "-q")
    session.run("pytest", "tests", "--ignore", "tests/unit")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and the order of the rooms."""
    _install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    _install(session, "types", "test")
    session.run("mypy")


def _install(session: nox.Session, *groups: str) -> None:
    """Install the project and its dependency groups, unless pyproject.toml is as it was."""
    project = (ROOT / "pyproject.toml").read_bytes()
    mark = Path(session.virtualenv.location, "samebits-installed")
    wanted = hashlib.sha256(project + " ".join(groups).encode()).hexdigest()
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    needed = nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), *groups)
    # Bytecode now, so that a run with nothing to do starts at once.
    session.install("--editable", ".", *needed, env={"UV_COMPILE_BYTECODE": "1"})
    mark.write_text(wanted, encoding="utf-8")


def _runner(session: nox.Session, command: str) -> None:
    """Run one command of samebits with its own exit code, and time to clean up.

    nox kills a child half a second after an interrupt and knows one exit code for every failure,
    so the child is waited for here. It ends with us by a signal, should nox be killed.
    """
    _install(session)
    child = subprocess.Popen(
        [Path(session.bin, "python"), "-m", "runner", command, *session.posargs],
        env=os.environ | {"SAMEBITS_FOLLOW_PARENT": "1"},
        cwd=ROOT,
    )
    while child.poll() is None:
        with contextlib.suppress(KeyboardInterrupt):
            child.wait()
    if child.returncode:
        raise SystemExit(child.returncode)
