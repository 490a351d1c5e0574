"""What the probe writes when it opens libraries in place of running: untrusted, as all it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from runner.results.probe_output import RESULT_LIMIT, RESULT_NAME, Library, Value
from runner.results.untrusted import RefusedError, Rejected, parse_json, problems, read_regular

if TYPE_CHECKING:
    from pathlib import Path


class Opened(Value):
    """The libraries that were opened; one that could not be has no path, and a reason."""

    schema_version: Literal[1]
    libraries: tuple[Library, ...] = Field(max_length=500)


def read_opened(folder: Path) -> Opened | Rejected:
    """Read `result.json` in `folder`; whatever is wrong with it becomes a reason."""
    try:
        document = parse_json(read_regular(folder / RESULT_NAME, RESULT_LIMIT))
        return Opened.model_validate_json(json.dumps(document))
    except ValidationError as error:
        return Rejected.because(f"{RESULT_NAME}: {problems(error)}")
    except RefusedError as error:
        return Rejected.because(f"{RESULT_NAME}: {error}")
