"""Claims and cells made by hand: a test names what it is about, the rest is plausible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.results.synthetic import cell, digest, key, trial

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.model import Claim, Ledger, Source
from runner.analysis.compare import compare
from runner.results.probe_output import CaseOutput, Output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.claims.outcome import ClaimResult
    from runner.matrix.cells import Cell
    from runner.results.records import TrialRecord

CPU = "cpu avx512_bf16"
H100 = f"NVIDIA H100 80GB HBM3 sm_90, {CPU}"
V15, V16, V17 = cell("2.15.1"), cell("2.16.2"), cell("2.17.1")
OFF, ON = cell("2.20.0", determinism="off"), cell("2.20.0", determinism="on")
GPU = cell("2.20.0", device="gpu", cuda="12.9.1")


def outputs(name: str, seconds: Sequence[float] = (), **named: Sequence[object]) -> CaseOutput:
    """One case with several outputs, or one named `out`: for each a word per repeat."""
    return CaseOutput(
        name=name,
        family=name.partition(".")[0],
        status="ok",
        outputs=tuple(
            Output(
                name=output,
                dtype="float32",
                shape=(8,),
                digests=tuple(map(digest, words)),
                stored=False,
            )
            for output, words in named.items()
        ),
        seconds=tuple(seconds) or (0.01,) * len(next(iter(named.values()))),
    )


def ran(of: Cell, *processes: CaseOutput, host_class: str = CPU) -> list[TrialRecord]:
    """One case as several processes saw it."""
    where = key(of, host_class=host_class)
    return [trial(of, output, at=at, trial_key=where) for at, output in enumerate(processes)]


def claim(*tests: Mapping[str, object], **rest: object) -> Claim:
    """A claim with these tests."""
    given = {"id": "one", "source": "page", "text": "It is so.", "quoted": True, **rest}
    return Claim.model_validate({**given, "tests": tests})


def judged(stated: Claim, *cells: Sequence[TrialRecord]) -> ClaimResult:
    """Hold one claim against what was stored of some cells."""
    source = Source(title="A page", url="https://example.org/page", read="the page")
    ledger = Ledger(sources={"page": source}, claims=(stated,))
    (result,) = evaluate(compare([one for records in cells for one in records], []), ledger)
    return result


def said(stated: Claim, *cells: Sequence[TrialRecord]) -> list[tuple[str, str]]:
    """What the cell that is named last says: the outcome and the words of each finding."""
    last = cells[-1][0].cell
    [found] = [one for one in judged(stated, *cells).cells if one.spot.cell.cell == last]
    return [(finding.outcome.value, finding.why) for finding in found.findings]
