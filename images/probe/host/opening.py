"""Opens CUDA libraries by the names by which TensorFlow opens them, in a process of its own.

It needs no GPU and no TensorFlow: it shows which files an environment would load.
"""

from __future__ import annotations

import ctypes
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from probe.host.libraries import Library, mapped, versions
from probe.wording import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RESULT_NAME = "result.json"


def open_all(names: Sequence[str]) -> tuple[Library, ...]:
    """Open each file name, such as ``libcudnn.so.9``, and return what it turned out to be.

    One that can't be opened has no path, and the loader's reason.
    """
    reasons = {name: reason for name in names if (reason := _reason(name))}
    text = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    wanted = {_stem(name) for name in names if name not in reasons}
    found = versions(path for path in mapped(text) if _stem(Path(path).name) in wanted)
    missing = (Library(_stem(name), "", reason=reason) for name, reason in reasons.items())
    return (*found, *missing)


def write(libraries: Iterable[Library], out: Path) -> None:
    """Write them to `result.json` in a folder."""
    document = {"schema_version": 1, "libraries": [asdict(one) for one in libraries]}
    out.mkdir(parents=True, exist_ok=True)
    (out / RESULT_NAME).write_text(json.dumps(document), encoding="utf-8")


def _reason(name: str) -> str:
    """Why the loader can't open a library; empty where it can."""
    try:
        ctypes.CDLL(name)
    except OSError as error:
        return bounded(error) or name
    return ""


def _stem(name: str) -> str:
    """``cudnn`` of ``libcudnn.so.9``."""
    return name[len("lib") :].partition(".so")[0]
