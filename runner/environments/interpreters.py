"""Finding a Python on this host: by uv, which searches PATH, and in pyenv's folder of versions.

pyenv puts a shim for each of its versions into PATH, and one of a version that is not active fails.
uv gives up at the first such shim, so the versions are looked up where pyenv keeps them.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.version import Version
from uv import find_uv_bin

from runner.environments.asking import ask
from runner.environments.engine import Base
from runner.errors import EngineUnavailable

if TYPE_CHECKING:
    from runner.matrix.cells import Environment

_WHICH: Final = "import platform, sys; print(platform.python_implementation(), sys.version)"


@functools.cache
def find_interpreter(python: str) -> Base:
    """Find an interpreter of a Python such as ``3.8``.

    Raises
    ------
    EngineUnavailable
        This host has none that works.
    """
    for found in (_by_uv(python), *pyenv_interpreters(python, pyenv_root())):
        if found and (version := ask([found, "-c", _WHICH])):
            return Base(reference=found, identity=version, pinned=False)
    raise EngineUnavailable(
        f"no Python {python} interpreter on this host",
        f"install Python {python}: `uv python install {python}`, `pyenv install {python}` or your "
        "system's package; or use --engine docker",
    )


def needs_image(environment: Environment) -> str:
    """Why no interpreter of this host will do for an environment, or ''. Pure.

    A base image of its own is an axis: what ran on this host would be told as a result of that.
    """
    image = environment.base
    return f"a venv is made on this host, not in {image}; it takes --engine docker" if image else ""


def pyenv_root() -> Path:
    """Where pyenv keeps what it installs, whether it is there or not."""
    given = os.environ.get("PYENV_ROOT")
    return Path(given) if given else Path.home() / ".pyenv"


def pyenv_interpreters(python: str, root: Path) -> tuple[str, ...]:
    """List the releases of a Python that pyenv has installed, the newest first."""
    found = {
        Version(path.name): path / "bin" / f"python{python}"
        for path in root.glob(f"versions/{python}.*")
        if path.name.removeprefix(f"{python}.").isdecimal()
    }
    newest_first = sorted(found.items(), reverse=True)
    return tuple(str(binary) for _, binary in newest_first if binary.is_file())


def _by_uv(python: str) -> str:
    find = [find_uv_bin(), "python", "find", "--no-config", "--no-python-downloads", "--system"]
    return ask([*find, python])
