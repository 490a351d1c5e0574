"""How long builds and trials take, as a file beside the locks: what shards are made equal by.

It is committed, so that every runner of a commit has the same; what a host has in its own store is
no measure, since runners that divide the cells alone have to come to the same division.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runner.errors import InputError
from runner.results.durable import write_over
from runner.results.untrusted import RefusedError, problems, read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "durations.json"
_LARGEST: Final = 16 * 2**20
_AGAIN: Final = "`python -m runner ci durations` writes it anew; without it, cells count alike."

_Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Seconds that a trial of a cell and the build of an environment take, by id."""

    trials: Mapping[str, float] = field(default_factory=dict)
    builds: Mapping[str, float] = field(default_factory=dict)


NO_DURATIONS: Final = Durations()


class _File(BaseModel):
    """The file: ids to seconds."""

    model_config = ConfigDict(extra="forbid")

    builds: dict[str, _Seconds]
    trials: dict[str, _Seconds]


def read_durations(folder: Path) -> Durations:
    """Read the durations beside the locks; none where the file is missing.

    Raises
    ------
    InputError
        It is no table of durations.
    """
    path = folder / FILE
    if not path.exists():
        return NO_DURATIONS
    try:
        found = _File.model_validate_json(read_regular(path, _LARGEST))
    except RefusedError as error:
        raise InputError(f"{path}: {error}", _AGAIN) from None
    except ValidationError as error:
        told = problems(error)
        raise InputError(f"{path}: not a table of durations in seconds: {told}", _AGAIN) from None
    return Durations(trials=found.trials, builds=found.builds)


def write_durations(durations: Durations, folder: Path) -> Path:
    """Write the durations beside the locks, sorted, to a tenth of a second.

    Raises
    ------
    StoreError
        The system refused. What was there has not changed.
    """
    path = folder / FILE
    document = {"builds": _rounded(durations.builds), "trials": _rounded(durations.trials)}
    write_over(path, (json.dumps(document, indent=1, sort_keys=True) + "\n").encode())
    return path


def _rounded(table: Mapping[str, float]) -> dict[str, float]:
    return {name: max(0.1, round(seconds, 1)) for name, seconds in table.items()}
