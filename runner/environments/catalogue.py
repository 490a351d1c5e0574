"""The catalogue of cases, as the probe describes it; the probe is asked in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from runner.errors import InputError

if TYPE_CHECKING:
    from runner.environments.probe import ProbeSource

_SECONDS: Final = 60


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(_Part):
    """One case, in the words of its declaration."""

    name: str
    family: str
    exercises: str
    may_vary: str
    since: str
    source: str
    staged: bool


class Family(_Part):
    """A family, and what it is about: one sentence for each part of it."""

    family: str
    about: tuple[str, ...]


class Recipe(_Part):
    """What switches determinism on from a release on, step by step."""

    since: str
    cpu: tuple[str, ...]
    gpu: tuple[str, ...]


class Catalogue(_Part):
    """All cases, in the order in which they run."""

    schema_version: Literal[1]
    families: tuple[Family, ...]
    cases: tuple[Entry, ...]
    determinism: tuple[Recipe, ...]


def read_catalogue(source: ProbeSource) -> Catalogue:
    """Ask the probe for its catalogue; this Python runs it, without TensorFlow.

    Raises
    ------
    InputError
        It can't be run, or says something else.
    """
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "probe", "--describe"],
            env={**os.environ, "PYTHONPATH": str(source.images), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"{source.package}: no catalogue within {_SECONDS} s") from None
    if ended.returncode != 0:
        last = "".join(ended.stderr.splitlines()[-1:])
        raise InputError(f"{source.package}: the probe can't describe itself: {last}")
    try:
        return Catalogue.model_validate_json(ended.stdout)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{source.package}: not a catalogue: {first['msg']}") from None
