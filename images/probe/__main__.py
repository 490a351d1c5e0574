"""The command: recipe, import, cases, fingerprint, result."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from probe import arguments, catalogue, fingerprint, gpu, lifeline, loading, recipe
from probe.harness import Harness
from probe.registry import Lab
from probe.result import ArrayFolder, Result, write
from probe.seeding import reseed
from probe.wording import bounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from probe.arguments import Options
    from probe.recipe import Plan
    from probe.registry import Case

EXIT_OK = 0
EXIT_USAGE = 2
EXIT_NO_GPU = 3
EXIT_IMPORT_FAILED = 4


@dataclass(frozen=True)
class Loaded:
    """TensorFlow as imported: after which steps, with which environment, in which time."""

    tf: ModuleType
    seconds: float
    steps: Plan
    environ: Mapping[str, str]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the probe and return its exit code."""
    options = arguments.parse(argv)
    if options.import_only:
        sys.dont_write_bytecode = False  # bytecode is what --import-only is for
    if options.lifeline:
        lifeline.hold()
    cases = catalogue.select(options.cases, options.order)
    if not cases:
        return _end(EXIT_USAGE, f"no-case: nothing matches {' '.join(options.cases)}")
    try:
        loaded = _load(options)
    except ImportError as error:
        return _end(EXIT_IMPORT_FAILED, f"import-failed: {error}")
    if options.out is None:
        return EXIT_OK
    tf = loaded.tf
    if options.settings.device == "gpu" and not tf.config.list_physical_devices("GPU"):
        return _end(EXIT_NO_GPU, f"no-gpu: {gpu.missing(tf, gpu.driver(), loaded.environ)}")
    options.out.mkdir(parents=True, exist_ok=True)
    write(_result(loaded, cases, options, options.out), options.out)
    return EXIT_OK


def _load(options: Options) -> Loaded:
    steps = recipe.plan(options.settings, recipe.tensorflow_version())
    recipe.set_variables(steps, os.environ)
    environ = dict(os.environ)
    tf, seconds = loading.tensorflow()
    return Loaded(tf, seconds, steps, environ)


def _result(loaded: Loaded, cases: Sequence[Case], options: Options, out: Path) -> Result:
    tf, settings = loaded.tf, options.settings
    on_gpu = gpu.use_first(tf) if settings.device == "gpu" else ()
    recipe.make_calls(loaded.steps, tf)
    again = partial(reseed, tf, options.seed)
    harness = Harness(Lab(tf, options.seed), options.repeats, again, ArrayFolder(out / "arrays"))
    outputs = harness.run(cases)
    return Result(
        order=options.order,
        seed=options.seed,
        repeats=options.repeats,
        recipe=loaded.steps.text + on_gpu,
        fingerprint=fingerprint.take(tf, loaded.environ, settings.gpu_uuid),
        import_seconds=loaded.seconds,
        cases=outputs,
    )


def _end(code: int, sentence: str) -> int:
    sys.stderr.write(bounded(sentence) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
