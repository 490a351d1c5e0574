"""The CUDA libraries of this process, each with the version that it says of itself."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from probe.host import loaded
from probe.wording import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PATIENCE = 10.0
"""Seconds that one process of the asker may take."""
ATTEMPTS = 4
REASON_LIMIT = 300
ASKER = (sys.executable, "-I", "-S", loaded.__file__)
NO_QUESTION = "no function of it that tells a version is known"


@dataclass(frozen=True)
class Library:
    """One library: `version` as `call` told it, or the `reason` why it is not known."""

    name: str
    path: str
    version: str = ""
    call: str = ""
    reason: str = ""


def mapped(maps: str) -> tuple[str, ...]:
    """Return the CUDA, cuBLAS, cuDNN ... files in the text of `/proc/self/maps`, sorted."""
    paths = {line[line.find("/") :] for line in maps.splitlines() if "/" in line}
    return tuple(sorted(path for path in paths if loaded.name_of(path)))


def versions(
    paths: Iterable[str], asker: Sequence[str] = ASKER, patience: float = PATIENCE
) -> tuple[Library, ...]:
    """Ask each library in a process beside this one; without libraries none is started.

    A library that ends that process, or keeps it waiting, is named as the one that did, and the
    others are asked again without it.
    """
    known = list(loaded.QUESTIONS)
    named = {path: loaded.name_of(path) for path in paths}
    askable = [path for path in named if named[path] in known]
    answers = _answers(sorted(askable, key=lambda path: known.index(named[path])), asker, patience)
    return tuple(
        _library(name, path, answers.get(path, {"reason": NO_QUESTION}))
        for path, name in named.items()
    )


def _library(name: str, path: str, answer: Mapping[str, str]) -> Library:
    told = {
        key: bounded(answer.get(key, ""), REASON_LIMIT) for key in ("version", "call", "reason")
    }
    return Library(name, bounded(path), **told)


def _answers(
    paths: Sequence[str], asker: Sequence[str], patience: float
) -> dict[str, Mapping[str, str]]:
    answers: dict[str, Mapping[str, str]] = {}
    left = list(paths)
    for _ in range(ATTEMPTS):
        if not left:
            break
        said, ending = _ask(left, asker, patience)
        answers.update(said)
        left = [path for path in left if path not in answers]
        if left:  # they are asked in order, so the first without an answer is the one
            answers[left.pop(0)] = {"reason": ending}
    gave_up = {"reason": f"not asked: {ATTEMPTS} libraries before it gave no answer"}
    return {**answers, **dict.fromkeys(left, gave_up)}


def _ask(
    paths: Sequence[str], asker: Sequence[str], patience: float
) -> tuple[dict[str, Mapping[str, str]], str]:
    """Run the asker once; return its answers by path, and how it ended."""
    process = subprocess.Popen(
        [*asker, *paths],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    began = time.monotonic()
    try:
        out, err = process.communicate(timeout=patience)
        ending = _ending(process.returncode, err.decode(errors="replace"))
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
        ending = f"no answer within {time.monotonic() - began:.0f} s"
    return _read(out.decode(errors="replace")), ending


def _ending(code: int, errors: str) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    last = f": {lines[-1]}" if lines else ""
    if code < 0:
        return f"it ended the process by {signal.Signals(-code).name} when asked{last}"
    return f"it ended the process with code {code} when asked{last}"


def _read(text: str) -> dict[str, Mapping[str, str]]:
    """Return the answers by path; a library may print lines of its own between them."""
    answers: dict[str, Mapping[str, str]] = {}
    for line in text.splitlines():
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict) and "path" in answer:
            answers[answer["path"]] = answer
    return answers
