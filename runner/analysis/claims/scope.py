"""Which cells a claim is about."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


class Row(BaseModel):
    """A part of the ledger: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _specifier(text: str) -> str:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        raise ValueError(f"{text!r} is no version specifier, such as '>=2.8'") from None
    return text


Specifier = Annotated[str, AfterValidator(_specifier)]


class Scope(Row):
    """The cells that a claim is about; what is not named is free.

    `compute` is the least compute capability of the GPU, as in ``8.0``.
    """

    tensorflow: Specifier = ""
    device: Literal["cpu", "gpu"] | None = None
    determinism: Literal["off", "on"] | None = None
    tf32: Literal["default", "off", "on"] | None = None
    cudnn: Specifier = ""
    compute: Annotated[str, StringConstraints(pattern=r"^\d{1,2}\.\d$")] = ""

    @property
    def words(self) -> str:
        """Such as ``tensorflow >=2.8, device gpu``."""
        named = self.model_dump(exclude_defaults=True)
        parts = (
            f"compute capability {value} or newer" if axis == "compute" else f"{axis} {value}"
            for axis, value in named.items()
        )
        return ", ".join(parts) or "every cell"

    def covers(self, axes: dict[str, str], host_class: str) -> bool:
        """Whether a cell with these axes, on this class of host, is meant."""
        exact = {"device": self.device, "determinism": self.determinism, "tf32": self.tf32}
        return (
            all(wanted in {None, axes.get(axis)} for axis, wanted in exact.items())
            and _within(self.tensorflow, axes.get("tensorflow", ""))
            and _within(self.cudnn, axes.get("cudnn", ""))
            and _capable(self.compute, host_class)
        )


def _within(specifier: str, version: str) -> bool:
    if not specifier:
        return True
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidVersion:
        return False


def _capable(least: str, host_class: str) -> bool:
    found = re.search(r"\bsm_(\d+)", host_class)
    return not least or (found is not None and int(found[1]) >= int(least.replace(".", "")))
