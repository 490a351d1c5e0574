"""What is known before anything is built: environments that can't work, or were not meant to.

A refusal is certain. What is only outside what TensorFlow declares or is tested with runs, with a
warning. Of a release that is not in the table nothing is known, and the package index decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from runner.matrix.releases import Pair, minor_of, table
from runner.matrix.versions import SYSTEM, agree

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runner.matrix.cells import Environment, Inside
    from runner.matrix.releases import Minor

OLDEST_PYTHON = "3.8"


def constraints(tensorflow: str) -> tuple[str, ...]:
    """Return what the requirements of a release leave open and must not, such as ``numpy<2``."""
    row = minor_of(tensorflow)
    return _for(tensorflow, row.constraints if row else {})


def overrides(tensorflow: str) -> tuple[str, ...]:
    """Return what stands in for requirements of a release that have no wheel: ``termcolor>=1.1``.

    Where the marker of one is false, as on Python 3.8 that of ``jax; python_version >= '3.9'``,
    the requirement is dropped.
    """
    row = minor_of(tensorflow)
    return _for(tensorflow, row.overrides if row else {})


def _for(tensorflow: str, known: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    return tuple(requirement for requirement, releases in known.items() if tensorflow in releases)


def refusal(environment: Environment) -> str | None:
    """Why an environment can't work whatever is built, or None."""
    if Version(environment.python) < Version(OLDEST_PYTHON):
        return f"the probe needs Python {OLDEST_PYTHON} or newer, not {environment.python}"
    row = minor_of(environment.tensorflow)
    if row is None:
        return _toolkit_refusal(environment)
    return (
        _python_refusal(environment, row)
        or _keras_refusal(environment)
        or _cuda_refusal(environment, row)
        or _cudnn_refusal(environment, row)
        or _toolkit_refusal(environment)
    )


def refusal_inside(environment: Environment, inside: Inside) -> str | None:
    """Why an environment can't work with the CUDA and cuDNN inside its base image, or None."""
    declared, found = _release(environment.cudnn), _release(inside.cudnn)
    if declared and found and not agree(str(declared), str(found)):
        return f"the base image says that it has cuDNN {found}, not {declared}"
    row, filled = minor_of(environment.tensorflow), _filled(environment, inside)
    return (_cuda_refusal(filled, row) or _cudnn_refusal(filled, row)) if row else None


def _filled(environment: Environment, inside: Inside) -> Environment:
    """The environment with the versions that its base image says it has."""
    cudnn = inside.cudnn or environment.cudnn
    return replace(environment, cuda=inside.cuda or environment.cuda, cudnn=cudnn)


def impossible(environment: Environment) -> str | None:
    """Why there is no use in proposing an environment, or None: it is refused, or can't be had."""
    if environment.cudnn and not environment.cuda:
        return "cudnn without cuda"
    if environment.cuda == SYSTEM and not environment.base:
        return "cuda: system without a base that has one"
    return refusal(environment) or unmet(environment)


def unmet(environment: Environment) -> str | None:
    """Why the index will find no such environment, or None: a package outside what TensorFlow asks.

    What is known is what the newest patch of a minor asks, so it is told and not refused.
    """
    row = minor_of(environment.tensorflow)
    for package, asked in (row.asks if row else {}).items():
        version = getattr(environment, package)
        if version and not SpecifierSet(asked).contains(version, prereleases=True):
            return f"TensorFlow {environment.tensorflow} asks for {package}{asked}, not {version}"
    return None


def _python_refusal(environment: Environment, row: Minor) -> str | None:
    pythons = row.patches.get(environment.tensorflow)
    if pythons is None or environment.python in pythons:
        return None
    return (
        f"TensorFlow {environment.tensorflow} has no wheel for Python {environment.python}; "
        f"it has them for {pythons[0]} to {pythons[-1]}"
    )


def _keras_refusal(environment: Environment) -> str | None:
    oldest = Version(table().keras.oldest)
    if environment.keras is None or Version(environment.tensorflow) >= oldest:
        return None
    return (
        f"TensorFlow {environment.tensorflow} has Keras inside itself; "
        f"the package keras is what it uses from {oldest} on"
    )


def _cuda_refusal(environment: Environment, row: Minor) -> str | None:
    cuda = _release(environment.cuda)
    if cuda is None:
        return None
    compiled = Version(row.cuda)
    if cuda.major != compiled.major:
        return (
            f"TensorFlow {environment.tensorflow} was compiled for CUDA {compiled.major} and opens "
            f"libcudart.so.{row.opens['cudart']}; the libraries of CUDA {cuda} have other names"
        )
    if row.only and cuda not in SpecifierSet(row.only.cuda):
        return f"TensorFlow {environment.tensorflow} can't use CUDA {cuda}: {row.only.because}"
    return None


def _cudnn_refusal(environment: Environment, row: Minor) -> str | None:
    """TensorFlow wants the major it was compiled with, and at least its minor.

    Source: IsSourceCompatibleWithCudnnLibrary in xla/stream_executor/cuda/cuda_dnn.cc.
    """
    cudnn = _release(environment.cudnn)
    if cudnn is None:
        return None
    compiled = Version(row.cudnn)
    if cudnn.major == compiled.major and cudnn.minor >= compiled.minor:
        return None
    age = "older" if cudnn < compiled else "of another major version"
    return (
        f"TensorFlow {environment.tensorflow} was compiled with cuDNN {compiled}; {cudnn} is {age}"
    )


def _toolkit_refusal(environment: Environment) -> str | None:
    cuda, oldest = _release(environment.cuda), table().toolkit.oldest
    if cuda is None or cuda >= Version(oldest):
        return None
    return (
        f"CUDA {cuda} has no wheels, they start at {oldest}; "
        "name an image that has it as base, with cuda: system"
    )


def warning(environment: Environment, inside: Inside | None = None) -> str | None:
    """In what an environment is outside the range TensorFlow declares, or None.

    Releases before 2.14 declare none: there it is what TensorFlow is tested with. `inside` is what
    its base image says, where CUDA is inside that.
    """
    row = minor_of(environment.tensorflow)
    filled = _filled(environment, inside) if inside else environment
    said = [_outside(filled, row)] if row else []
    said.append(table().toolkit.notes.get(environment.cuda or "", ""))
    return "; ".join(filter(None, said)) or None


def _outside(environment: Environment, row: Minor) -> str:
    tested = Pair(cuda=f"=={row.tested.cuda}.*", cudnn=f"=={row.tested.cudnn}.*")
    wanted = row.declares or tested
    named = (("CUDA", environment.cuda, wanted.cuda), ("cuDNN", environment.cudnn, wanted.cudnn))
    outside = [
        f"{name} {release}, not {specifier.removeprefix('==').removesuffix('.*')}"
        for name, version, specifier in named
        if (release := _release(version)) and release not in SpecifierSet(specifier)
    ]
    place = "the range TensorFlow declares" if row.declares else "what TensorFlow is tested with"
    return f"outside {place}: {'; '.join(outside)}" if outside else ""


def _release(version: str | None) -> Version | None:
    """Return the version, or None where there is none or the image decides it."""
    return None if not version or version == SYSTEM else Version(version)
