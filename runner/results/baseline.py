"""A baseline: what each case of each cell came to, as a small file that is committed and diffed.

One line for each case of each cell, sorted, and nothing that changes without a result changing: no
times, no counts, no letters of groups, which depend on what else is compared.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from runner.errors import InputError
from runner.results.probe_output import Name, Text, Value, Whole
from runner.results.records import EngineName
from runner.results.untrusted import RefusedError, parse_json, problems, read_regular

if TYPE_CHECKING:
    from pathlib import Path

BASELINE_SCHEMA: Final = 1
SHORT: Final = 16
"""Hex digits of a digest that are kept: two cases of 10,000 cells never share them by chance."""
LIMIT: Final = 64 * 2**20
"""Largest file in bytes."""

Standing = Annotated[
    str, StringConstraints(pattern=rf"^([0-9a-f]{{{SHORT}}}|varies|unsupported|error)$")
]
"""The beginning of the digest of the bits of a case, or the verdict where it has no one result."""


class BaselineContext(Value):
    """Cells that may be compared: `cells` is cell → case → its standing.

    `probe` is the beginning of the digest of the probe's text.
    """

    engine: EngineName
    host_class: Text
    probe: Text
    seed: Whole | None
    cells: dict[Text, dict[Name, Standing]] = Field(max_length=10_000)


class Baseline(Value):
    """The whole file. `matrix` is the SHA-256 of the matrix file; empty where there was none."""

    baseline_version: Literal[1] = BASELINE_SCHEMA
    matrix: Text
    contexts: tuple[BaselineContext, ...] = Field(max_length=1000)


def encode(baseline: Baseline) -> bytes:
    """Write it as JSON, one line for each case of each cell, keys sorted, ASCII."""
    ordered = sorted(baseline.contexts, key=lambda one: (one.engine, one.host_class))
    document = baseline.model_copy(update={"contexts": tuple(ordered)}).model_dump(mode="json")
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def read(path: Path) -> Baseline:
    """Read a baseline.

    Raises
    ------
    InputError
        It is missing, or no baseline of this samebits.
    """
    try:
        return _parsed(read_regular(path, LIMIT))
    except ValidationError as error:
        reason = problems(error)
    except RefusedError as error:
        reason = str(error)
    hint = "`python -m runner baseline update` writes one; an old one can be taken from git"
    raise InputError(f"{path}: no baseline: {reason}", hint)


def _parsed(data: bytes) -> Baseline:
    document = parse_json(data)
    if not isinstance(document, dict):
        raise RefusedError("not a JSON object")
    version = document.get("baseline_version")
    if type(version) is not int:  # True == 1
        raise RefusedError("baseline_version: missing, or no whole number")
    if version > BASELINE_SCHEMA:
        raise RefusedError("written by a newer samebits")
    baseline = Baseline.model_validate_json(json.dumps(document))
    places = [(one.engine, one.host_class) for one in baseline.contexts]
    if len(set(places)) < len(places):
        raise RefusedError("contexts: an engine and host class are there twice")
    return baseline
