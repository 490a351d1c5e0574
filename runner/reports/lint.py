"""Whether a matrix can answer its question, as plain text and JSON."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from runner.matrix.cells import ENVIRONMENT_AXES
from runner.matrix.problems import listed
from runner.reports import words
from runner.reports.fold import NOT_APPLICABLE
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.matrix.alike import Alike
    from runner.matrix.carried import Carried
    from runner.matrix.lint import Confounded, DeviceLint

WIDTH: Final = 100
_SHOWN: Final = 6


def text(found: Iterable[DeviceLint], width: int = WIDTH) -> str:
    """Write plain text for a terminal."""
    blocks = ["\n".join(_block(one, width)) for one in found]
    return "\n\n".join(blocks or ["No cell of this matrix can work."]) + "\n"


def as_json(found: Iterable[DeviceLint]) -> str:
    """Write all findings for programs."""
    devices = [asdict(one) | {"faults": one.faults} for one in found]
    return words.as_json({"schema_version": 1, "devices": devices})


def _block(found: DeviceLint, width: int) -> Iterator[str]:
    yield from wrap(f"{found.device}: {_summary(found)}", width)
    for line in (*_faults(found), *_additions(found), *_carried(found.carried)):
        yield from wrap(f"- {line}", width, subsequent_indent="  ", break_on_hyphens=False)


def _summary(found: DeviceLint) -> str:
    cells = number(found.cells, "cell")
    if found.islands <= 1:
        return f"{cells}; each axis that varies can be told from the others."
    return f"{cells} in {found.islands} parts that no step along one axis joins."


def _faults(found: DeviceLint) -> Iterator[str]:
    for confounded in found.confounded[:_SHOWN]:
        yield _confounded(confounded)
    if (more := len(found.confounded) - _SHOWN) > 0:
        yield f"And {number(more, 'more step')} at which axes move at once."
    if found.alone:
        yield (
            f"No other cell differs in one axis alone from {_ids(found.alone)}, so "
            f"{'it adds' if len(found.alone) == 1 else 'they add'} nothing to what can be told."
        )
    yield from _alike(found.alike)


def _alike(found: Sequence[Alike]) -> Iterator[str]:
    """Say once what many cells have in common."""
    reasons: dict[tuple[str, ...], list[Alike]] = {}
    for one in found:
        reasons.setdefault(one.because, []).append(one)
    for because, same in reasons.items():
        more = f", and {number(len(same) - 1, 'more such set')}" if len(same) > 1 else ""
        yield f"The same in effect: {_ids(same[0].cells)}{more}; {'; '.join(because)}."


def _confounded(one: Confounded) -> str:
    steps = (
        f"{axis} ({before or NOT_APPLICABLE} → {after or NOT_APPLICABLE})"
        for axis, before, after in zip(one.axes, one.before, one.after, strict=True)
    )
    line = f"{listed([*steps])} move at once, and nothing tells them apart there"
    if not one.never:
        return f"{line}."
    return f"{line}; {listed(one.never)} {_never(one.never)}."


def _never(axes: Sequence[str]) -> str:
    moves, it = ("moves", "it") if len(axes) == 1 else ("move", "them")
    return f"never {moves} alone, so nothing can be attributed to {it}"


def _ids(cells: Sequence[str]) -> str:
    more = len(cells) - _SHOWN
    return listed([*cells[:_SHOWN], *([number(more, "more cell")] if more > 0 else [])])


def _additions(found: DeviceLint) -> Iterator[str]:
    if found.add:
        rules = dict.fromkeys(_rule(one) for one in found.add)
        known = "no fewer do" if found.fewest else "fewer may do"
        count = number(len(rules), "environment")
        yield f"To join them, add to a group's `include` ({count}; {known}):"
        yield from rules
    if found.left > 1:
        yield f"{found.left} parts stay apart: no few cells that can work join them."


def _rule(axes: Mapping[str, str]) -> str:
    """Write the environment of a cell as YAML; settings apply to every environment anyway."""
    parts = (f'{axis}: "{value}"' for axis, value in axes.items() if axis in ENVIRONMENT_AXES)
    return "{" + ", ".join(parts) + "}"


def _carried(found: Sequence[Carried]) -> Iterator[str]:
    held = [one for one in found if one.hold]
    for one in held:
        yield (
            f"{one.package} moves with {one.axis} {_step(one.before, one.after)} "
            f"({one.was} → {one.becomes}), as the locks have it; this would tell: {_rule(one.hold)}"
        )
    rest = sorted((one for one in found if not one.hold), key=lambda one: (one.package, one.axis))
    for (package, axis), same in groupby(rest, key=lambda one: (one.package, one.axis)):
        steps = ", ".join(_step(one.before, one.after) for one in same)
        yield f"{package} moves with {axis} {steps}, and no cell can hold it there."


def _step(before: str, after: str) -> str:
    return f"{before or NOT_APPLICABLE} → {after or NOT_APPLICABLE}"
