"""How a probe's process ended, in words that say what it means and what it printed of it. Pure."""

from __future__ import annotations

import re
import signal
from typing import Final

from runner.environments.gpu_faults import find
from runner.results.untrusted import inert

_SIGNALLED: Final = 128
_LONGEST_LINE: Final = 300
# So a probe says that TensorFlow did not tell it, but the log; see images/probe/host/gpu.py.
_SEE_LOG: Final = "its log above names the library that did not load"
# What a signal says to those who did not write the library that raised it.
_MEANINGS: Final = {
    "SIGABRT": "native code gave up",
    "SIGBUS": "native code read memory that is not there",
    "SIGFPE": "native code divided by zero",
    "SIGILL": "native code has an instruction that this processor lacks",
    "SIGSEGV": "native code crashed",
    "SIGXFSZ": "it wrote a file of more than 256 MiB",
}
# The lines that TensorFlow and absl log before they abort: "2026-11-22 20:32:22.1: F file.cc:234] "
# and "F0000 00:00:1795379291.02   25630 file.cc:153] ".
_FATAL: Final = re.compile(
    r"^(?:\d{4}-\d\d-\d\d \S+ F|F\d{4}) [^\]\n]*\] (?P<said>.+)$", re.MULTILINE
)


def exit_reason(code: int, log: str) -> str:
    """Say how the process ended, the line of its log that tells most of why, and a GPU's fault."""
    line, fault = _telling(log), find(log, "log")
    of_gpu = f"; {fault}" if fault else ""
    name = _signal(code)
    if not name:
        return f"the probe ended with exit code {code}" + (f": {line}" if line else "") + of_gpu
    meaning = f", {_MEANINGS[name]}" if name in _MEANINGS else ""
    printed = f"; it last printed: {line}" if line else ""
    return f"the probe was ended by {name}{meaning}{printed}{of_gpu}"


def said(log: str, prefix: str) -> str:
    """The last line of a log that begins with a prefix, without it.

    Where that line points to the log for a library that did not load, it is named instead.
    """
    lines = [line for line in log.splitlines() if line.startswith(prefix)]
    if not lines:
        return ""
    line = lines[-1].removeprefix(prefix).strip()
    if line.endswith(_SEE_LOG) and (fault := find(log, "loading")):
        line = f"{line.removesuffix(_SEE_LOG)}{fault}"
    return inert(line)[:500]


def _signal(code: int) -> str:
    try:
        return signal.Signals(code - _SIGNALLED).name if code > _SIGNALLED else ""
    except ValueError:
        return ""


def _telling(log: str) -> str:
    """The last fatal line where there is one, else the last line that is not blank."""
    fatal = [found["said"] for found in _FATAL.finditer(log)]
    lines = fatal or [line for line in log.splitlines() if line.strip()]
    return inert(lines[-1].strip())[:_LONGEST_LINE] if lines else ""
