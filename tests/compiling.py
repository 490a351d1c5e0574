"""Libraries that stand in for those of a driver, compiled for a test."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from requirements_of_host import absent

_SOURCES = Path(__file__).parent / "stand_ins"


def stand_in(source: str, name: str, folder: Path, *options: str) -> Path:
    """Compile one of the stand-ins under a library's name; returns its folder."""
    compiler = shutil.which("cc")
    if compiler is None:
        absent("no C compiler (cc) on this host")
    arguments = ("-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", *options)
    library = str(folder / name)
    command = [compiler, *arguments, "-o", library, str(_SOURCES / source)]
    subprocess.run(command, check=True, timeout=60)
    return folder
