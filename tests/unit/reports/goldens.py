"""A folder of exported goldens, and a module of TensorFlow that says what a test wants."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

from runner.analysis.compare import compare
from runner.analysis.goldens import find_goldens
from runner.reports.golden_files import golden_files

if TYPE_CHECKING:
    from pathlib import Path

    from runner.results.store import Store

_numbers = itertools.count()


def export(store: Store, folder: Path) -> None:
    """Write the goldens of all that is stored."""
    found = find_goldens(compare(store.trials().records, []), store.load)
    for name, data in golden_files(found, store.load):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def imported(folder: Path) -> ModuleType:
    """Import a folder as the package that it is, under a name of its own."""
    name = f"exported_goldens_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def tensorflow(  # noqa: PLR0913 - one per setting
    version: str = "2.20.0",
    *,
    threads: int = 2,
    deterministic: bool = True,
    tf32: bool = True,
    jit: str = "",
    gpu: tuple[str, tuple[int, int]] | None = None,
) -> ModuleType:
    """TensorFlow as far as it is asked what is active; `gpu` is a model and its architecture."""
    tf = ModuleType("tensorflow")
    details = {"device_name": gpu[0], "compute_capability": gpu[1]} if gpu else {}
    tf.__dict__["__version__"] = version
    tf.__dict__["config"] = SimpleNamespace(
        get_visible_devices=lambda kind: [kind] if gpu and kind == "GPU" else [],
        threading=SimpleNamespace(get_intra_op_parallelism_threads=lambda: threads),
        optimizer=SimpleNamespace(get_jit=lambda: jit),
        experimental=SimpleNamespace(
            is_op_determinism_enabled=lambda: deterministic,
            tensor_float_32_execution_enabled=lambda: tf32,
            get_device_details=lambda _: details,
        ),
    )
    return tf
