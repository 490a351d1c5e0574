"""The command `goldens export`: what groups of cells agree on, as files for the tests of others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from runner.analysis.goldens import find_goldens
from runner.cli import showing
from runner.errors import GateFailed, InputError, NothingSelected
from runner.reports.golden_files import ARRAYS, golden_files
from runner.reports.words import brief, number
from runner.results.bundle import compare_folder, publish
from runner.results.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from rich.console import Console

    from runner.analysis.goldens import Goldens
    from runner.results.bundle import Differences

Mode = Literal["new", "update", "check"]
_SHOWN: Final = 3


def find(results: Path, cells: Collection[str] | None, cases: str) -> Goldens:
    """Find the goldens of what is stored.

    Raises
    ------
    NothingSelected
        There is none.
    """
    found = find_goldens(showing.of_store(results, cells, cases), Store(results).load)
    if not found.goldens:
        reasons = {why for cell in found.cells for why in cell.without.values()}
        told = "; ".join(sorted(map(brief, reasons))[:_SHOWN])
        raise NothingSelected(
            f"{results}: no case has a golden" + (f": {told}" if told else ""),
            "a golden needs a case that is identical in several repeats, and its stored arrays",
        )
    return found


def export(folder: Path, results: Path, found: Goldens, mode: Mode, console: Console) -> int:
    """Write goldens into a folder, or see whether they are there.

    Raises
    ------
    InputError
        The folder holds other files, or other goldens, and is not to be updated.
    GateFailed
        It is to be checked, and is out of date.
    """
    files = partial(golden_files, found, Store(results).load)
    differences = compare_folder(folder, files, f"{ARRAYS}/*/*.npz")
    if mode == "check" and not differences.none:
        raise GateFailed(
            f"{folder}: out of date: {_told(differences)}",
            "`python -m runner goldens export` with --update brings it up to date",
        )
    if mode == "new":
        _refuse_to_change(folder, differences)
    if not differences.none:
        publish(folder, files, differences)
    console.print(_summary(folder, found, differences), soft_wrap=True, highlight=False)
    return 0


def _refuse_to_change(folder: Path, found: Differences) -> None:
    if not found.begun and (found.foreign or found.other):
        first = brief((found.foreign + found.other)[0])
        raise InputError(f"{folder}: it holds other files, such as {first}", "name a new folder")
    if found.begun and not found.none:
        raise InputError(
            f"{folder}: it holds other goldens: {_told(found)}",
            "--update changes them, --check only looks; or name a new folder",
        )


def _told(found: Differences) -> str:
    """Such as ``goldens.json differs; 2 files are missing: …``."""
    words = (("to add", found.missing), ("to change", found.other), ("to remove", found.obsolete))
    return "; ".join(
        f"{number(len(names), 'file')} {what}, such as {brief(names[-1])}"
        for what, names in words
        if names
    )


def _summary(folder: Path, found: Goldens, differences: Differences) -> str:
    done = "as it was" if differences.none else "written"
    none = {case for cell in found.cells for case in cell.without}
    without = f"; {number(len(none), 'case')} without one in some cell" if none else ""
    return (
        f"{brief(str(folder))}: {done}: {number(len(found.goldens), 'golden')} of "
        f"{number(len({one.case for one in found.goldens}), 'case')} for "
        f"{number(len(found.cells), 'cell')}{without}"
    )
