"""Whether a matrix can answer its question, before time is spent on it. Pure.

It asks what changed the bits, so every difference between two cells must come down to steps along
one axis. Cells of two devices are never compared, so each device is looked at for itself, and an
axis with one value is no problem: nothing is asked of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.matrix.alike import alike
from runner.matrix.carried import carried, impossible_axes, ordered
from runner.matrix.catalog import refusal
from runner.matrix.joining import join
from runner.matrix.lines import bridges, islands, lines, varying

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runner.matrix.alike import Alike
    from runner.matrix.carried import Carried
    from runner.matrix.cells import Cell, Environment, Setting
    from runner.matrix.lines import Axes


@dataclass(frozen=True, slots=True, kw_only=True)
class Confounded:
    """Axes that move at once at a step, and no path of steps along one axis leads across it.

    `before` and `after` are their values on the two sides. `never` names those of them that move
    alone nowhere in the matrix, so that nothing can be attributed to them at all.
    """

    axes: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLint:
    """What is wrong with the cells of one device.

    `islands` are parts that no step along one axis joins; `alone` the cells, by id, that are such
    a part each. `add` are the axes of the cells that join all of them, as few as were found, and
    `fewest` says that fewer can't; `left` islands stay apart even so.
    """

    device: str
    cells: int
    islands: int
    confounded: tuple[Confounded, ...]
    alone: tuple[str, ...]
    alike: tuple[Alike, ...]
    carried: tuple[Carried, ...]
    add: tuple[Axes, ...]
    fewest: bool
    left: int

    @property
    def faults(self) -> bool:
        """Whether there is anything to mend; what a release moves by itself is only told."""
        return bool(self.confounded or self.alone or self.alike)


def lint(
    cells: Iterable[Cell],
    excluded: Iterable[Cell] = (),
    packages: Mapping[Environment, Mapping[str, str]] | None = None,
) -> tuple[DeviceLint, ...]:
    """Look at the cells that can work, device by device; `excluded` are not proposed.

    `packages` has what the lock of an environment pins, as far as there is one.
    """
    able = [cell for cell in cells if not refusal(cell.environment)]
    devices = dict.fromkeys(cell.setting.device for cell in able)
    barred = [cell.axes for cell in excluded]
    return tuple(
        _device([cell for cell in able if cell.setting.device == device], barred, packages or {})
        for device in devices
    )


def _device(
    cells: Sequence[Cell],
    barred: Sequence[Axes],
    packages: Mapping[Environment, Mapping[str, str]],
) -> DeviceLint:
    axes = [cell.axes for cell in cells]
    joined = islands(axes)
    sizes = Counter(joined.of(place) for place in range(len(cells)))
    whole = join(
        _essential(cells), lambda one: dict(one) not in barred and not impossible_axes(one)
    )
    return DeviceLint(
        device=cells[0].setting.device,
        cells=len(cells),
        islands=len(sizes),
        confounded=_confounded(axes),
        alone=tuple(
            cell.id
            for place, cell in enumerate(cells)
            if len(cells) > 1 and sizes[joined.of(place)] == 1
        ),
        alike=alike(cells),
        carried=carried(cells, packages),
        add=tuple(ordered(one) for one in whole.cells),
        fewest=whole.fewest,
        left=whole.islands,
    )


def _essential(cells: Sequence[Cell]) -> list[Axes]:
    """Give one cell for each environment where all have the same settings, and these are joined.

    What joins those joins all.
    """
    settings: dict[Environment, list[Setting]] = {}
    for cell in cells:
        settings.setdefault(cell.environment, []).append(cell.setting)
    first = cells[0].setting
    same = len({frozenset(own) for own in settings.values()}) == 1
    if (
        same
        and len(islands([cell.axes for cell in cells if cell.environment == cells[0].environment]))
        == 1
    ):
        return [cell.axes for cell in cells if cell.setting == first]
    return [cell.axes for cell in cells]


def _confounded(cells: Sequence[Axes]) -> tuple[Confounded, ...]:
    moving = varying(cells)
    places = {
        axis: {value: place for place, value in enumerate(_values(cells, axis))} for axis in moving
    }
    never = {axis for axis in moving if all(len(one) == 1 for one in lines(cells, (axis,)))}
    found: dict[Confounded, None] = {}
    for bridge in bridges(cells, islands(cells), moving, lambda axis, value: places[axis][value]):
        before, after = cells[bridge.before], cells[bridge.after]
        one = Confounded(
            axes=bridge.axes,
            before=tuple(before.get(axis, "") for axis in bridge.axes),
            after=tuple(after.get(axis, "") for axis in bridge.axes),
            never=tuple(axis for axis in bridge.axes if axis in never),
        )
        found[one] = None
    return tuple(found)


def _values(cells: Sequence[Axes], axis: str) -> list[str]:
    """Give the values of an axis as the file has them."""
    return [*dict.fromkeys(cell.get(axis, "") for cell in cells)]
