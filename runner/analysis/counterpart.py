"""What an environment is held against: the cells of one context, and the setting of the first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from runner.matrix.cells import DEFAULT_THREADS, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.analysis.comparison import Comparison, Context
    from runner.matrix.cells import Device, Preference


def on_device(comparison: Comparison, device: Device) -> tuple[Context, ...]:
    """Give the contexts with the cells on a device alone; none without such a cell."""
    narrowed = (
        replace(
            context,
            cells=tuple(cell for cell in context.cells if cell.axes.get("device") == device),
        )
        for context in comparison.contexts
    )
    return tuple(context for context in narrowed if context.cells)


def nearest(contexts: Sequence[Context], host_class: str) -> Context:
    """Take the context of this host class, and rather one of venvs than one of containers."""
    return min(contexts, key=lambda one: (one.host_class != host_class, one.engine != "venv"))


def setting_of(context: Context) -> Setting:
    """Give the setting of the first cell, without variables of its own where there is such a one.

    Raises
    ------
    ValueError
        The context has no cell.
    """
    if not context.cells:
        raise ValueError("a context without a cell has no setting")
    plain = [cell for cell in context.cells if cell.axes.get("env", "none") == "none"]
    axes = (plain or context.cells)[0].axes
    return Setting(
        device="gpu" if axes.get("device") == "gpu" else "cpu",
        determinism="on" if axes.get("determinism") == "on" else "off",
        threads=int(axes.get("threads", DEFAULT_THREADS)),
        onednn=_preference(axes, "onednn"),
        tf32=_preference(axes, "tf32"),
        xla=_preference(axes, "xla"),
    )


def _preference(axes: Mapping[str, str], axis: Literal["onednn", "tf32", "xla"]) -> Preference:
    match axes.get(axis):
        case "on":
            return "on"
        case "off":
            return "off"
        case _:
            return "default"
