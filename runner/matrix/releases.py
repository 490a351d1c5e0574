"""The table of TensorFlow's releases, `releases.yaml`, which says what each of its fields means."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from packaging.version import Version
from pydantic import BaseModel, ConfigDict

from runner.matrix import document


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pair(_Row):
    """A CUDA and a cuDNN, as versions or as specifiers."""

    cuda: str
    cudnn: str


class Only(_Row):
    """The CUDA releases that a minor is bound to."""

    cuda: str
    because: str


class Minor(_Row):
    """One minor release of TensorFlow, with its patches from the oldest to the newest."""

    minor: str
    patches: dict[str, tuple[str, ...]]
    cuda: str
    cudnn: str
    only: Only | None = None
    opens: dict[str, str]
    kernels: tuple[str, ...]
    tested: Pair
    declares: Pair | None = None
    asks: dict[str, str] = {}
    constraints: dict[str, tuple[str, ...]] = {}
    overrides: dict[str, tuple[str, ...]] = {}
    source: tuple[str, ...]


class Keras(_Row):
    """The package keras, which `tf.keras` is from a minor of TensorFlow on."""

    oldest: str
    source: tuple[str, ...]


class Toolkit(_Row):
    """NVIDIA's `cuda-toolkit` packages, which install a CUDA release from wheels."""

    oldest: str
    notes: dict[str, str]
    source: tuple[str, ...]


class Driver(_Row):
    """NVIDIA's drivers: the oldest that runs a major release of CUDA."""

    minimum: dict[str, str]
    source: tuple[str, ...]


class Table(_Row):
    """The whole table, with the minors from the oldest to the newest."""

    sources: dict[str, str]
    keras: Keras
    toolkit: Toolkit
    driver: Driver
    releases: tuple[Minor, ...]


@cache
def table() -> Table:
    """Return the table that is shipped beside this module."""
    return Table.model_validate(document.shipped(Path(__file__).with_name("releases.yaml")))


def minor_of(tensorflow: str) -> Minor | None:
    """Return the row a release belongs to, or None where the table has none."""
    major, minor, *_ = *Version(tensorflow).release, 0
    return next((row for row in table().releases if row.minor == f"{major}.{minor}"), None)


def instead_of(tensorflow: str) -> tuple[str, ...]:
    """Return the releases there are where `tensorflow` is none of its minor, else nothing.

    A pre-release passes, since the table has none, and so does a later patch of the newest minor,
    which may still get one.
    """
    row = minor_of(tensorflow)
    version = Version(tensorflow)
    if row is None or tensorflow in row.patches or version.is_prerelease:
        return ()
    *_, last = row.patches
    later = row is table().releases[-1] and version > Version(last)
    return () if later else tuple(row.patches)
