"""What the records of a cell say beside its comparison: every trial, and what was loaded."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from runner.results.untrusted import inert, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.analysis.history import History
    from runner.reports.html.pool import Pool
    from runner.results.probe_output import Fingerprint
    from runner.results.records import TrialRecord

LONGEST_TEXT: Final = 1000
"""Characters of any one text, such as a reason."""
LONGEST_LOG: Final = 8000
ALL_LOGS: Final = 1_000_000
"""Characters of all logs together, which share them equally."""
SHORTEST_LOG: Final = 400
MOST_TRIALS: Final = 50
"""Trials of one cell, the newest."""


def clip(text: str, longest: int = LONGEST_TEXT) -> str:
    """One inert line of bounded length; an ellipsis shows where it is cut."""
    line = one_line(text[: 4 * longest])
    return line if len(line) <= longest else f"{line[:longest].rstrip()} …"


def log_share(trials: Iterable[TrialRecord]) -> int:
    """Give the characters that each log may have; equal logs are written once."""
    logs = {trial.log for trial in trials if trial.log}
    return max(SHORTEST_LOG, min(LONGEST_LOG, ALL_LOGS // max(1, len(logs))))


def tail(log: str, longest: int) -> str:
    """Give the end of a log, which says why it ended, and how much is left out before it."""
    if len(log) <= longest:
        return inert(log)
    return f"… {len(log) - longest:,} characters before this are left out\n{inert(log[-longest:])}"


def reproduction(cell: str, matrix: str = "") -> str:
    """The command that repeats one cell, quoted for a shell."""
    file = f"--matrix {quote(clip(matrix))} " if matrix else ""
    return f"nox -s matrix -- {file}--only {quote(clip(cell))} --fresh"


def recorded(history: History, pool: Pool, share: int) -> dict[str, object]:
    """Give all that the trials of a cell say, the newest trial first."""
    current = {id(trial) for trial in history.current}
    shown = history.trials[::-1][:MOST_TRIALS]
    return {
        "trials": [_trial(one, pool, share, counted=id(one) in current) for one in shown],
        "trials_left_out": len(history.trials) - len(shown),
        "loaded": _loaded(shown, pool),
    }


def _trial(trial: TrialRecord, pool: Pool, share: int, *, counted: bool) -> dict[str, object]:
    key = trial.key
    return {
        "started": f"{trial.started:%Y-%m-%d %H:%M:%S}",
        "order": trial.order,
        "status": trial.status.value,
        "reason": clip(trial.reason),
        "seconds": round(trial.seconds, 1),
        "exit_code": trial.exit_code,
        "counted": counted and trial.probe is not None,
        "log": pool.put(tail(trial.log, share)) if trial.log else None,
        "gpu": pool.put(trial.gpu.model_dump(mode="json")) if trial.gpu else None,
        "made_of": pool.put(
            {
                "host": clip(trial.host.name),
                "processor": clip(trial.host.cpu_model),
                "platform": clip(trial.host.platform),
                "image": clip(trial.image),
                "base": clip(key.base),
                "pinned": trial.pinned,
                "lock": clip(key.lock),
                "image recipe": clip(key.recipe),
                "probe": clip(key.probe),
                "seed": key.seed,
                "repeats": key.repeats,
                "engine": key.engine,
                "host class": clip(key.host_class),
            }
        ),
    }


def _loaded(newest_first: Sequence[TrialRecord], pool: Pool) -> int | None:
    """Put what the newest finished trial found loaded into the pool."""
    probe = next((one.probe for one in newest_first if one.probe), None)
    if probe is None:
        return None
    found = probe.fingerprint
    return pool.put(
        {
            "axes": {axis: clip(value) for axis, value in loaded_axes(found).items() if value},
            "more": {name: clip(value) for name, value in _more(found).items() if value},
            "recipe": [clip(line) for line in probe.recipe],
            "libraries": pool.put([_library(*one) for one in _libraries(found)]),
            "packages": pool.put(_clipped(found.packages)),
            "variables": pool.put(_clipped(found.variables)),
            "build": pool.put(_clipped(found.build)),
            "cpu_flags": pool.put(clip(" ".join(found.cpu_flags), 4 * LONGEST_TEXT)),
        }
    )


def loaded_axes(found: Fingerprint) -> dict[str, str]:
    """Give what was loaded, by the axis that declares it; empty where nothing is known."""
    onednn = found.onednn
    return {
        "python": found.python,
        "tensorflow": found.tensorflow,
        "keras": found.keras,
        "numpy": found.numpy,
        "cuda": _version(found, ("cudart",)),
        "cudnn": _version(found, ("cudnn",)),
        "device": ", ".join(f"{gpu.name} sm {gpu.compute_capability}" for gpu in found.gpus)
        or "cpu",
        "determinism": _switch(found.op_determinism),
        "threads": f"{found.intra_op_threads} in an operation, {found.inter_op_threads} between",
        "onednn": f"{_switch(onednn.enabled)} ({onednn.isa}, {onednn.isa_source})"
        if onednn
        else "",
        "tf32": _switch(found.tf32),
        "xla": found.xla_jit,
    }


def _version(found: Fingerprint, names: Sequence[str]) -> str:
    versions = {one.version for one in found.loaded if one.name in names and one.version}
    return ", ".join(sorted(versions))


def _switch(value: bool | None) -> str:  # noqa: FBT001 - a value that was read
    return {True: "on", False: "off", None: ""}[value]


def _more(found: Fingerprint) -> dict[str, str]:
    return {
        "processor": found.cpu_model,
        "driver": found.driver,
        "newest CUDA of the driver": found.driver_cuda,
        "GPU": ", ".join(gpu.uuid for gpu in found.gpus if gpu.uuid),
        "dtype policy": found.dtype_policy,
    }


def _libraries(found: Fingerprint) -> list[tuple[str, str, str]]:
    told = [(one.name, one.version or one.reason, one.path) for one in found.loaded]
    paths = {one.path for one in found.loaded}
    return told + [("", "", path) for path in found.libraries if path not in paths]


def _library(name: str, version: str, path: str) -> list[str]:
    return [clip(name), clip(version), clip(path)]


def _clipped(entries: dict[str, str]) -> dict[str, str]:
    return {clip(name): clip(value) for name, value in sorted(entries.items())}
