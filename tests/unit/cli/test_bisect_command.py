"""What `bisect` says where it can't do what it was asked. Nothing here runs a cell."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.environments.pages import serving

from runner.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MATRIX = """\
version: 1
resolve: {exclude-newer: 2026-11-01}
environments:
  cpu: {python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}
settings: {determinism: [off, on]}
"""
WHEELS = [
    ("2.4.4-cp38-cp38", "2022-01-01", False),
    ("2.19.1-cp311-cp311", "2025-08-01", False),
    ("2.20.0rc0-cp311-cp311", "2025-07-01", False),
    ("2.20.0-cp311-cp311", "2025-08-13", False),
    ("2.21.0-cp311-cp311", "2026-03-01", "broken"),
    ("2.22.0-cp311-cp311", "2026-11-20", False),
]
PAGE = {
    "files": [
        {
            "filename": f"tensorflow_cpu-{wheel}-manylinux2014_x86_64.whl",
            "upload-time": f"{day}T12:00:00Z",
            "yanked": yanked,
        }
        for wheel, day, yanked in WHEELS
    ]
}
ENDS = ("--from", "2.19.1", "--to", "2.20.0")
HAS = "For Python 3.11 it has 2.19.1 to 2.20.0."


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it printed, in two streams."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a matrix file, and an index of one package."""
    for name in ("SAMEBITS_BASE", "SAMEBITS_MATRIX", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    before = signal.getsignal(signal.SIGTERM)
    with serving(json.dumps(PAGE).encode()) as (index, _):
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url or "")
        yield tmp_path
    signal.signal(signal.SIGTERM, before)


def bisect(*arguments: str) -> Ended:
    """Run the command; nothing it prints may ever be a traceback."""
    result = CliRunner().invoke(app, ["bisect", *arguments])
    assert "Traceback" not in result.output
    assert "internal error" not in result.output
    return Ended(result.exit_code, result.stdout, result.stderr)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(
            ("keras.dropuot", *ENDS),
            2,
            "error: there is no case 'keras.dropuot', did you mean 'keras.dropout'?\n"
            "  → `python -m runner cases` lists them; a bisection is about one of them.\n",
            id="no such case",
        ),
        pytest.param(
            ("keras.dropout", "--axis", "cuda", *ENDS),
            2,
            "error: --axis 'cuda': it goes along tensorflow, keras or numpy\n",
            id="an axis without releases",
        ),
        pytest.param(
            ("keras.dropout", "--axis", "keras", "--from", "3.4.1", "--to", "3.5.0"),
            2,
            "error: --axis keras: with which TensorFlow? The cells have 2.19.1 and 2.20.0\n"
            "  → Name it, such as --with tensorflow=2.20.0.\n",
            id="which TensorFlow",
        ),
        pytest.param(
            ("keras.dropout", "--only", "determinism=maybe", *ENDS),
            3,
            "error: --only determinism=maybe: no cell has determinism 'maybe'; the values there "
            "are: off, on\n  → `python -m runner list` prints every cell.\n",
            id="no such cell",
        ),
        pytest.param(
            ("keras.dropout", "--from", "2.19.1", "--to", "2.20.1"),
            2,
            "error: --to '2.20.1': the index has no such release, did you mean '2.20.0'?\n"
            f"  → {HAS}\n",
            id="no such release",
        ),
        pytest.param(
            ("keras.dropout", "--from", "2.4.4", "--to", "2.20.0"),
            2,
            f"error: --from '2.4.4': no wheel for Python 3.11\n  → {HAS}\n",
            id="a release of other Pythons",
        ),
        pytest.param(
            ("keras.dropout", "--from", "2.19.1", "--to", "2.22.0"),
            2,
            "error: --to '2.22.0': newer than resolve.exclude-newer, 2026-11-01\n"
            "  → Move that date in the matrix file.\n",
            id="newer than the matrix takes packages",
        ),
        pytest.param(
            ("keras.dropout", "--from", "2.20.0", "--to", "2.19.1"),
            2,
            "error: --from 2.20.0 --to 2.19.1: the first must be the older one\n",
            id="the wrong way round",
        ),
        pytest.param(
            ("keras.dropout", "--with", "tensorflow=2.18.1", *ENDS),
            2,
            "error: --with tensorflow=2.18.1: the axis of the search; use --from and --to\n",
            id="a value on the axis itself",
        ),
    ],
)
def test_what_can_not_be_searched(arguments: tuple[str, ...], code: int, said: str) -> None:
    assert bisect(*arguments) == Ended(code, "", said)


@pytest.mark.usefixtures("folder")
def test_an_index_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://me:secret@127.0.0.1:9/simple")
    ended = bisect("keras.dropout", *ENDS)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.startswith(
        "error: package index not usable: http://***@127.0.0.1:9/simple/tensorflow-cpu/: "
    )
    assert "secret" not in ended.err


def test_no_engine_at_an_address(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"unix://{folder}/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", address)
    ended = bisect("keras.dropout", "--engine", "docker", *ENDS)
    assert (ended.code, ended.out) == (4, "")
    first, *_ = ended.err.splitlines()
    assert first == (
        "2 releases of tensorflow-cpu from 2.19.1 to 2.20.0; left aside: 1 (pre-release); "
        "cells as py3.11-tf2.19.1.cpu.nodet"
    )
    assert f"error: no Docker engine answers at {address}: No such file or directory" in ended.err


@pytest.mark.usefixtures("folder")
def test_what_is_typed_can_not_steer_the_terminal() -> None:
    ended = bisect("\x1b]0;title\x07[bold]x", *ENDS)
    assert ended.code == 2
    assert "\x1b" not in ended.err
    assert "[bold]x" in ended.err


@pytest.mark.usefixtures("folder")
def test_both_ends_are_needed() -> None:
    ended = bisect("keras.dropout", "--from", "2.19.1")
    assert ended.code == 2
    assert "--to" in ended.err
