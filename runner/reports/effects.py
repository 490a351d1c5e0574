"""One step at which the bits of a case change, in sentences. Text in them is made inert later."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from runner.analysis.separate import separate
from runner.matrix.cells import Setting
from runner.matrix.problems import listed
from runner.reports.fold import NOT_APPLICABLE, Scales
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.analysis.attribution import Condition, Effect
    from runner.analysis.neighbours import Pair

    Axes = Mapping[str, str]

_DEFAULTS: Final = Setting(device="cpu", determinism="off")
_USUAL: Final = {
    (axis, str(getattr(_DEFAULTS, axis))) for axis in ("threads", "onednn", "tf32", "xla", "env")
}


def change_lines(effect: Effect) -> Iterator[str]:
    """Say at which step bits change, where, and what else it may be."""
    step = f"between {effect.name} {value_words(effect.before)} and {value_words(effect.after)}"
    yield f"Changes {step}{_gaps(effect)}{_whenever(effect)}{_reserve(effect)}{_cells(effect)}."
    if effect.suspects:
        yield from _suspicion(effect)


def value_words(text: str) -> str:
    """Write a value; the empty one is that of an axis that does not apply."""
    return text or NOT_APPLICABLE


def _gaps(effect: Effect) -> str:
    """Say what lies in between and no pair narrows down, for the change may be there."""
    told = [
        f"{', '.join(inside)} {what}"
        for inside, what in (
            (_in_all(pair.untried for pair in effect.different), "not tried"),
            (_in_all(pair.unknown for pair in effect.different), "without one result"),
        )
        if inside
    ]
    return f" ({'; '.join(told)})" if told else ""


def _in_all(values: Iterable[tuple[str, ...]]) -> list[str]:
    first, *others = values
    return [value for value in first if all(value in other for other in others)]


def _whenever(effect: Effect) -> str:
    differ, stay = (number(len(pairs), "pair") for pairs in (effect.different, effect.same))
    if not effect.same:
        only = "the only pair" if len(effect.different) == 1 else f"each of {differ}"
        return f"{_whatever(effect.different)}, in {only} of cells"
    if not effect.only:
        return f" in {differ} of cells and not in {stay}; no one axis tells which"
    first, *others = effect.only
    also = "".join(f", or where {_when(one)}" for one in others)
    undecided = f"{also}, which never moved apart" if others else ""
    return f", but only where {_when(first)}{undecided} (in {differ} of cells; in {stay} they stay)"


def _whatever(pairs: Sequence[Pair]) -> str:
    """Name the axes of which a change was seen under several values."""
    names = [
        name
        for name, value in pairs[0].before.values.items()
        if any(pair.before.value(name) != value for pair in pairs)
        and all(pair.before.value(name) == pair.after.value(name) for pair in pairs)
    ]
    return f", whatever {listed(names)} {'is' if len(names) == 1 else 'are'}" if names else ""


def _when(one: Condition) -> str:
    scales = Scales.of([{one.axis: value} for value in (*one.values, *one.others)])
    yes, no = (
        scales.spell(one.axis, tuple(sorted(map(scales.values[one.axis].index, values))))
        for values in (one.values, one.others)
    )
    return f"{one.axis} is {yes} and not {no}"


def _reserve(effect: Effect) -> str:
    told = ["perhaps by chance, as it varies nearby"] if effect.doubtful else []
    told += [] if effect.proven else ["seen once"]
    return f" ({'; '.join(told)})" if told else ""


def _cells(effect: Effect) -> str:
    pair = max(effect.different, key=_plain)
    sides = (f"{end.cell} ({end.group})" for end in (pair.before, pair.after))
    return f", such as {' and '.join(sides)}"


def _plain(pair: Pair) -> bool:
    """Whether both cells declare the same axes, so that their ids differ in one place."""
    return pair.before.axes.keys() == pair.after.axes.keys()


def _suspicion(effect: Effect) -> Iterator[str]:
    steps: dict[str, list[str]] = defaultdict(list)
    for move in effect.suspects:
        steps[move.axis].append(f"{value_words(move.before)} → {value_words(move.after)}")
    named = listed([f"{name} ({', '.join(found)})" for name, found in steps.items()])
    yield f"{named} moved at the same step and can't be ruled out."
    found = separate(effect)
    for axes in found.cells:
        yield f"To tell them apart, add this cell: {cell_words(axes)}."
    if found.because:
        rest = "Even then" if found.cells else "No cell can tell them apart"
        yield f"{rest}: {'; '.join(found.because)}."


def cell_words(axes: Axes) -> str:
    """Name a cell that is not there, by those of its axes that are no defaults."""
    return ", ".join(
        f"{axis} {value}" for axis, value in axes.items() if (axis, value) not in _USUAL
    )
