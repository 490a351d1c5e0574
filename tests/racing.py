"""The cases of the probe that give other bits from repeat to repeat on a CPU."""

from __future__ import annotations

RACING = "data.map.parallel"
"""Without determinism, in every run."""
UNSEEDED = "random.normal.xla"
"""XLA ignores the seeds of stateful draws, whatever the determinism."""
MAY_RACE = {"image.crop_and_resize.grad", "scatter.variable_add", "bincount.weighted"}
"""A race that comes out alike in every repeat looks stable."""
