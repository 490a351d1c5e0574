"""The verdict on one case in one cell, from all that its trials saw."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.analysis.comparison import CaseResult, Evidence, Level, OutputResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.results.probe_output import CaseOutput
    from runner.results.records import Order

_ENOUGH = 2  # one trial that differs from one other says nothing of why


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One case as one process saw it."""

    output: CaseOutput
    order: Order
    host: str


def judge(sightings: Sequence[Sighting]) -> CaseResult:
    """Judge one case of one cell; `sightings` has one entry per process, at least one.

    Any error makes an error: a case that only sometimes fails has no bits to stand for it, and
    so has one that is only sometimes unsupported.
    """
    first = sightings[0].output
    failed = [one.output for one in sightings if one.output.status != "ok"]
    if failed:
        return _failed(first, failed, len(sightings))
    results = [bits_of(one.output) for one in sightings]
    distinct = {bits for repeats in results for bits in repeats}
    evidence = Evidence(processes=len(results), seen=sum(map(len, results)), distinct=len(distinct))
    level = None if len(distinct) == 1 else _level(sightings, results)
    return CaseResult(
        case=first.name,
        family=first.family,
        verdict=Verdict.VARIES if level else Verdict.IDENTICAL,
        evidence=evidence,
        bits="" if level else distinct.pop(),
        level=level,
        staged=first.staged,
        outputs=_outputs([one.output for one in sightings]),
        seconds=tuple(one.output.seconds for one in sightings),
    )


def _outputs(seen: Sequence[CaseOutput]) -> tuple[OutputResult, ...]:
    digests: dict[str, dict[str, None]] = defaultdict(dict)
    for case in seen:
        for output in case.outputs:
            digests[output.name].update(dict.fromkeys(output.digests))
    return tuple(OutputResult(name=name, digests=tuple(found)) for name, found in digests.items())


def bits_of(output: CaseOutput) -> tuple[str, ...]:
    """Give for each repeat a digest over names, dtypes, shapes and digests of all outputs."""
    outputs = sorted(output.outputs, key=lambda one: one.name)
    repeats = len(outputs[0].digests)
    return tuple(
        _digest([[one.name, one.dtype, one.shape, one.digests[repeat]] for one in outputs])
        for repeat in range(repeats)
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _failed(first: CaseOutput, failed: Sequence[CaseOutput], trials: int) -> CaseResult:
    always = len(failed) == trials
    unsupported = always and all(one.status == "unsupported" for one in failed)
    worst = next((one for one in failed if one.status == "error"), failed[0])
    note = "" if always else f"{worst.status} in {len(failed)} of {trials} trials: "
    return CaseResult(
        case=first.name,
        family=first.family,
        verdict=Verdict.UNSUPPORTED if unsupported else Verdict.ERROR,
        evidence=Evidence(processes=trials, seen=0, distinct=0),
        reason=note + worst.reason,
    )


def _level(sightings: Iterable[Sighting], results: Sequence[Sequence[str]]) -> Level:
    if any(len(set(repeats)) > 1 for repeats in results):
        return Level.IN_PROCESS
    by_order, by_host = defaultdict(list), defaultdict(list)
    for one, (bits, *_) in zip(sightings, results, strict=True):
        by_order[one.order].append(bits)
        by_host[one.host].append(bits)
    if _agree(by_order.values()) and len(by_order["forward"]) >= _ENOUGH:
        return Level.ORDER
    if _agree(by_host.values()) and all(len(bits) >= _ENOUGH for bits in by_host.values()):
        return Level.HOSTS
    return Level.PROCESSES


def _agree(parts: Iterable[Sequence[str]]) -> bool:
    return all(len(set(bits)) == 1 for bits in parts)
