"""Golden outputs: the bits that a group of cells agrees on, and which cell has which. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Verdict
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.analysis.comparison import CaseResult, CellResult, Comparison, Context
    from runner.results.loaded import LoadedArray
    from runner.results.records import EngineName

    Load = Callable[[str], LoadedArray | Rejected]

_NAME_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """The outputs of one case in a group of cells: output → the digest of its array.

    `name` is how its bits begin, so that it stays the same whatever else is compared.
    """

    case: str
    name: str
    outputs: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCell:
    """One cell: case → the name of its golden, or why it has none.

    Each golden rests on at least `repeats` in at least `processes`; both are 0 where there is none.
    """

    cell: str
    axes: dict[str, str]
    engine: EngineName
    host_class: str
    seed: int | None
    processes: int
    repeats: int
    goldens: dict[str, str]
    without: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goldens:
    """All goldens, each once however many cells share it, by case and name; cells in axis order."""

    goldens: tuple[Golden, ...]
    cells: tuple[GoldenCell, ...]


def find_goldens(comparison: Comparison, load: Load) -> Goldens:
    """Find the goldens of a comparison; `load` finds an array by its digest.

    A case has one in a cell where it is identical, seen more than once, and all its arrays are
    stored.
    """
    lacking = _Lacking(load)
    goldens: dict[tuple[str, str], Golden] = {}
    cells = []
    for context in comparison.contexts:
        for cell in context.cells:
            without = {one.case: why for one in cell.cases if (why := _why_not(one, lacking))}
            kept = [one for one in cell.cases if one.case not in without]
            for golden in map(_golden, kept):
                goldens[golden.case, golden.name] = golden
            cells.append(_cell(context, cell, kept, without))
    return Goldens(
        goldens=tuple(golden for _, golden in sorted(goldens.items())), cells=tuple(cells)
    )


def _golden(case: CaseResult) -> Golden:
    return Golden(
        case=case.case,
        name=_name(case),
        outputs={one.name: one.digests[0] for one in case.outputs},
    )


def _name(case: CaseResult) -> str:
    return case.bits[:_NAME_LENGTH]


def _cell(
    context: Context, cell: CellResult, kept: list[CaseResult], without: dict[str, str]
) -> GoldenCell:
    return GoldenCell(
        cell=cell.cell,
        axes=cell.axes,
        engine=context.engine,
        host_class=context.host_class,
        seed=context.seed,
        processes=min((one.evidence.processes for one in kept), default=0),
        repeats=min((one.evidence.seen for one in kept), default=0),
        goldens={one.case: _name(one) for one in kept},
        without=without,
    )


class _Lacking:
    """Says why an array can't be had, or ''; each is looked for once."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._known: dict[str, str] = {}

    def __call__(self, digest: str) -> str:
        if digest not in self._known:
            found = self._load(digest)
            self._known[digest] = found.reason if isinstance(found, Rejected) else ""
        return self._known[digest]


def _why_not(case: CaseResult, lacking: _Lacking) -> str:
    """Say why a case has no golden in a cell; '' where it has one."""
    match case.verdict:
        case Verdict.VARIES:
            return f"it varies from run to run ({case.level})"
        case Verdict.UNSUPPORTED:
            return f"it is not supported: {case.reason}"
        case Verdict.ERROR:
            return f"it failed: {case.reason}"
    if not case.proven:
        return "it was seen once only, which proves nothing"
    return next(_absent(case, lacking), "")


def _absent(case: CaseResult, lacking: _Lacking) -> Iterator[str]:
    for output in case.outputs:
        if why := lacking(output.digests[0]):
            yield f"the array of its output {output.name} can't be had: {why}"
