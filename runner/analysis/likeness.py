"""Which cell an environment behaves like: its cases held against those of every cell. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.changes import Move, moves
from runner.analysis.comparison import Verdict
from runner.analysis.verdicts import Sighting, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.analysis.comparison import CaseResult, CellResult, Context
    from runner.results.probe_output import Fingerprint
    from runner.results.records import TrialRecord

    Results = dict[str, CaseResult]
    """Case → what is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One case as it is here, and the group whose bits it has.

    `group` is that of the context, empty where the case is not identical here or its bits are those
    of none; `cells` are the cells of the group.
    """

    result: CaseResult
    group: str
    cells: tuple[str, ...]

    @property
    def new(self) -> bool:
        """Whether it has bits that no cell has."""
        return self.result.verdict is Verdict.IDENTICAL and not self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A cell, and the cases in which it is the same as here, other, or not to be compared.

    Where a case varies in one of the two, or was seen only once, nothing says whether it is other.
    """

    cell: CellResult
    same: tuple[str, ...]
    other: tuple[str, ...]
    undecided: tuple[str, ...]

    @property
    def entire(self) -> bool:
        """Whether nothing differs and something agrees."""
        return bool(self.same) and not self.other


def results_of(records: Iterable[TrialRecord]) -> Results:
    """Judge the cases of trials of one environment."""
    seen: dict[str, list[Sighting]] = {}
    for record in records:
        for output in record.probe.cases if record.probe else ():
            sighting = Sighting(output=output, order=record.order, host=record.host.name)
            seen.setdefault(output.name, []).append(sighting)
    return {case: judge(sightings) for case, sightings in seen.items()}


def placements(here: Results, context: Context) -> tuple[Placement, ...]:
    """Say for each case into which group of a context it falls."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for cell in context.cells:
        for case in cell.cases:
            if case.bits:
                groups.setdefault((case.case, case.bits), []).append((case.group, cell.cell))
    return tuple(_placed(case, groups.get((name, case.bits), [])) for name, case in here.items())


def _placed(case: CaseResult, found: Sequence[tuple[str, str]]) -> Placement:
    return Placement(
        result=case,
        group=found[0][0] if found else "",
        cells=tuple(cell for _, cell in found),
    )


def likenesses(
    here: Results, cells: Iterable[CellResult], axes: Mapping[str, str]
) -> tuple[Likeness, ...]:
    """Hold every cell against what is here; the one that is most like it comes first.

    That is the one that differs in nothing, or else the one with most cases in common. Of cells
    that are equally like it, those come first that differ in fewer axes from `axes`, those of what
    is here.
    """

    def order(one: Likeness) -> tuple[tuple[bool, int, int], int]:
        return rank(one), len(moves(one.cell.axes, axes))

    return tuple(sorted((_likeness(here, cell) for cell in cells), key=order))


def rank(one: Likeness) -> tuple[bool, int, int]:
    """Rank a likeness: equal ranks are equally like."""
    return not one.entire, -len(one.same), len(one.other)


def _likeness(here: Results, cell: CellResult) -> Likeness:
    sorted_: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for there in cell.cases:
        if there.case in here:
            sorted_[_same(here[there.case], there)].append(there.case)
    return Likeness(
        cell=cell,
        same=tuple(sorted_[True]),
        other=tuple(sorted_[False]),
        undecided=tuple(sorted_[None]),
    )


def _same(here: CaseResult, there: CaseResult) -> bool | None:
    """Whether a case does the same in both; None where that can't be told."""
    verdicts = {here.verdict, there.verdict}
    if Verdict.VARIES in verdicts and verdicts <= {Verdict.VARIES, Verdict.IDENTICAL}:
        return None
    if len(verdicts) > 1:
        return False
    if here.verdict is Verdict.UNSUPPORTED:
        return True
    if here.verdict is Verdict.ERROR or not (here.proven and there.proven):
        return None
    return here.bits == there.bits


def differences(here: Fingerprint, there: Fingerprint) -> tuple[Move, ...]:
    """What is other in two fingerprints, of what bits may depend on: there → here."""
    ours, theirs = _parts(here), _parts(there)
    return tuple(
        Move(name, theirs[name], ours[name]) for name in ours if ours[name] != theirs[name]
    )


def _parts(found: Fingerprint) -> dict[str, str]:
    packages = sorted(name for name in found.packages if name in _TENSORFLOWS)
    return {
        "python": found.python,
        "tensorflow": found.tensorflow,
        "package": ", ".join(packages),
        "keras": found.keras,
        "numpy": found.numpy,
        "processor": found.cpu_model,
        "gpu": ", ".join(gpu.name for gpu in found.gpus),
        "driver": found.driver,
    }


_TENSORFLOWS = {"tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly", "tf-nightly-cpu"}
