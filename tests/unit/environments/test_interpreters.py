"""Which interpreters of a Python pyenv has."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.environments.interpreters import pyenv_interpreters, pyenv_root


def install(root: Path, release: str) -> str:
    """Put a file where pyenv puts the interpreter of a release, and return its path."""
    minor = ".".join(release.split(".")[:2])
    binary = root / "versions" / release / "bin" / f"python{minor}"
    binary.parent.mkdir(parents=True)
    binary.touch()
    return str(binary)


def test_the_newest_release_comes_first_by_number(tmp_path: Path) -> None:
    ninth, tenth = install(tmp_path, "3.8.9"), install(tmp_path, "3.8.10")
    assert pyenv_interpreters("3.8", tmp_path) == (tenth, ninth)


@pytest.mark.parametrize("other", ["3.10.13", "3.1", "3.1.2-dev", "pypy3.1-7.3.11"])
def test_what_is_not_a_release_of_that_python(tmp_path: Path, other: str) -> None:
    install(tmp_path, other)
    assert pyenv_interpreters("3.1", tmp_path) == ()


def test_a_release_that_was_not_installed_whole(tmp_path: Path) -> None:
    Path(install(tmp_path, "3.8.18")).unlink()
    assert pyenv_interpreters("3.8", tmp_path) == ()


def test_no_pyenv(tmp_path: Path) -> None:
    assert pyenv_interpreters("3.8", tmp_path / "missing") == ()


def test_where_pyenv_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", "/opt/pyenv")
    assert pyenv_root() == Path("/opt/pyenv")
    monkeypatch.delenv("PYENV_ROOT")
    assert pyenv_root() == Path.home() / ".pyenv"
