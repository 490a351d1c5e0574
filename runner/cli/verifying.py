"""The command `verify`: what an interpreter behaves like, held against the stored results."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from runner.analysis.changes import moves
from runner.analysis.counterpart import nearest, on_device, setting_of
from runner.analysis.likeness import differences, likenesses, placements, results_of
from runner.cli import showing
from runner.cli.workspace import Workspace, choose_gpus
from runner.environments.active import find_active, look_at, read_variables
from runner.environments.index import IndexSettings
from runner.environments.probe import find_probe
from runner.environments.venv import VenvEngine
from runner.errors import GateFailed, NoResult, NothingSelected
from runner.execution.gpu_reading import read_gpu
from runner.execution.gpu_watch import GpuWatch
from runner.execution.verification import Verification, verify
from runner.matrix.cells import SETTING_AXES
from runner.matrix.problems import closest, shown
from runner.matrix.spec import Probe
from runner.reports import verification as report
from runner.results.records import Status
from runner.results.untrusted import inert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from runner.analysis.comparison import CellResult, Comparison, Context
    from runner.environments.engine import Engine
    from runner.environments.probe import ProbeSource
    from runner.execution.gpu import HostGpu
    from runner.matrix.cells import Device, Preference, Setting, Switch
    from runner.results.probe_output import Fingerprint
    from runner.results.records import TrialRecord
    from runner.results.store import Store

# What a matrix file says where it says nothing; the number of trials is asked for.
_PROBE: Final = Probe(trials=2, repeats=2, seed=42, timeout_seconds=600, memory_bytes=8 * 1024**3)
_RUN_FIRST: Final = "run `nox -s matrix` first"
_SHOWN_LINES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for; what it leaves open is None, or empty.

    `require` is a pattern on ids of cells.
    """

    python: Path | None
    device: Device
    gpus: tuple[str, ...]
    determinism: Switch | None
    threads: int | None
    onednn: Preference | None
    tf32: Preference | None
    xla: Preference | None
    trials: int
    repeats: int | None
    require: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What is compared with: what is stored, where, and the matrix file, if there is one."""

    comparison: Comparison
    store: Store
    workspace: Workspace | None

    @property
    def source(self) -> ProbeSource:
        """The probe that runs."""
        return self.workspace.probe if self.workspace else find_probe()

    @property
    def probe(self) -> Probe:
        """How it runs."""
        return self.workspace.matrix.probe if self.workspace else _PROBE


def workspace_of(matrix: Path | None) -> Workspace | None:
    """The workspace of the matrix file that is named or lies here; None where there is none."""
    path = matrix or showing.DEFAULT_MATRIX
    return Workspace(path) if matrix or path.is_file() else None


def run(asked: Asked, against: Against, console: Console) -> report.Verified:
    """Run the probe in an interpreter, and hold what comes out against what is stored.

    Raises
    ------
    SamebitsError
        There is nothing to compare with, no interpreter that the probe can run in, no such cell as
        is required, or a trial that did not finish.
    """
    interpreter = look_at(asked.python or find_active())
    # It makes no venv, so that its folder and its index do not matter.
    engine = VenvEngine(against.store.root, IndexSettings())
    gpu = _gpu(asked)
    host_class = ", ".join([*([gpu.host_class] if gpu else []), engine.host().host_class])
    context = _against(against.comparison, asked.device, host_class, against.source)
    _refuse_unknown(asked.require, context.cells)
    wanted = Verification(
        interpreter=interpreter,
        setting=_setting(asked, context),
        probe=_probe(asked, against.probe, context),
        source=against.source,
        gpu=gpu,
    )
    records = _records(wanted, engine, console)
    return _verified(wanted, records, context, against.store, host_class)


def _gpu(asked: Asked) -> HostGpu | None:
    """The first of the GPUs that are asked for, where one is."""
    if asked.device == "cpu":
        return None
    found = choose_gpus(asked.gpus)
    if not found.gpus:
        raise NothingSelected(found.none, "`python -m runner doctor` says why")
    return found.gpus[0]


def _against(
    comparison: Comparison, device: Device, host_class: str, source: ProbeSource
) -> Context:
    """Choose what to compare with: results of this probe, of this host class where there are."""
    found = on_device(comparison, device)
    if not found:
        raise NothingSelected(f"no cell on a {device} has a result to compare with", _RUN_FIRST)
    same = [context for context in found if context.probe == source.sha256]
    if not same:
        told = "the stored results are of another probe than the one that would run now"
        raise NothingSelected(told, _RUN_FIRST)
    return nearest(same, host_class)


def _refuse_unknown(pattern: str, cells: Sequence[CellResult]) -> None:
    """Refuse a pattern that no cell has, before anything runs."""
    ids = [cell.cell for cell in cells]
    if pattern and not any(fnmatchcase(one, pattern) for one in ids):
        near = closest(pattern, ids)
        meant = f", did you mean {shown(near)}?" if near else ""
        told = f"--require: no cell with a result is called {shown(pattern)}{meant}"
        raise NothingSelected(told, "`python -m runner report` shows which there are")


def _setting(asked: Asked, context: Context) -> Setting:
    """The setting to run with, as asked, and for the rest that of the stored cells.

    What is set in this shell and TensorFlow reads is part of it.
    """
    theirs = setting_of(context)
    return replace(
        theirs,
        determinism=asked.determinism or theirs.determinism,
        threads=asked.threads or theirs.threads,
        onednn=asked.onednn or theirs.onednn,
        tf32=asked.tf32 or theirs.tf32,
        xla=asked.xla or theirs.xla,
        variables=read_variables(),
    )


def _probe(asked: Asked, probe: Probe, context: Context) -> Probe:
    seed = probe.seed if context.seed is None else context.seed
    return replace(probe, trials=asked.trials, repeats=asked.repeats or probe.repeats, seed=seed)


def _records(wanted: Verification, engine: Engine, console: Console) -> tuple[TrialRecord, ...]:
    """The trials, all of which have finished."""

    def tell(number: int) -> None:
        of = f"trial {number} of {wanted.probe.trials}"
        console.print(f"[dim]{of} in {escape(str(wanted.interpreter.path))}[/]", soft_wrap=True)

    watch = GpuWatch(read=read_gpu, pause=_pause)
    records = verify(wanted, engine, watch, tell)
    last = records[-1]
    if last.status is not Status.DONE:
        for line in inert(last.log).splitlines()[-_SHOWN_LINES:]:
            console.print(f"  [dim]{escape(line)}[/]", soft_wrap=True, highlight=False)
        words = last.status.value.replace("-", " ")
        raise NoResult(
            f"{wanted.interpreter.path}: {words}: {last.reason}",
            "put this right and verify again; nothing was kept",
        )
    return records


def _pause(seconds: float) -> bool:
    """Wait for a GPU to be free; an interrupt ends it."""
    time.sleep(seconds)
    return False


def _verified(
    wanted: Verification,
    records: Sequence[TrialRecord],
    context: Context,
    store: Store,
    host_class: str,
) -> report.Verified:
    here = results_of(records)
    found = likenesses(here, context.cells, wanted.cell.axes)
    first = found[0].cell
    mine, theirs = _fingerprint(records), _fingerprint(store.trials([first.cell]).records)
    settings = [one for one in moves(first.axes, wanted.cell.axes) if one.axis in SETTING_AXES]
    return report.Verified(
        interpreter=str(wanted.interpreter.path),
        axes=wanted.cell.axes,
        variables=wanted.setting.variables,
        host_class=host_class,
        context=context,
        placements=placements(here, context),
        likenesses=found,
        moved=(*settings, *(differences(mine, theirs) if mine and theirs else ())),
    )


def _fingerprint(records: Sequence[TrialRecord]) -> Fingerprint | None:
    """What the newest finished trial found loaded."""
    done = [record for record in records if record.probe]
    newest = max(done, key=lambda one: one.started, default=None)
    return newest.probe.fingerprint if newest and newest.probe else None


def show(found: report.Verified, *, as_json: bool) -> None:
    """Print what came out."""
    print(report.as_json(found) if as_json else report.text(found), end="")


def gate(pattern: str, found: report.Verified) -> None:
    """Let pass what behaves like one of the cells that a pattern names, or where there is none.

    Raises
    ------
    GateFailed
        It does not.
    """
    wanted = [one for one in found.likenesses if fnmatchcase(one.cell.cell, pattern)]
    if not pattern or any(one.entire for one in wanted):
        return
    first = wanted[0]
    differing = ", ".join(first.other[:_SHOWN_LINES]) or "nothing that can be compared agrees"
    raise GateFailed(
        f"{found.interpreter} does not behave like {first.cell.cell}: {differing}",
        "--json gives every case",
    )
