"""The matrix file as types: every key there is, what it may hold, and what it means."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from runner.matrix.scalars import (
    Assigned,
    Date,
    Device,
    FileVersion,
    Memory,
    Name,
    Preference,
    Runs,
    Seed,
    Sentence,
    Switch,
    Threads,
    Timeout,
    Variable,
)
from runner.matrix.values import Axis, Text
from runner.matrix.versions import Cuda, Cudnn, Image, Keras, Numpy, Python, TensorFlow

Matched = Annotated[Axis[Text], Field(description="Values of this axis; any one will match.")]


class Section(BaseModel):
    """A mapping of the file; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Axes(Section):
    """What to install and where to run it, each axis a value or a list of values."""

    python: Axis[Python] = ()
    """Python versions, such as "3.11"."""
    tensorflow: Axis[TensorFlow] = ()
    """TensorFlow releases, such as "2.20.0"."""
    keras: Axis[Keras] = ()
    """Keras releases, such as "3.4.1". Without it, the newest that TensorFlow allows."""
    numpy: Axis[Numpy] = ()
    """NumPy releases, such as "1.26.4". Without it, the newest that TensorFlow allows."""
    cuda: Axis[Cuda] = ()
    """CUDA toolkit releases, such as "12.9.1", installed from wheels; or system, for an image
    that has one inside. Without it, TensorFlow's CPU build is installed."""
    cudnn: Axis[Cudnn] = ()
    """cuDNN releases, such as "9.10.2.21"."""
    base: Axis[Image] = ()
    """Images that take the place of the Python version's base."""
    device: Axis[Device] = ()
    """Where the probe runs: gpu where cuda is named and nothing else is said, else cpu."""


class Inclusion(Axes):
    """Environments to add. An axis that is left out takes all values of its group."""

    because: Sentence = ""
    """Why they are there."""


class Exclusion(Section):
    """Cells to leave out: those with one of the values on every axis that is named."""

    python: Matched = ()
    tensorflow: Matched = ()
    keras: Matched = ()
    numpy: Matched = ()
    cuda: Matched = ()
    cudnn: Matched = ()
    base: Matched = ()
    device: Matched = ()
    determinism: Matched = ()
    threads: Matched = ()
    onednn: Matched = ()
    tf32: Matched = ()
    xla: Matched = ()
    env: Matched = ()
    because: Sentence = ""
    """Why; it is said wherever one looks for the cell."""


class Group(Axes):
    """Environments: one for each combination of the values on these axes."""

    python: Axis[Python]
    """Python versions, such as "3.11"."""
    tensorflow: Axis[TensorFlow]
    """TensorFlow releases, such as "2.20.0"."""
    exclude: tuple[Exclusion, ...] = ()
    """Cells to leave out."""
    include: tuple[Inclusion, ...] = ()
    """Environments to add, whatever is excluded."""


class Settings(Section):
    """What changes without a rebuild, each axis a value or a list of values."""

    determinism: Axis[Switch] = ("off", "on")
    """Whether TensorFlow is told to be deterministic; how depends on its version."""
    threads: Axis[Threads] = (2,)
    """The size of TensorFlow's thread pools; it changes bits on a CPU."""
    onednn: Axis[Preference] = ("default",)
    """Whether oneDNN's kernels are used on a CPU; default leaves it to TensorFlow."""
    tf32: Axis[Preference] = ("default",)
    """Whether a GPU may round float32 to TensorFloat-32; default leaves it to TensorFlow."""
    xla: Axis[Preference] = ("default",)
    """Whether XLA compiles what runs; default leaves it to TensorFlow."""
    env: dict[Name, dict[Variable, Assigned]] = {"none": {}}
    """Named sets of environment variables, each a value of this axis; none: {} runs without."""


class ProbeSection(Section):
    """How often and within what bounds the probe runs in each cell."""

    path: Text = ""
    """A Python file of cases that take the catalogue's place, from the folder of this file."""
    trials: Runs = 3
    """Fresh processes, each in a fresh container."""
    repeats: Runs = 2
    """How often a case repeats within one process, seeded again each time."""
    seed: Seed = 42
    """The seed of every random stream."""
    timeout: Timeout = Field(default=600, json_schema_extra={"default": "10m"})
    """How long a trial may take, such as 90s, 10m or 1h."""
    memory: Memory = Field(default=8 * 1024**3, json_schema_extra={"default": "8g"})
    """How much memory a trial may use, such as 512m or 8g."""


class Resolve(Section):
    """How the packages that nothing names are chosen."""

    exclude_newer: Date | None = Field(default=None, alias="exclude-newer")
    """Take every package as it was on this date, such as 2026-11-01."""


class MatrixFile(Section):
    """Which combinations of Python, TensorFlow, CUDA and cuDNN to compare, and how."""

    version: FileVersion
    """The version of this format: 1."""
    base: dict[Python, Image] = {}
    """The image for each Python version; by default python:VERSION-slim-bookworm."""
    resolve: Resolve = Resolve()
    """How the packages that nothing names are chosen."""
    environments: dict[Name, Group]
    """Named groups of environments."""
    settings: Settings = Settings()
    """What changes without a rebuild."""
    probe: ProbeSection = ProbeSection()
    """How often and within what bounds the probe runs in each cell."""
