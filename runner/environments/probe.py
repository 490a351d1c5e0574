"""Where the Dockerfile and the probe lie, and what the probe's text hashes to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runner.errors import InputError

if TYPE_CHECKING:
    from runner.environments.own_probe import OwnProbe

OWN_FOLDER: Final = "yours"
"""Where in the package `probe` of an image the file of one's own cases lies."""

SCRIPTS: Final = ("install", "provide-python")
"""What the Dockerfile runs of its own, beside it."""

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class ProbeSource:
    """The folder `images/`: Dockerfile, its scripts, and the package `probe`.

    `own` holds the cases that take the catalogue's place.
    """

    images: Path
    own: OwnProbe | None = None

    @property
    def package(self) -> Path:
        """The folder of the Python package `probe`."""
        return self.images / "probe"

    @cached_property
    def recipe_sha256(self) -> str:
        """SHA-256 over what an image is built by: the Dockerfile and its scripts."""
        texts = (self.images.joinpath(name).read_bytes() for name in ("Dockerfile", *SCRIPTS))
        return hashlib.sha256(b"\0".join(texts)).hexdigest()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over the names and texts of the probe's Python files, sorted by name.

        One's own file comes last, under the name that it has in an image.
        """
        digest = hashlib.sha256()
        for path in sorted(self.package.rglob("*.py")):
            name = path.relative_to(self.package).as_posix()
            _add(digest, name, path.read_bytes())
        if self.own:
            _add(digest, f"{OWN_FOLDER}/{self.own.name}", self.own.text)
        return digest.hexdigest()


def _add(digest: hashlib._Hash, name: str, text: bytes) -> None:
    digest.update(f"{name}\0{len(text)}\0".encode())
    digest.update(text)


def checkout() -> Path | None:
    """The checkout that this package is part of; None where it is installed as a wheel."""
    root = _PACKAGE.parent
    return root if (root / "images" / "probe" / "__main__.py").is_file() else None


def find_probe() -> ProbeSource:
    """Find `images/` beside the package (a checkout) or inside it (an installed wheel).

    Raises
    ------
    InputError
        Neither is there.
    """
    for images in (_PACKAGE.parent / "images", _PACKAGE / "images"):
        if (images / "probe" / "__main__.py").is_file():
            return ProbeSource(images)
    raise InputError(
        f"{_PACKAGE}: the probe is missing from this installation",
        "reinstall samebits, or run it from a checkout",
    )
