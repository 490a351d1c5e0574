"""What an interpreter behaves like, as text and as JSON."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import takewhile
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Evidence, Verdict
from runner.analysis.likeness import rank
from runner.reports import words
from runner.reports.describe import spelled
from runner.reports.evidence import amount, bounds
from runner.reports.section import heading
from runner.reports.words import brief, number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.changes import Move
    from runner.analysis.comparison import Context
    from runner.analysis.likeness import Likeness, Placement

_WIDTH: Final = 100
_SHOWN: Final = 6
_NEXT: Final = 3
_ALWAYS: Final = ("device", "determinism", "threads")
_SELDOM: Final = ("onednn", "tf32", "xla")
_NEW: Final = "new bits"
_INSTEAD: Final = {
    Verdict.VARIES: "varies",
    Verdict.UNSUPPORTED: "not supported",
    Verdict.ERROR: "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came out of a verification.

    `axes` are those of the cell that the interpreter would be, `variables` what was set in its
    environment. `likenesses` begin with the most alike, and `moved` is what differs from that one
    beside the bits: its setting, and what was loaded.
    """

    interpreter: str
    axes: dict[str, str]
    variables: tuple[tuple[str, str], ...]
    host_class: str
    context: Context
    placements: tuple[Placement, ...]
    likenesses: tuple[Likeness, ...]
    moved: tuple[Move, ...]

    @property
    def best(self) -> tuple[Likeness, ...]:
        """The cells that it is most like, all equally; none where it is like no cell at all."""
        most = rank(self.likenesses[0])
        best = tuple(takewhile(lambda one: rank(one) == most, self.likenesses))
        return best if best[0].same else ()


def text(found: Verified) -> str:
    """Write it for a terminal: what it ran, what it is like, which group each case falls into."""
    blocks = [
        _ran(found),
        _verdict(found),
        ["Groups, as `report --columns cases` names them:", *_groups(found)],
    ]
    lines = ("\n".join(row for line in block for row in _wrapped(line)) for block in blocks)
    return "\n\n".join(lines) + "\n"


def _wrapped(line: str) -> list[str]:
    indent = "  " if line.startswith("- ") else ""
    return wrap(
        one_line(line),
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _ran(found: Verified) -> list[str]:
    axes = found.axes
    told = [f"{axis} {axes[axis]}" for axis in _ALWAYS]
    told += [f"{axis} {axes[axis]}" for axis in _SELDOM if axes[axis] != "default"]
    lines = [
        f"{found.interpreter}: Python {axes['python']}, TensorFlow {axes['tensorflow']}",
        f"Ran with {', '.join(told)}, on {found.host_class}; nothing of it is kept.",
        f"Compared with the results of: {heading(found.context)}.",
    ]
    if found.variables:
        set_here = ", ".join(f"{name}={brief(value)}" for name, value in found.variables)
        lines.insert(2, f"Set here, and read by TensorFlow: {set_here}.")
    if found.host_class != found.context.host_class:
        lines.append(
            f"Warning: those are of another host class than {found.host_class}, so other bits are "
            "to be expected, whatever is installed."
        )
    if found.context.engine == "docker":
        lines.append("Warning: those ran in containers, this on the host itself.")
    return lines


def _verdict(found: Verified) -> list[str]:
    best = found.best
    if not best:
        return ["It behaves like no cell: no case has the bits of any."]
    first = best[0]
    names = _listed([one.cell.cell for one in best])
    lines = [f"It behaves like {names}: {_same(first)}."]
    if not first.entire:
        told = f"{_same(first)}, {len(first.other)} not"
        lines = [f"It behaves like no cell in all cases. Nearest: {names}; {told}:"]
        lines += _others(first, found)
    if first.undecided:
        lines.append(f"Not to be told, as they vary or were seen once: {_all(first.undecided)}.")
    return [*lines, _evidence(found), _beside(first, found), *_runners_up(found, len(best))]


def _beside(first: Likeness, found: Verified) -> str:
    if found.moved:
        return f"Beside that, there → here: {spelled(found.moved)}."
    parts = "Setting, Python, TensorFlow, keras, NumPy, processor and driver"
    return f"{parts} are those of {first.cell.cell}."


def _same(one: Likeness) -> str:
    return f"{number(len(one.same), 'case')} {'does' if len(one.same) == 1 else 'do'} the same"


def _others(one: Likeness, found: Verified) -> Iterator[str]:
    here = {placed.result.case: placed for placed in found.placements}
    there = {case.case: case for case in one.cell.cases}
    alike: dict[str, list[str]] = defaultdict(list)
    for case in one.other:
        theirs = _standing(there[case].verdict, there[case].group)
        mine = _standing(here[case].result.verdict, here[case].group)
        alike[f"{mine} here, {theirs} there"].append(case)
    for told, cases in alike.items():
        yield f"- {told}: {_all(cases)}"


def _standing(verdict: Verdict, group: str) -> str:
    if verdict is not Verdict.IDENTICAL:
        return _INSTEAD[verdict]
    return f"group {group}" if group else _NEW


def _runners_up(found: Verified, after: int) -> Iterator[str]:
    for one in found.likenesses[after : after + _NEXT]:
        yield f"- then {one.cell.cell}: {_same(one)}, {len(one.other)} not"


def _evidence(found: Verified) -> str:
    results = [placed.result for placed in found.placements]
    seen = [one.evidence for one in results if one.verdict is Verdict.IDENTICAL]
    if not seen:
        return "No case gave the same bits each time."
    least = Evidence.least(seen)
    return f"What is the same each time here rests on {amount(least)}: {bounds(least)}."


def _groups(found: Verified) -> Iterator[str]:
    """Give a line for each group with its cases, then for what has none."""
    by_standing: dict[str, list[str]] = defaultdict(list)
    for placed in found.placements:
        standing = _standing(placed.result.verdict, placed.group)
        by_standing[standing].append(placed.result.case)
    for standing in sorted(by_standing, key=_letters_first):
        cases = by_standing[standing]
        yield f"- {standing} ({number(len(cases), 'case')}): {_all(cases)}"


def _letters_first(standing: str) -> tuple[bool, int, str]:
    return not standing.startswith("group "), len(standing), standing


def _all(names: Iterable[str]) -> str:
    return ", ".join(names)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    told = [*names[:_SHOWN], *([f"{more} more"] if more > 0 else [])]
    *most, last = told
    return f"{', '.join(most)} and {last}" if most else last


def as_json(found: Verified) -> str:
    """Write all of it for programs."""
    return words.as_json(
        {
            "schema_version": 1,
            "interpreter": found.interpreter,
            "axes": found.axes,
            "variables": dict(found.variables),
            "host_class": found.host_class,
            "compared_with": {
                "engine": found.context.engine,
                "host_class": found.context.host_class,
                "same_host_class": found.context.host_class == found.host_class,
            },
            "behaves_like": [one.cell.cell for one in found.best if one.entire],
            "nearest": [one.cell.cell for one in found.best],
            "differs_from_nearest": [one._asdict() for one in found.moved],
            "cases": [_case(one) for one in found.placements],
            "cells": [_cell(one) for one in found.likenesses],
        }
    )


def _case(one: Placement) -> dict[str, object]:
    evidence, identical = one.result.evidence, one.result.verdict is Verdict.IDENTICAL
    return {
        "case": one.result.case,
        "family": one.result.family,
        "verdict": one.result.verdict,
        "level": one.result.level,
        "group": one.group or None,
        "new_bits": one.new,
        "cells": list(one.cells),
        "processes": evidence.processes,
        "repeats_seen": evidence.seen,
        "rate_below": evidence.bound if identical else None,
        "process_rate_below": evidence.process_bound if identical else None,
        "reason": one.result.reason,
    }


def _cell(one: Likeness) -> dict[str, object]:
    return {
        "cell": one.cell.cell,
        "entire": one.entire,
        "same": list(one.same),
        "other": list(one.other),
        "undecided": list(one.undecided),
    }
