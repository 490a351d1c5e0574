"""What differs from a baseline, in so few lines that they fit on one screen."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from runner.analysis.standing import Kind
from runner.reports.describe import describe
from runner.reports.fold import Scales
from runner.reports.notes import Note
from runner.reports.words import brief, first_of, number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from runner.analysis.against import Difference, Unmatched
    from runner.analysis.comparison import Comparison
    from runner.analysis.gate import Gate

    Fold = tuple[Kind, str, bool, str, str, frozenset[str]]

SHOWN: Final = 6
"""Lines about differences; the rest is counted."""
_CASES: Final = 4
_IDS: Final = 2
_LONGEST: Final = 180
_UNMATCHED: Final = 3

WORDS: Final = {
    Kind.CHANGED: "other bits",
    Kind.FAILED: "fails or is not supported any more",
    Kind.MISSING: "no result any more",
    Kind.VARIES: "varies now",
    Kind.STEADY: "varies no more",
    Kind.WORKS: "gives a result now",
    Kind.NEW: "not in the baseline",
}


def against_note(gate: Gate, comparison: Comparison) -> Note:
    """Say what differs, what fails first, and what could not be compared."""
    return Note.of(f"Against the baseline {brief(gate.name)}", _lines(gate, comparison))


def _lines(gate: Gate, comparison: Comparison) -> Iterator[str]:
    against = gate.against
    yield _outcome(gate)
    if against.other_matrix:
        yield "The matrix file has changed since the baseline was written."
    failing = gate.failing
    rest = [one for one in against.differences if one.kind not in gate.kinds]
    folded = [*_folded(failing).items(), *_folded(rest).items()]
    for fold, cases in folded[:SHOWN]:
        yield _cut(_line(fold, cases, comparison))
    if more := sum(len(fold[-1]) * len(cases) for fold, cases in folded[SHOWN:]):
        yield f"and {number(more, 'more difference')}; --format json or csv has all"
    yield from map(_unmatched, against.unmatched[:_UNMATCHED])
    if more := sum(one.cells for one in against.unmatched[_UNMATCHED:]):
        yield f"and {number(more, 'more cell')} not compared"


def _outcome(gate: Gate) -> str:
    same = f"{gate.against.same:,} of {number(gate.against.compared, 'compared result')} as there"
    if gate.idle:
        return "Nothing here could be compared with it."
    if not gate.kinds:
        return f"{same}; nothing is asked to fail."
    if not gate.failed:
        return f"{same}; nothing that fails the gate ({_named(gate.kinds)})."
    return f"{same}; it fails the gate: {counted(gate)}."


def counted(gate: Gate) -> str:
    """Such as ``3 changed and 1 missing``; where nothing could be compared, that."""
    if gate.idle:
        return "nothing could be compared"
    *most, last = [f"{count:,} {kind}" for kind, count in gate.counts.items()]
    return f"{', '.join(most)} and {last}" if most else last


def _named(kinds: Iterable[Kind]) -> str:
    return ", ".join(kinds)


def _unmatched(one: Unmatched) -> str:
    place = f"{one.engine}, {brief(one.host_class)}"
    return _cut(f"Not compared: {number(one.cells, 'cell')} of {place}: {brief(one.reason)}")


def _folded(differences: Sequence[Difference]) -> dict[Fold, list[str]]:
    """Put cases together that became the same in the same cells."""
    cells: dict[tuple[Kind, str, bool, str, str, str], set[str]] = defaultdict(set)
    for one in differences:
        reason = "" if one.kind is Kind.NEW else brief(one.reason)
        key = (one.kind, reason, one.regrouped, one.engine, one.host_class, one.case)
        cells[key].add(one.cell)
    cases: dict[Fold, list[str]] = defaultdict(list)
    for (kind, reason, regrouped, engine, host_class, case), where in cells.items():
        cases[kind, reason, regrouped, engine, host_class, frozenset(where)].append(case)
    return cases


def _families(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    return {family: own for one in comparison.contexts for family, own in one.families.items()}


def _line(fold: Fold, cases: Sequence[str], comparison: Comparison) -> str:
    kind, reason, regrouped, engine, host_class, cells = fold
    what = f"{kind}: {_cases(cases, _families(comparison))}: {WORDS[kind]}"
    if kind is Kind.CHANGED:
        together = "agrees with other cells than before" if regrouped else "with the same cells"
        what += f", {together}"
    why = f" ({reason})" if reason else ""
    return f"{what}; {_where(engine, host_class, cells, comparison)}{why}"


def _cases(cases: Collection[str], families: Mapping[str, Sequence[str]]) -> str:
    """Name whole families by their name, then cases, then a number."""
    whole = [name for name, own in families.items() if len(own) > 1 and set(own) <= set(cases)]
    covered = {case for name in whole for case in families[name]}
    names = [f"all {len(families[name])} of {name}" for name in whole]
    names += [case for case in cases if case not in covered]
    return first_of(names, _CASES)


def _where(engine: str, host_class: str, cells: frozenset[str], comparison: Comparison) -> str:
    """Name cells by their axes where they are known here, else by their ids."""
    for context in comparison.contexts:
        axes = {one.cell: one.axes for one in context.every}
        if (context.engine, context.host_class) == (engine, host_class) and cells <= axes.keys():
            among = list(axes.values())
            return describe(Scales.of(among), [axes[one] for one in cells], among, shown=2)
    return first_of(sorted(cells), _IDS)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()} …"
