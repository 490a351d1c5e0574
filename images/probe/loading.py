"""Importing TensorFlow, once, after its environment is set."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

# What the cases reach through lazy attributes, so that it is imported before any case is timed.
LAZY = ("keras.layers.LSTM", "keras.layers.Dropout", "keras.initializers", "keras.utils")


class ImportFailedError(ImportError):
    """TensorFlow or Keras could not be imported."""


def tensorflow() -> tuple[ModuleType, float]:
    """Import TensorFlow and Keras; return the module and the seconds it took.

    Raises
    ------
    ImportFailedError
        Whatever the import raised: a wrong NumPy shows as AttributeError or TypeError, too.
    """
    started = time.perf_counter()
    try:
        tf = importlib.import_module("tensorflow")
        for path in LAZY:
            _touch(tf, path)
    except Exception as error:
        raise ImportFailedError(f"{type(error).__name__}: {error}") from error
    return tf, time.perf_counter() - started


def _touch(tf: ModuleType, path: str) -> None:
    found: object = tf
    for part in path.split("."):
        found = getattr(found, part)
