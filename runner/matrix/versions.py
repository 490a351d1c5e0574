r"""What an environment is made of: Python, TensorFlow, Keras, NumPy, CUDA, cuDNN, an image.

These texts end up in requirements, Dockerfiles and command lines, so a value is matched whole and
in ASCII, and a version has to be written as it normalises: ``re.match`` with ``$`` lets a newline
through, ``\d`` matches Arabic digits, and ``packaging`` reads ``v2.15`` and ``2.15.1\n``.
"""

from __future__ import annotations

import re
from typing import Annotated

from packaging.version import Version
from pydantic import AfterValidator, WithJsonSchema

from runner.matrix.problems import listed, shown
from runner.matrix.releases import instead_of
from runner.matrix.values import Text, wrong

SYSTEM = "system"

_LONGEST = 40

_PYTHON = re.compile(r"3\.(0|[1-9][0-9]?)")
_TENSORFLOW = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4}){2}[0-9a-z.]{0,30}")
_PACKAGE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4}){1,2}[0-9a-z.]{0,30}")
_CUDA = re.compile(r"[1-9][0-9]?(\.[0-9]{1,2}){2}")
_CUDNN = re.compile(r"[1-9][0-9]?(\.[0-9]{1,4}){2,3}")

# https://github.com/distribution/reference, at most 255 characters.
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?/)?"
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_TAG = r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
_DIGEST = r"sha256:[0-9a-f]{64}"
_IMAGE = re.compile(
    rf"(?=.{{1,255}}\Z)(?:{_DIGEST}|{_HOST}{_PART}(?:/{_PART})*{_TAG}(?:@{_DIGEST})?)"
)


def agree(one: str, other: str) -> bool:
    """Whether two versions are equal in the parts that both have: 9.10.2 is 9.10.2.21."""
    parts = (map(int, version.split(".")) for version in (one, other))
    return all(a == b for a, b in zip(*parts, strict=False))


def _python(text: str) -> str:
    if not _PYTHON.fullmatch(text):
        raise wrong(f"{shown(text)} is no Python, name it such as 3.11, without the patch release")
    return text


def _tensorflow(text: str) -> str:
    if not _TENSORFLOW.fullmatch(text):
        raise wrong(f"{shown(text)} is no TensorFlow release, such as 2.20.0", _meant(text))
    _normal(text)
    if existing := instead_of(text):
        raise wrong(f"TensorFlow has no release {text}, only {listed(existing)}", existing[-1])
    return text


def _meant(text: str) -> str:
    """The release that was probably meant by 2.20 or v2.20.0."""
    try:
        version = Version(text if text.isascii() and len(text) <= _LONGEST else "")
    except ValueError:
        return ""
    *_, newest = instead_of(str(version)) or (str(version),)
    return newest if _TENSORFLOW.fullmatch(newest) else ""


def _keras(text: str) -> str:
    if not _PACKAGE.fullmatch(text):
        raise wrong(f"{shown(text)} is no Keras release, such as 3.4.1")
    return _normal(text)


def _numpy(text: str) -> str:
    if not _PACKAGE.fullmatch(text):
        raise wrong(f"{shown(text)} is no NumPy release, such as 1.26.4")
    return _normal(text)


def _cuda(text: str) -> str:
    if text == SYSTEM:
        return text
    if not _CUDA.fullmatch(text):
        raise wrong(f"{shown(text)} is no CUDA release, such as 12.9.1, nor {SYSTEM!r}")
    return _normal(text)


def _cudnn(text: str) -> str:
    if not _CUDNN.fullmatch(text):
        raise wrong(f"{shown(text)} is no cuDNN release, such as 9.10.2.21")
    return _normal(text)


def _normal(text: str) -> str:
    try:
        normal = str(Version(text))
    except ValueError as error:
        raise wrong(f"{shown(text)} is no version") from error
    if normal != text:
        raise wrong(f"{shown(text)} is not how this version is written", normal)
    return normal


def _image(text: str) -> str:
    if not _IMAGE.fullmatch(text):
        raise wrong(f"{shown(text)} is no image, such as python:3.11-slim-bookworm")
    return text


Python = Annotated[
    Text,
    AfterValidator(_python),
    # An editor reads an unquoted 3.11 as a number.
    WithJsonSchema({"type": ["string", "number"], "pattern": rf"^{_PYTHON.pattern}$"}),
]
TensorFlow = Annotated[
    Text,
    AfterValidator(_tensorflow),
    WithJsonSchema({"type": "string", "pattern": rf"^{_TENSORFLOW.pattern}$"}),
]
Keras = Annotated[
    Text,
    AfterValidator(_keras),
    WithJsonSchema({"type": "string", "pattern": rf"^{_PACKAGE.pattern}$"}),
]
Numpy = Annotated[
    Text,
    AfterValidator(_numpy),
    WithJsonSchema({"type": "string", "pattern": rf"^{_PACKAGE.pattern}$"}),
]
Cuda = Annotated[
    Text,
    AfterValidator(_cuda),
    WithJsonSchema({"type": "string", "pattern": rf"^({_CUDA.pattern}|{SYSTEM})$"}),
]
Cudnn = Annotated[
    Text,
    AfterValidator(_cudnn),
    WithJsonSchema({"type": "string", "pattern": rf"^{_CUDNN.pattern}$"}),
]
Image = Annotated[Text, AfterValidator(_image), WithJsonSchema({"type": "string"})]
