"""When cases changed bits and what moved, in words that are the same for every format."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.comparison import Verdict
from runner.reports.describe import describe
from runner.reports.fold import NOT_APPLICABLE, Scales
from runner.reports.notes import Note
from runner.reports.words import brief, number, place_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.analysis.sessions import Moved
    from runner.analysis.timeline import Course, Spell
    from runner.results.records import EngineName

_MOVED: Final = 8
_NAMES: Final = 8
_WORDS: Final = {
    Verdict.VARIES: "varies",
    Verdict.UNSUPPORTED: "not supported",
    Verdict.ERROR: "failed",
}
_NOTHING_MOVED: Final = "nothing that is recorded"


@dataclass(frozen=True, slots=True)
class Row:
    """One spell of a case in the cells that `where` names."""

    case: str
    where: str
    since: str
    bits: str
    moved: str


@dataclass(frozen=True, slots=True)
class Part:
    """The courses of one engine and host class. Every text in it is inert."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def make_parts(courses: Iterable[Course]) -> tuple[Part, ...]:
    """Say when each case changed in each place."""
    places: dict[tuple[EngineName, str], list[Course]] = defaultdict(list)
    for course in courses:
        places[course.engine, course.host_class].append(course)
    return tuple(_part(own) for own in places.values())


def _part(courses: Sequence[Course]) -> Part:
    among = list({one.cell: one.axes for one in courses}.values())
    scales = Scales.of(among)
    rows: list[Row] = []
    for course, cells in _alike(one for one in courses if one.turns):
        where = describe(scales, cells, among)
        for place, spell in enumerate(course.spells):
            case = brief(course.case) if place == 0 else ""
            rows.append(_row(case, brief(where) if place == 0 else "", spell, first=place == 0))
    first = courses[0]
    title = place_name(first.engine, first.host_class)
    return Part(title=title, rows=tuple(rows), notes=tuple(_unturned(courses)))


def _alike(courses: Iterable[Course]) -> Iterator[tuple[Course, list[Mapping[str, str]]]]:
    """Give each course once for all cells in which it is the same."""
    cells: dict[object, list[Course]] = defaultdict(list)
    for course in courses:
        cells[course.case, tuple(map(_sign, course.spells))].append(course)
    for same in cells.values():
        yield same[0], [one.axes for one in same]


def _sign(spell: Spell) -> object:
    return spell.since, spell.group, spell.verdict, spell.moved


def _row(case: str, where: str, spell: Spell, *, first: bool) -> Row:
    moved = "" if first else moved_words(spell.moved)
    return Row(case, where, f"{spell.since:%Y-%m-%d %H:%M}", bits_words(spell), moved)


def bits_words(spell: Spell) -> str:
    """The letter of the bits, or the verdict."""
    return spell.group or _WORDS[spell.verdict]


def moved_words(moved: Sequence[Moved]) -> str:
    """Such as ``keras 3.11.3 → 3.12.0, numpy 1.26.4 → 2.0.1 and 3 other packages``."""
    telling = [one for one in moved if not one.package]
    shown = (telling or list(moved))[:_MOVED]
    told = ", ".join(
        f"{brief(one.factor)} {brief(one.before) or NOT_APPLICABLE} → "
        f"{brief(one.after) or NOT_APPLICABLE}"
        for one in shown
    )
    more = len(moved) - len(shown)
    other = f"{more} other package{'' if more == 1 else 's'}" if telling else f"{more} more"
    return (f"{told} and {other}" if more else told) or _NOTHING_MOVED


def _unturned(courses: Sequence[Course]) -> Iterator[str]:
    """Name the cases that never changed, by whether there was another run to see it in."""
    turned = {one.case for one in courses if one.turns}
    if turned:
        yield "Letters name the bits of one case in one cell, in the order in which they came."
    again = {one.case for one in courses if one.runs > 1} - turned
    once = {one.case for one in courses} - turned - again
    for names, words in (
        (again, "The same in every run"),
        (once, "Seen in one run only, which shows no change"),
    ):
        if names:
            yield f"{words}: {_named(sorted(names))}."


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    told = ", ".join(map(brief, names[:_NAMES]))
    return told + (f" and {number(more, 'more case')}" if more > 0 else "")


def turned_notes(courses: Sequence[Course]) -> tuple[Note, ...]:
    """Say what the last run changed against the one before; nothing where that is nothing."""
    if not courses:
        return ()
    among = list({one.cell: one.axes for one in courses}.values())
    scales = Scales.of(among)
    cells: dict[tuple[str, str, str], dict[str, Mapping[str, str]]] = defaultdict(dict)
    for one in courses:
        before, after = one.spells[-2:]
        step = f"{bits_words(before)} → {bits_words(after)}"
        cells[step, moved_words(after.moved), one.case][one.cell] = one.axes
    alike: dict[tuple[str, str, frozenset[str]], list[str]] = defaultdict(list)
    for (step, moved, case), where in cells.items():
        alike[step, moved, frozenset(where)].append(case)
    axes = {one.cell: one.axes for one in courses}
    lines = [
        f"{_named(cases)}: {step} ({describe(scales, [axes[one] for one in where], among)}); "
        f"moved: {moved}"
        for (step, moved, where), cases in alike.items()
    ]
    since = max(one.spells[-1].since for one in courses)
    title = f"Changed by the last run ({since:%Y-%m-%d %H:%M}) against the one before"
    return (Note.of(title, _bounded(lines)),)


_LINES: Final = 12


def _bounded(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _LINES
    rest = f"and {number(more, 'more line')}; `history` has all"
    return [*lines[:_LINES], *([rest] if more > 0 else [])]
