"""Small sites built for real, in a process of their own as their authors would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from unit.results.synthetic import cell, run, status, trials

from runner.results.store import Store

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "tables-in-docs.md"
MATRIX = """\
version: 1
environments:
  cpu: {python: "3.11", tensorflow: ["2.19.1", "2.20.0"]}
settings: {determinism: [on]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a matrix of two cells, and results of these and of a third; a case varies."""
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    store = Store(tmp_path / "results")
    cells = [cell(version) for version in ("2.18.1", "2.19.1", "2.20.0")]
    for of, word in zip(cells, "aab", strict=True):
        for record in trials(of, {"nn.a": (word, word), "nn.b": ("x", "y"), "keras.c": "zz"}):
            store.add(record)
    store.add_run(run(map(status, cells)))
    return tmp_path


def documented(language: str, word: str) -> str:
    """The block of code in that language, on our page, that has this word."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (found,) = (block for block in blocks if word in block)
    return str(found)


def build(folder: Path, *command: str) -> tuple[int, str]:
    """Run a program of this Python, as a module; the command `samebits` is that of the checkout."""
    scripts = folder / "bin"
    scripts.mkdir(exist_ok=True)
    samebits = scripts / "samebits"
    samebits.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m runner "$@"\n', encoding="utf-8")
    samebits.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name != "SAMEBITS_MATRIX"}
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT), "PATH": f"{scripts}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def rows(page: Path) -> list[list[str]]:
    """What the rows of all tables of a page say."""
    html = page.read_text(encoding="utf-8")
    return [
        [
            " ".join(unescape(re.sub(r"<[^>]+>", " ", entry)).split())
            for entry in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
    ]
