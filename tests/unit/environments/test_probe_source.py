"""What the probe's text hashes to, and where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.environments.own_probe import OwnProbe
from runner.environments.probe import ProbeSource, find_probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def images(tmp_path: Path) -> Path:
    package = tmp_path / "probe"
    (package / "inner").mkdir(parents=True)
    (package / "__main__.py").write_text("one")
    (package / "inner" / "a.py").write_text("two")
    return tmp_path


def rename(package: Path) -> None:
    (package / "__main__.py").rename(package / "__other__.py")


def move(package: Path) -> None:
    (package / "inner" / "a.py").rename(package / "a.py")


def shift(package: Path) -> None:
    """The same bytes in the same order, but a letter is in the next file."""
    (package / "__main__.py").write_text("on")
    (package / "inner" / "a.py").write_text("etwo")


def swallow(package: Path) -> None:
    """One file that reads like two."""
    (package / "__main__.py").write_text("oneinner/a.py\0two")
    (package / "inner" / "a.py").unlink()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda package: (package / "__main__.py").write_text("two"), id="content"),
        pytest.param(lambda package: (package / "new.py").touch(), id="an empty file more"),
        pytest.param(lambda package: (package / "inner" / "a.py").unlink(), id="a file less"),
        pytest.param(rename, id="name"),
        pytest.param(move, id="folder"),
        pytest.param(shift, id="where a file ends"),
        pytest.param(swallow, id="one file for two"),
    ],
)
def test_the_hash_changes_with(images: Path, change: Callable[[Path], None]) -> None:
    before = ProbeSource(images).sha256
    change(images / "probe")
    assert ProbeSource(images).sha256 != before


@pytest.mark.parametrize("name", ["__pycache__/a.cpython-311.pyc", "notes.txt", ".a.py.swp"])
def test_the_hash_ignores(images: Path, name: str) -> None:
    before = ProbeSource(images).sha256
    path = images / "probe" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    (images / "Dockerfile").write_text("FROM x")
    assert ProbeSource(images).sha256 == before


def test_the_hash_is_the_same_in_another_place(images: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    before = ProbeSource(images).sha256
    (images / "probe").rename(other / "probe")
    assert ProbeSource(other).sha256 == before


def test_the_hash_covers_one_s_own_cases_and_their_name(images: Path) -> None:
    own = [None, OwnProbe("a.py", b"x"), OwnProbe("a.py", b"y"), OwnProbe("b.py", b"x")]
    assert len({ProbeSource(images, own=one).sha256 for one in own}) == 4


def test_the_probe_of_this_checkout() -> None:
    found = find_probe()
    assert (found.package / "__main__.py").is_file()
    assert (found.images / "Dockerfile").is_file()
