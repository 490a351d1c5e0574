"""What TensorFlow says of its own switches; None, or no text, where a release cannot tell."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def op_determinism(tf: ModuleType) -> bool | None:
    """Return whether operations are deterministic, which is told from 2.8 on."""
    ask = getattr(tf.config.experimental, "is_op_determinism_enabled", None) or getattr(
        imported("tensorflow.python.framework.config"), "is_op_determinism_enabled", None
    )
    return None if ask is None else bool(ask())


def tf32(tf: ModuleType) -> bool | None:
    """Return whether float32 may be rounded to TensorFloat-32, where a GPU can."""
    answer = _asked(tf, "config.experimental.tensor_float_32_execution_enabled")
    return None if answer is None else bool(answer)


def xla_jit(tf: ModuleType) -> str:
    """Return `on` or `off`: whether graphs are clustered for XLA.

    2.4 answers with a bool, later releases with `autoclustering` or an empty text.
    """
    answer = _asked(tf, "config.optimizer.get_jit")
    return "" if answer is None else "on" if answer else "off"


def dtype_policy(tf: ModuleType) -> str:
    """Return Keras's dtype policy, `float32` unless mixed precision was chosen."""
    return str(getattr(_asked(tf, "keras.mixed_precision.global_policy"), "name", ""))


def imported(name: str) -> ModuleType | None:
    """Return the module, or None where there is none."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _asked(tf: ModuleType, path: str) -> object:
    """Call `tf.<path>()`; None where this TensorFlow has none."""
    found: object = tf
    for name in path.split("."):
        found = getattr(found, name, None)
    return found() if callable(found) else None
