"""What the probe writes, read as untrusted input.

`result.json` and `arrays/<digest>.npy` come out of a container that ran foreign code: sizes, names
and types are checked here, and a file that fails is a reason, never an exception of another kind.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PROBE_SCHEMA = 1

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}$")]
Text = Annotated[str, StringConstraints(max_length=4000)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


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
    """One case in one trial. `seconds` has one entry per repeat."""

    name: Name
    family: Name
    status: Literal["ok", "unsupported", "error"]
    reason: Text = ""
    outputs: tuple[Output, ...] = Field(default=(), max_length=200)
    seconds: tuple[Seconds, ...] = Field(default=(), max_length=1000)


class Gpu(Value):
    """A GPU as TensorFlow sees it."""

    name: Text
    compute_capability: Text
    uuid: Text = ""
    multiprocessors: int | None = None


class Fingerprint(Value):
    """What was really loaded and on what.

    `packages` is every installed distribution → version; `libraries` the CUDA, cuBLAS and cuDNN
    files mapped into the process; `variables` the environment that TensorFlow reads.
    """

    python: Text
    tensorflow: Text
    numpy: Text
    keras: Text
    build: dict[Text, Text] = Field(max_length=100)
    packages: dict[Text, Text] = Field(max_length=2000)
    libraries: tuple[Text, ...] = Field(default=(), max_length=500)
    variables: dict[Text, Text] = Field(max_length=200)
    cpu_model: Text
    cpu_flags: tuple[Text, ...] = Field(max_length=1000)
    gpus: tuple[Gpu, ...] = Field(default=(), max_length=64)
    intra_op_threads: int
    inter_op_threads: int
    op_determinism: bool | None


class ProbeOutput(Value):
    """The whole of `result.json`."""

    schema_version: Literal[1]
    order: Literal["forward", "reversed"]
    seed: int
    repeats: int = Field(ge=1, le=1000)
    recipe: tuple[Text, ...] = Field(max_length=50)
    fingerprint: Fingerprint
    import_seconds: Seconds
    cases: tuple[CaseOutput, ...] = Field(max_length=2000)
