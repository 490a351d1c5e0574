"""Importing TensorFlow, once, after its environment is set."""

from __future__ import annotations

import importlib
import time
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

# What the cases would import at their first use: lazy attributes of `tf`, and modules that
# TensorFlow imports inside its functions (found by comparing `sys.modules`; not in every release).
ATTRIBUTES = ("keras.layers.LSTM", "keras.layers.Dropout", "keras.initializers", "keras.utils")
DATASETS = (
    "range",
    "zip",
    "from_tensors",
    "flat_map",
    "interleave",
    "directed_interleave",
    "sample_from_datasets",
)
MODULES = tuple(f"tensorflow.python.data.ops.{name}_op" for name in DATASETS)


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
        for path in ATTRIBUTES:
            attrgetter(path)(tf)
        for name in MODULES:
            with suppress(ModuleNotFoundError):
                importlib.import_module(name)
    except Exception as error:
        raise ImportFailedError(f"{type(error).__name__}: {error}") from error
    return tf, time.perf_counter() - started
