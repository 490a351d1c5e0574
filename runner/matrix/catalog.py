"""What is known of TensorFlow's releases, from `releases.yaml`: which environments can't work.

A refusal is certain: nothing needs to be built to know it. What is only outside what TensorFlow
declares or tests runs, with a warning. Of a release that is not in the table nothing is known.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pydantic import BaseModel, ConfigDict

from runner.matrix import document
from runner.matrix.problems import listed

if TYPE_CHECKING:
    from runner.matrix.cells import Environment

OLDEST_PYTHON = Version("3.8")


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
    """One minor release of TensorFlow; `releases.yaml` says what each field means."""

    minor: str
    patches: dict[str, tuple[str, ...]]
    cuda: str
    cudnn: str
    only: Only | None = None
    tested: Pair
    declares: Pair | None = None
    constraints: dict[str, tuple[str, ...]] = {}
    source: tuple[str, ...]


class Catalog(_Row):
    """The whole table."""

    sources: dict[str, str]
    releases: tuple[Minor, ...]


@cache
def catalog() -> Catalog:
    """Return the table that is shipped beside this module."""
    path = Path(__file__).with_name("releases.yaml")
    text = document.decode(path.read_bytes(), path.name)
    return Catalog.model_validate(document.read(text, path.name).data)


def minor_of(tensorflow: str) -> Minor | None:
    """Return the row a release belongs to, or None where the catalog has none."""
    major, minor, *_ = Version(tensorflow).release
    return next((row for row in catalog().releases if row.minor == f"{major}.{minor}"), None)


def unreleased(tensorflow: str) -> tuple[str, ...]:
    """Return the releases there are where `tensorflow` is none of its minor, else nothing.

    The newest minor may still get patches, and pre-releases are not in the table: both pass.
    """
    row = minor_of(tensorflow)
    version = Version(tensorflow)
    if row is None or tensorflow in row.patches or version.is_prerelease:
        return ()
    existing = tuple(row.patches)
    newest = row is catalog().releases[-1]
    return () if newest and version > Version(existing[-1]) else existing


def constraints(tensorflow: str) -> tuple[str, ...]:
    """Return what the requirements of a release leave open and must not, such as ``numpy<2``."""
    row = minor_of(tensorflow)
    known = row.constraints if row else {}
    return tuple(bound for bound, releases in known.items() if tensorflow in releases)


def refusal(environment: Environment) -> str | None:
    """Why an environment can't work whatever is built, or None."""
    if Version(environment.python) < OLDEST_PYTHON:
        return f"the probe needs Python {OLDEST_PYTHON} or newer, not {environment.python}"
    row = minor_of(environment.tensorflow)
    if row is None:
        return None
    return (
        _python_refusal(environment, row)
        or _cuda_refusal(environment, row)
        or _cudnn_refusal(environment, row)
    )


def _python_refusal(environment: Environment, row: Minor) -> str | None:
    pythons = row.patches.get(environment.tensorflow)
    if pythons is None or environment.python in pythons:
        return None
    return (
        f"TensorFlow {environment.tensorflow} has no wheel for Python {environment.python}; "
        f"it has them for {pythons[0]} to {pythons[-1]}"
    )


def _cuda_refusal(environment: Environment, row: Minor) -> str | None:
    cuda = _release(environment.cuda)
    if cuda is None:
        return None
    compiled = Version(row.cuda)
    if cuda.major != compiled.major:
        return (
            f"TensorFlow {environment.tensorflow} was compiled for CUDA {compiled.major}; "
            f"the libraries of CUDA {cuda} have other names"
        )
    if row.only and cuda not in SpecifierSet(row.only.cuda):
        return f"TensorFlow {environment.tensorflow} can't use CUDA {cuda}: {row.only.because}"
    return None


def _cudnn_refusal(environment: Environment, row: Minor) -> str | None:
    """TensorFlow wants the major it was compiled with and at least its minor.

    Source: IsSourceCompatibleWithCudnnLibrary in xla/stream_executor/cuda/cuda_dnn.cc.
    """
    cudnn = _release(environment.cudnn)
    if cudnn is None:
        return None
    compiled = Version(row.cudnn)
    if (cudnn.major, cudnn.minor) >= (compiled.major, compiled.minor) and (
        cudnn.major == compiled.major
    ):
        return None
    age = "older" if cudnn < compiled else "of another major version"
    return (
        f"TensorFlow {environment.tensorflow} was compiled with cuDNN {compiled}; {cudnn} is {age}"
    )


def warning(environment: Environment) -> str | None:
    """In what an environment is outside the range TensorFlow declares, or None.

    Releases before 2.14 declare none: there it is what TensorFlow tests them with.
    """
    row = minor_of(environment.tensorflow)
    if row is None:
        return None
    tested = Pair(cuda=f"=={row.tested.cuda}.*", cudnn=f"=={row.tested.cudnn}.*")
    wanted = row.declares or tested
    named = (("CUDA", environment.cuda, wanted.cuda), ("cuDNN", environment.cudnn, wanted.cudnn))
    outside = [
        f"{name} {version} ({_worded(specifier)})"
        for name, version, specifier in named
        if (release := _release(version)) is not None and release not in SpecifierSet(specifier)
    ]
    if not outside:
        return None
    verb = "declares" if row.declares else "is tested with"
    return f"outside the range TensorFlow {environment.tensorflow} {verb}: {listed(outside)}"


def _release(version: str | None) -> Version | None:
    """Return the version, or None where there is none or the base image decides it."""
    return None if version in {None, "system"} else Version(str(version))


def _worded(specifier: str) -> str:
    return specifier.removeprefix("==").removesuffix(".*")
