"""An interpreter that somebody else set up: which one is active, and what it has."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.version import InvalidVersion, Version

from runner.environments.asking import ask
from runner.errors import EngineUnavailable, InputError
from runner.matrix.problems import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

OLDEST_PYTHON: Final = Version("3.8")
OLDEST_TENSORFLOW: Final = Version("2.4")
# As images/probe/recipe.py looks for it.
_DISTRIBUTIONS: Final = (
    *("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-rocm", "tensorflow-cpu-aws"),
    *("tf-nightly", "tf-nightly-cpu"),
)
# It runs on any Python. What is installed is told without importing it.
_WHAT: Final = f"""
import json, sys
found = {{"python": "%d.%d.%d" % sys.version_info[:3], "tensorflow": ""}}
try:
    from importlib import metadata
except ImportError:
    metadata = None
for name in {_DISTRIBUTIONS!r} if metadata else ():
    try:
        found["tensorflow"] = metadata.version(name)
        break
    except metadata.PackageNotFoundError:
        pass
sys.stdout.write(json.dumps(found))
"""
_OTHER: Final = "activate another environment, or name its interpreter with --python"
# What TensorFlow and the libraries below it read, as images/probe/host/fingerprint.py has it; the
# rest of the shell's environment stays out, and so does the GPU that it would choose.
_READ: Final = re.compile(
    r"(TF|XLA|CUDA|CUBLAS|CUDNN|NVIDIA|OMP|MKL|KMP|ONEDNN|DNNL)_[A-Z0-9_]+"
    r"|KERAS_BACKEND|LD_LIBRARY_PATH"
)
# Terraform's variables begin with TF_ as well, and some hold secrets.
_FOREIGN: Final = re.compile(
    r"^TF_(VAR|TOKEN|CLI|LOG|INPUT|DATA_DIR|WORKSPACE|IN_AUTOMATION|REATTACH|REGISTRY|PLUGIN)"
    r"|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|CUDA_VISIBLE_DEVICES"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python that has TensorFlow: `python` is its full version, such as ``3.11.2``."""

    path: Path
    python: str
    tensorflow: str

    @property
    def minor(self) -> str:
        """Such as ``3.11``."""
        return ".".join(self.python.split(".")[:2])


def find_active(environ: Mapping[str, str] = os.environ) -> Path:
    """Find the interpreter that is active: that of `VIRTUAL_ENV`, else `python` in `PATH`.

    Raises
    ------
    InputError
        There is none.
    """
    venv = environ.get("VIRTUAL_ENV")
    if venv and (python := Path(venv, "bin", "python")).exists():
        return python
    for name in ("python", "python3"):
        if found := shutil.which(name, path=environ.get("PATH", "")):
            return Path(found)
    raise InputError("no interpreter is active: there is no python in PATH", _OTHER)


def look_at(path: Path) -> Interpreter:
    """Ask an interpreter what it is and which TensorFlow it has, without importing that.

    Raises
    ------
    InputError
        There is no such file.
    EngineUnavailable
        It is no Python, or one that the probe can't run in.
    """
    # Not resolved: the link is what makes it the interpreter of its venv.
    python = Path(os.path.abspath(path))  # noqa: PTH100 - Path has no way that keeps links
    if not python.is_file():
        raise InputError(f"{path}: there is no such interpreter", _OTHER)
    found = _told(python)
    if Version(found["python"]) < OLDEST_PYTHON:
        told = f"{python} is Python {found['python']}; the probe needs {OLDEST_PYTHON} or newer"
        raise EngineUnavailable(told, _OTHER)
    release = found["tensorflow"]
    if not release:
        raise EngineUnavailable(f"{python} has no TensorFlow", f"install it there, {_OTHER}")
    if _version(release, python) < OLDEST_TENSORFLOW:
        told = f"{python} has TensorFlow {release}; the probe needs {OLDEST_TENSORFLOW} or newer"
        raise EngineUnavailable(told, _OTHER)
    return Interpreter(path=python, python=found["python"], tensorflow=release)


def _told(python: Path) -> dict[str, str]:
    """What an interpreter says, seeing what a trial sees: no PYTHON* variables, no user's site."""
    try:
        found = json.loads(ask([str(python), "-E", "-s", "-c", _WHAT]))
        answer = {name: str(found[name]) for name in ("python", "tensorflow")}
        Version(answer["python"])
    except (ValueError, TypeError, KeyError):  # InvalidVersion is a ValueError
        raise EngineUnavailable(f"{python} does not run as a Python", _OTHER) from None
    return answer


def _version(release: str, python: Path) -> Version:
    try:
        return Version(release)
    except InvalidVersion:
        told = f"{python} has a TensorFlow of no release: {shown(release)}"
        raise EngineUnavailable(told, _OTHER) from None


def read_variables(environ: Mapping[str, str] = os.environ) -> tuple[tuple[str, str], ...]:
    """Give the variables that are set here and that TensorFlow reads, by name."""
    read = (name for name in environ if _READ.fullmatch(name) and not _FOREIGN.search(name))
    return tuple((name, environ[name]) for name in sorted(read))
