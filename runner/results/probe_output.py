"""What the probe writes, read as untrusted input.

`result.json` and `arrays/<digest>.npy` come out of a container that ran foreign code: sizes, names
and types are checked here, and a file that fails is a reason, never an exception. Control
characters in its strings become U+FFFD (see `untrusted.inert`).
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from runner.results.untrusted import RefusedError, Rejected, parse_json, problems, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PROBE_SCHEMA = 2
RESULT_NAME = "result.json"
RESULT_LIMIT = 16 * 2**20
"""Largest `result.json` in bytes."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}$")]
Text = Annotated[str, StringConstraints(max_length=4000)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class Value(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Output(Value):
    """One named array of a case, digested once per repeat.

    `digests` has one entry per repeat; `shape` and `dtype` are those of the first.
    """

    name: Name
    dtype: Name
    shape: tuple[Annotated[int, Field(ge=0, le=2**40)], ...] = Field(max_length=16)
    digests: tuple[Digest, ...] = Field(min_length=1, max_length=1000)
    stored: bool


class CaseOutput(Value):
    """One case in one trial. `seconds` has one entry per repeat.

    The outputs of a `staged` case are the stages of one computation, in order.
    """

    name: Name
    family: Name
    status: Literal["ok", "unsupported", "error"]
    reason: Text = ""
    outputs: tuple[Output, ...] = Field(default=(), max_length=200)
    seconds: tuple[Seconds, ...] = Field(default=(), max_length=1000)
    staged: bool = False


class Gpu(Value):
    """A GPU as TensorFlow and the driver see it; `memory` is in bytes."""

    name: Text
    compute_capability: Text
    uuid: Text = ""
    multiprocessors: Whole | None = None
    memory: Whole | None = None


class Library(Value):
    """A CUDA library in the process: `version` as its function `call` told it, or the `reason`."""

    name: Text
    path: Text
    version: Text = ""
    call: Text = ""
    reason: Text = ""


class OneDnn(Value):
    """Whether TensorFlow uses oneDNN; `isa` is the instruction-set level, from `isa_source`."""

    enabled: bool | None
    isa: Text
    isa_source: Text


class Fingerprint(Value):
    """What was really loaded and on what.

    `packages` is every installed distribution → version; `libraries` the CUDA, cuBLAS and cuDNN
    files mapped into the process, and `loaded` what they say of themselves; `variables` the
    environment that TensorFlow reads. `driver_cuda` is the newest CUDA that the driver supports.
    What has a default was not told by every probe that wrote this schema.
    """

    python: Text
    tensorflow: Text
    numpy: Text
    keras: Text
    build: dict[Text, Text] = Field(max_length=100)
    packages: dict[Text, Text] = Field(max_length=2000)
    libraries: tuple[Text, ...] = Field(default=(), max_length=500)
    loaded: tuple[Library, ...] = Field(default=(), max_length=500)
    variables: dict[Text, Text] = Field(max_length=200)
    cpu_model: Text
    cpu_flags: tuple[Text, ...] = Field(max_length=1000)
    gpus: tuple[Gpu, ...] = Field(default=(), max_length=64)
    driver: Text = ""
    driver_cuda: Text = ""
    intra_op_threads: Whole
    inter_op_threads: Whole
    op_determinism: bool | None
    tf32: bool | None = None
    xla_jit: Text = ""
    dtype_policy: Text = ""
    onednn: OneDnn | None = None


class ProbeOutput(Value):
    """The whole of `result.json`."""

    schema_version: Literal[1, 2]
    order: Literal["forward", "reversed"]
    seed: Whole
    repeats: int = Field(ge=1, le=1000)
    recipe: tuple[Text, ...] = Field(max_length=50)
    fingerprint: Fingerprint
    import_seconds: Seconds
    cases: tuple[CaseOutput, ...] = Field(max_length=2000)


def read_output(folder: Path) -> ProbeOutput | Rejected:
    """Read `result.json` in `folder`; whatever is wrong with it becomes a reason."""
    try:
        document = parse_json(read_regular(folder / RESULT_NAME, RESULT_LIMIT))
        _refuse_other_schema(document)
        output = ProbeOutput.model_validate_json(json.dumps(document))
        _refuse_contradiction(output)
    except ValidationError as error:
        return Rejected.because(f"{RESULT_NAME}: {problems(error)}")
    except RefusedError as error:
        return Rejected.because(f"{RESULT_NAME}: {error}")
    return output


def _refuse_other_schema(document: object) -> None:
    if not isinstance(document, dict):
        raise RefusedError("not a JSON object")
    schema = document.get("schema_version")
    if type(schema) is not int:  # True == 1
        raise RefusedError("schema_version: missing, or no whole number")
    if schema > PROBE_SCHEMA:
        shown = str(schema) if schema < 10**6 else "huge"
        raise RefusedError(
            f"written by a newer probe (schema {shown}; this samebits reads {PROBE_SCHEMA})"
        )


def _refuse_contradiction(output: ProbeOutput) -> None:
    _refuse_repeated("case", (case.name for case in output.cases))
    for case in output.cases:
        _refuse_repeated(f"{case.name}: output", (one.name for one in case.outputs))
        if case.status != "ok":
            continue
        if not case.outputs:
            raise RefusedError(f"{case.name}: status is ok, but it has no outputs")
        for one in case.outputs:
            if len(one.digests) != output.repeats:
                raise RefusedError(
                    f"{case.name}: {one.name}: digests for {len(one.digests)} repeats, "
                    f"not for {output.repeats}"
                )


def _refuse_repeated(what: str, names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise RefusedError(f"{what} {name!r} is there {times} times")
