"""What a comparison says: contexts, cells, cases, verdicts, groups, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from runner.analysis.apart import GroupDistance
    from runner.analysis.stages import Trace
    from runner.analysis.timeline import Course
    from runner.results.records import EngineName, Status
    from runner.results.store import Damaged


class Verdict(StrEnum):
    """What is known of one case in one cell."""

    IDENTICAL = "identical"
    VARIES = "varies"
    UNSUPPORTED = "unsupported"
    ERROR = "error"


class Level(StrEnum):
    """Where a case that varies shows it, the innermost first.

    IN_PROCESS: repeats in one process differ. ORDER: only the trial that runs the cases in reverse
    order differs, so something leaks from case to case. HOSTS: each host agrees with itself, not
    with another of its class. PROCESSES: fresh processes differ, with none of these patterns.
    """

    IN_PROCESS = "in one process"
    ORDER = "in reverse order"
    HOSTS = "across hosts"
    PROCESSES = "across processes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a verdict rests on: `seen` repeats in `processes`, with `distinct` different results.

    Repeats in one process are samples of what differs anywhere. Of what differs from process to
    process only, such as an algorithm that is picked by timing once, each process is one sample.
    """

    processes: int
    seen: int
    distinct: int

    @classmethod
    def least(cls, found: Iterable[Evidence]) -> Evidence:
        """Give what each of some results that are the same every time rests on, at least.

        Raises
        ------
        ValueError
            There is none.
        """
        seen = list(found)
        return cls(
            processes=min(one.processes for one in seen),
            seen=min(one.seen for one in seen),
            distinct=1,
        )

    @property
    def bound(self) -> float:
        """Greatest rate of change, at 95 %, when `seen` repeats showed none: the rule of three.

        https://en.wikipedia.org/wiki/Rule_of_three_(statistics)
        """
        return _rule_of_three(self.seen)

    @property
    def process_bound(self) -> float:
        """The same for what differs from process to process only; nothing where none was seen."""
        return _rule_of_three(self.processes if self.seen else 0)


def _rule_of_three(seen: int) -> float:
    return min(1.0, 3 / seen) if seen else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputResult:
    """One output of a case in one cell: the distinct digests of all repeats, first seen first."""

    name: str
    digests: tuple[str, ...]

    @property
    def stable(self) -> bool:
        """Whether every repeat gave the same bits."""
        return len(self.digests) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One case in one cell.

    `bits` stands for the names, dtypes, shapes and bits of all outputs; it and `group` are there
    exactly when the verdict is identical. `level` is there when it varies, `reason` otherwise.
    `outputs` are in the case's own order, which for a `staged` case is that of its stages; there
    are none where the case did not run. `seconds` has one tuple per process, with one time per
    repeat.
    """

    case: str
    family: str
    verdict: Verdict
    evidence: Evidence
    bits: str = ""
    group: str = ""
    level: Level | None = None
    reason: str = ""
    staged: bool = False
    outputs: tuple[OutputResult, ...] = ()
    seconds: tuple[tuple[float, ...], ...] = ()

    @property
    def proven(self) -> bool:
        """Whether an identical case was seen more than once; once proves nothing."""
        return self.verdict is not Verdict.IDENTICAL or self.evidence.seen > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyResult:
    """All cases of one family in one cell.

    `group` is a letter over all cases. A cell in which every case is identical has one, and shares
    it with those that have the same bits in each. Where some are not, the others have a letter if
    they have the bits of exactly one letter and differ from every other; else it is empty. `flaws`
    are the other verdicts that occur; `partial` says whether some cases did not run.
    """

    family: str
    group: str
    flaws: tuple[Verdict, ...]
    partial: bool
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """One cell that has at least one finished trial with its current key.

    `attempted` trials were started with that key and `done` of them finished; `superseded` ones
    had another key; `damaged` files lie in the cell's folder. `status` and `reason` are what the
    cell came to last. `factors` is what its finished trials say of themselves beside the axes, such
    as the version of keras: see `factors.yaml`.
    """

    cell: str
    axes: dict[str, str]
    done: int
    attempted: int
    superseded: int
    damaged: int
    repeats: int
    status: Status
    reason: str
    cases: tuple[CaseResult, ...]
    families: tuple[FamilyResult, ...]
    factors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCell:
    """A cell without a result, and why; the counts are as for `CellResult`."""

    cell: str
    axes: dict[str, str]
    status: Status
    reason: str
    attempted: int
    superseded: int
    damaged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Cells that may be compared: one engine, one host class, one probe and seed, one base.

    The base is one for each Python, apart from base images that cells name in an axis.

    `cells` and `missing` are in axis order. `families` is family → its cases, in the order in
    which the probe runs them. `machines` are the processor models that stand behind the host
    class. `probe` is the digest of its text. `first` and `last` are when the trials ran; None
    when there is none. `traces` of staged cases are there once `stages.traced` has added them, and
    `distances` between groups once `apart.with_distances` has. `turned` are the cases to which the
    last run gave other bits, or another verdict, than the run before.
    """

    engine: EngineName
    engine_reason: str
    host_class: str
    machines: tuple[str, ...]
    probe: str
    seed: int | None
    pinned: bool
    first: datetime | None
    last: datetime | None
    families: dict[str, tuple[str, ...]]
    cells: tuple[CellResult, ...]
    missing: tuple[MissingCell, ...]
    traces: tuple[Trace, ...] = ()
    distances: tuple[GroupDistance, ...] = ()
    turned: tuple[Course, ...] = ()

    @property
    def every(self) -> tuple[CellResult | MissingCell, ...]:
        """All cells, those without a result last."""
        return (*self.cells, *self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that a store says, one context after another."""

    contexts: tuple[Context, ...]
    damaged: tuple[Damaged, ...]
