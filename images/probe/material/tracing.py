"""Compiling a function with XLA, as each release spells it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from probe.registry import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

SPELLINGS = ("jit_compile", "experimental_compile")  # the first from 2.5


def compiled(tf: ModuleType, function: Callable[..., object]) -> Callable[..., Any]:
    """Return `function` as a `tf.function` that XLA compiles whole."""
    known = inspect.signature(tf.function).parameters
    for spelling in SPELLINGS:
        if spelling in known:
            traced: Callable[..., Any] = tf.function(function, **{spelling: True})
            return traced
    raise UnsupportedError(f"TensorFlow {tf.__version__} has no tf.function(jit_compile=...)")
