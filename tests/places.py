"""Folders with a matrix file in them, and running samebits there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MATRIX = """\
version: 1
resolve: {exclude-newer: 2026-11-01}
environments:
  cpu: {python: "3.11", tensorflow: [RELEASES]}
settings: {determinism: [DETERMINISM]}
probe: {trials: 2, repeats: 2, timeout: 5m, memory: 6g}
"""


@dataclass(frozen=True)
class Place:
    """A folder with a matrix file in it, and the engine that runs it."""

    folder: Path
    engine: str

    def start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "runner", command, *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def command(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(command, *arguments)
        out, err = process.communicate(timeout=900)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.command("run", "--engine", self.engine, *arguments)

    def report(self) -> list[dict[str, object]]:
        ended = self.command("report", "--format", "json")
        assert ended.returncode == 0, ended.stderr
        contexts = json.loads(ended.stdout)["contexts"]
        assert len(contexts) == 1
        assert contexts[0]["engine"] == self.engine
        cells: list[dict[str, object]] = contexts[0]["cells"]
        return cells

    def stored(self) -> set[Path]:
        return set((self.folder / "results" / "trials").rglob("*.json"))


def write_matrix(folder: Path, releases: str, determinism: str) -> None:
    text = MATRIX.replace("RELEASES", releases).replace("DETERMINISM", determinism)
    (folder / "matrix.yaml").write_text(text, encoding="utf-8")
