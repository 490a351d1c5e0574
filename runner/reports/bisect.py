"""What a bisection found, in words that are the same for every format. They are inert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packaging.version import Version

from runner.analysis.comparison import Evidence, Verdict
from runner.matrix.problems import listed
from runner.reports.evidence import amount, bounds
from runner.reports.extent import figure
from runner.reports.words import brief, number
from runner.results.records import Status
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.analysis.apart import OutputDistance
    from runner.analysis.attempts import Attempt
    from runner.analysis.bisect import Bisection, Change

    Differences = Mapping[Change, OutputDistance]

_NAMES: Final = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}
_STATES: Final[Mapping[Verdict | Status, str]] = {
    Verdict.VARIES: "varies from run to run",
    Verdict.UNSUPPORTED: "is not supported",
    Verdict.ERROR: "failed",
    Status.BUILD_FAILED: "could not be built",
    Status.REFUSED: "can't work",
    Status.SKIPPED: "can't run here",
}


def likeness(found: Bisection, release: str) -> str:
    """Say of a release which other one has its bits, or why it has none."""
    attempt = found.tried[release]
    if not attempt.bits:
        return state_of(attempt)
    others = (one for one in found.releases if one != release and one in found.tried)
    same = next((one for one in others if found.tried[one].bits == attempt.bits), "")
    return f"has the bits of {same}" if same else "has bits that no other has so far"


def answer(found: Bisection) -> str:
    """Say what was found in one sentence, with what it rests on."""
    if not found.finished:
        return _far(found)
    if found.every:
        return _all(found)
    ends = (found.releases[0], found.releases[-1])
    for option, end in zip(("--from", "--to"), ends, strict=True):
        if not found.tried[end].bits:
            return (
                f"No answer: {_state(found, end, reason=True)}, and an end needs bits of its own; "
                f"choose another {option}, or try every release with --all."
            )
    if not found.changes:
        return _same(found)
    change = found.changes[0]
    return f"{one_line(found.case)} changed {_between(found, change, seen=True)}."


def notes(found: Bisection, differences: Differences) -> Iterator[str]:
    """Say what is to be known of the changes, and of the releases that were not tried."""
    told = found.changes if found.every else found.changes[:1]
    for change in told:
        yield from _about(found, change, differences)
    if further := found.changes[len(told) :]:
        places = "; ".join(f"{one.before} and {one.after}" for one in further)
        yield f"It changed again between {places}; --all finds every change."


def _far(found: Bisection) -> str:
    known = found.changes[:1]
    where = f"; it changed {_between(found, known[0])}" if known else ""
    return (
        f"Not finished: {number(len(found.untried), 'release')} of {len(found.releases)} untried"
        f"{where}. What was tried is kept, and the same command goes on."
    )


def _all(found: Bisection) -> str:
    case, known = one_line(found.case), [one for one in found.tried.values() if one.bits]
    whole = f"from {_name(found)} {found.releases[0]} to {found.releases[-1]}"
    if not known:
        return f"No answer: {case} has bits of its own at no release {whole}."
    if not found.changes:
        count = f"{len(known)} of {len(found.releases)}"
        return f"{case} did not change {whole}: {count} releases have bits, and all have the same."
    times = "once" if len(found.changes) == 1 else f"{len(found.changes)} times"
    places = "; ".join(_between(found, change) for change in found.changes)
    return f"{case} changed {times} {whole}: {places}."


def _same(found: Bisection) -> str:
    first, last = found.releases[0], found.releases[-1]
    case, same = one_line(found.case), f"has the same bits at {_name(found)} {first} and {last}"
    if not found.untried:
        return f"{case} {same}, and no release in between is known to differ."
    return (
        f"{case} {same}, so no change shows. {number(len(found.untried), 'release')} in between "
        "untried: one that was undone again is found with --all."
    )


def _between(found: Bisection, change: Change, *, seen: bool = False) -> str:
    """Say where a change lies, how near that is, and where asked what it rests on."""
    place = f"between {_name(found)} {change.before} and {change.after}"
    place += f", back to the bits of {change.back_to}" if change.back_to else ""
    place += f" ({_evidence(found, change)})" if seen else ""
    if change.untried:
        return f"{place} ({number(len(change.untried), 'release')} in between untried)"
    if not change.without:
        return place
    states = "; ".join(_state(found, release, reason=True) for release in change.without)
    return f"{place}; in between: {states}"


def _about(found: Bisection, change: Change, differences: Differences) -> Iterator[str]:
    place = f"{change.before} → {change.after}"
    if found.every or not found.finished:
        yield f"{place} rests on {_evidence(found, change)}."
    if change.doubtful:
        yield f"{place} is perhaps chance: a release between or beside the two varies."
    if difference := differences.get(change):
        yield f"{place} differs by: {_difference(difference)}."
    if packages := moved(found, change):
        steps = listed([f"{_NAMES[axis]} ({step})" for axis, step in packages.items()])
        axis = next(iter(packages))
        yield (
            f"{place} also moved {steps}, which can't be ruled out: `--axis {axis} --with "
            f"{found.axis}={change.after}` tells that apart where both versions can be installed."
        )
    low, high = (found.releases.index(one) for one in (change.before, change.after))
    if high == low + 1 and (aside := _aside(found, change)):
        yield f"{place}, left aside in between: {aside}."


def _aside(found: Bisection, change: Change) -> str:
    low, high = Version(change.before), Version(change.after)
    inside: dict[str, list[str]] = {}
    for release, why in found.aside:
        if low < Version(release) < high:
            inside.setdefault(why, []).append(release)
    return "; ".join(one_line(f"{listed(same)} ({why})") for why, same in inside.items())


def moved(found: Bisection, change: Change) -> dict[str, str]:
    """Give the packages beside the axis that were loaded in other versions, and their step."""
    before, after = found.tried[change.before], found.tried[change.after]
    versions = {"keras": (before.keras, after.keras), "numpy": (before.numpy, after.numpy)}
    return {
        axis: f"{brief(one)} → {brief(other)}"
        for axis, (one, other) in versions.items()
        if axis != found.axis and one and other and one != other
    }


def _evidence(found: Bisection, change: Change) -> str:
    """Say how often each of two results was seen, and what the weaker of the two allows."""
    both = (found.tried[one].result for one in (change.before, change.after))
    results = [result for result in both if result]
    one, *others = dict.fromkeys(amount(result.evidence) for result in results)
    seen = f"{one} at the one and {others[0]} at the other" if others else f"{one} at each"
    if not all(result.proven for result in results):
        return f"{seen}; what was seen once proves nothing"
    return f"{seen}: {bounds(Evidence.least(result.evidence for result in results))}"


def _difference(difference: OutputDistance) -> str:
    output, far = one_line(difference.output), difference.distance
    if far is None:
        return f"{output}, which can't be compared: {one_line(difference.reason)}"
    parts = [f"{far.mismatched:,} of {number(far.elements, 'element')}"]
    if far.absolute:
        parts.append(f"greatest absolute difference {figure(far.absolute.value)}")
    if far.ulps:
        parts.append(f"{far.ulps.greatest:,} ULP")
    return f"{output}, {', '.join(parts)}"


def state_of(attempt: Attempt) -> str:
    """Say what a release came to: what agreed, or why it has no bits."""
    if attempt.result is None or not attempt.result.evidence.seen:
        reason = f": {brief(attempt.reason)}" if attempt.reason else ""
        return f"{_word(attempt.state)}{reason}"
    seen = attempt.result.evidence
    if attempt.state is Verdict.VARIES:
        return f"{_word(attempt.state)}: {number(seen.distinct, 'result')} in {amount(seen)}"
    return amount(seen)


def _state(found: Bisection, release: str, *, reason: bool = False) -> str:
    attempt = found.tried[release]
    why = f" ({brief(attempt.reason).rstrip('.')})" if reason and attempt.reason else ""
    return f"{release} {_word(attempt.state)}{why}"


def _word(state: Verdict | Status) -> str:
    return _STATES.get(state, f"ended as {state}")


def _name(found: Bisection) -> str:
    return _NAMES.get(found.axis, one_line(found.axis))
