"""The command: recipe, import, cases, fingerprint, result."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from probe import arguments, catalogue, lifeline, loading, own, recipe
from probe.harness import Harness
from probe.host import fingerprint, gpu, opening
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
EXIT_OWN_PROBE = 5
DEAREST = 5


class EndError(Exception):
    """The end of the probe before its result, with an exit code and a sentence."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


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
    try:
        _run(options)
    except EndError as end:
        sys.stderr.write(bounded(end) + "\n")
        return end.code
    return EXIT_OK


def _run(options: Options) -> None:
    if options.libraries and options.out:
        opening.write(opening.open_all(options.libraries), options.out)
        return
    # Before the import, which takes seconds; a file of cases may import TensorFlow, so it is after.
    chosen = () if options.path else _chosen(catalogue.CASES, options)
    loaded = _load(options)
    if options.out is None:
        return
    settings = options.settings
    on_gpu = _use_gpu(loaded, settings.gpu_uuid) if settings.device == "gpu" else ()
    recipe.make_calls(loaded.steps, loaded.tf)
    if options.path:
        chosen = _chosen(_own(options.path), options)
    options.out.mkdir(parents=True, exist_ok=True)
    result = _result(loaded, chosen, options, options.out)
    write(replace(result, recipe=result.recipe + on_gpu), options.out)
    sys.stdout.write(summary(result) + "\n")


def _use_gpu(loaded: Loaded, asked: str) -> tuple[str, ...]:
    """Use the GPU that was asked for, or the first; the steps as text. No other is ever used."""
    library = gpu.driver()
    if loaded.tf.config.list_physical_devices("GPU"):
        why = gpu.other(loaded.tf, asked, library) if asked else ""
    else:
        why = gpu.missing(loaded.tf, library, loaded.environ)
    if why:
        raise EndError(EXIT_NO_GPU, f"no-gpu: {why}")
    return gpu.use_first(loaded.tf)


def summary(result: Result) -> str:
    """Say how many cases ran, how long they took after the import, and which took longest."""
    spent = {case.name: sum(case.seconds) for case in result.cases}
    statuses = Counter(case.status for case in result.cases)
    told = ", ".join(f"{count} {status}" for status, count in statuses.items())
    dearest = sorted(spent, key=lambda name: spent[name], reverse=True)[:DEAREST]
    return (
        f"{len(spent)} cases ({told}) of {result.repeats} repeats in {sum(spent.values()):.1f} s, "
        f"after an import of {result.import_seconds:.1f} s; the dearest: "
        + ", ".join(f"{name} {spent[name]:.2f} s" for name in dearest)
    )


def _chosen(cases: Sequence[Case], options: Options) -> Sequence[Case]:
    chosen = catalogue.select(options.cases, options.order, cases)
    if not chosen:
        raise EndError(EXIT_USAGE, f"no-case: nothing matches {' '.join(options.cases)}")
    return chosen


def _own(path: Path) -> Sequence[Case]:
    try:
        return own.load(path)
    except own.OwnProbeError as error:
        raise EndError(EXIT_OWN_PROBE, f"own-probe: {error}") from error


def _load(options: Options) -> Loaded:
    try:
        steps = recipe.plan(options.settings, recipe.tensorflow_version())
        recipe.set_variables(steps, os.environ)
        environ = dict(os.environ)
        tf, seconds = loading.tensorflow()
    except ImportError as error:
        raise EndError(EXIT_IMPORT_FAILED, f"import-failed: {error}") from error
    return Loaded(tf, seconds, steps, environ)


def _result(loaded: Loaded, cases: Sequence[Case], options: Options, out: Path) -> Result:
    tf = loaded.tf
    again = partial(reseed, tf, options.seed)
    harness = Harness(Lab(tf, options.seed), options.repeats, again, ArrayFolder(out / "arrays"))
    outputs = harness.run(cases)
    return Result(
        order=options.order,
        seed=options.seed,
        repeats=options.repeats,
        recipe=loaded.steps.text,
        fingerprint=fingerprint.take(tf, loaded.environ),
        import_seconds=loaded.seconds,
        cases=outputs,
    )


if __name__ == "__main__":
    sys.exit(main())
