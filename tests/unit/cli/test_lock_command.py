"""What `lock` keeps beside the locks, asked of a private index on this host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from private_index import NAME, PrivateIndex
from typer.testing import CliRunner

from runner.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: "2.20.0"}
settings: {determinism: [off]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "images" / "locks"


@pytest.fixture(params=[True, False], ids=["tells sizes", "tells none"])
def index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[PrivateIndex]:
    serving = PrivateIndex(tmp_path / "authority.pem", tells_sizes=request.param)
    monkeypatch.setenv("UV_DEFAULT_INDEX", serving.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(serving.certificates))
    yield serving
    serving.close()


def lock(*arguments: str) -> int:
    """The exit code of the command."""
    return CliRunner().invoke(app, ["lock", *arguments]).exit_code


def kept(folder: Path) -> object:
    """The sizes beside the locks."""
    path = folder / "sizes.json"
    return json.loads(path.read_bytes()) if path.exists() else None


def test_sizes_are_kept_where_the_index_tells_them(folder: Path, index: PrivateIndex) -> None:
    assert lock() == 0
    assert kept(folder) == ({NAME: len(index.wheel)} if index.tells_sizes else None)


def test_what_no_lock_pins_any_more_is_dropped(folder: Path, index: PrivateIndex) -> None:
    folder.mkdir(parents=True)
    (folder / "sizes.json").write_text('{"gone-1-py3-none-any.whl": 1}')
    assert lock() == 0
    assert kept(folder) == ({NAME: len(index.wheel)} if index.tells_sizes else {})


def test_a_missing_size_is_no_drift_and_a_check_writes_none(
    folder: Path, index: PrivateIndex
) -> None:
    assert lock() == 0
    (folder / "sizes.json").unlink(missing_ok=True)
    assert lock("--check") == 0
    assert kept(folder) is None
    assert index.served


def test_what_is_known_is_not_asked_for_again(folder: Path, index: PrivateIndex) -> None:
    assert lock() == 0
    assert folder.exists()
    index.served.clear()
    assert lock() == 0
    pages = [path for path in index.served if path.endswith("/tensorflow-cpu/")]
    assert len(pages) == (1 if index.tells_sizes else 2), "one to resolve, one for the sizes"
