"""The command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from probe.describing import Describe
from probe.recipe import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

THREE = ("default", "off", "on")


@dataclass(frozen=True)
class Options:
    """One invocation. `out` is unset only with `import_only`.

    `path` names a file of cases that takes the catalogue's place. `libraries` are file names of
    CUDA libraries to open in place of running anything.
    """

    out: Path | None
    seed: int
    repeats: int
    order: str
    settings: Settings
    lifeline: bool
    import_only: bool
    cases: tuple[str, ...]
    path: Path | None
    libraries: tuple[str, ...] = ()


def parse(argv: Sequence[str] | None = None) -> Options:
    """Read the command line; a wrong one ends the process with code 2, as argparse does."""
    parser = _parser()
    given = parser.parse_args(argv)
    if given.out is None and not given.import_only:
        parser.error("--out is needed, unless --import-only is given")
    settings = Settings(
        device=given.device,
        determinism=given.determinism,
        threads=given.threads,
        onednn=given.onednn,
        tf32=given.tf32,
        xla=given.xla,
        gpu_uuid=given.gpu_uuid,
    )
    return Options(
        out=given.out,
        seed=given.seed,
        repeats=given.repeats,
        order=given.order,
        settings=settings,
        lifeline=given.lifeline,
        import_only=given.import_only,
        cases=tuple(given.cases),
        path=given.path,
        libraries=tuple(given.libraries),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m probe", description="Run fixed computations and digest their bits."
    )
    add = parser.add_argument
    add("--out", type=Path, metavar="DIR", help="where result.json and arrays/ go")
    add("--seed", type=_within(0, 2**31 - 1), default=42)
    add("--repeats", type=_within(1, 1000), default=2, help="runs of each case in this process")
    add("--order", choices=("forward", "reversed"), default="forward")
    add("--device", choices=("cpu", "gpu"), default="cpu")
    add("--determinism", choices=("off", "on"), default="off")
    add("--threads", type=_within(1, 4096), default=2, help="within and between operations")
    add("--onednn", choices=THREE, default="default")
    add("--tf32", choices=THREE, default="default")
    add("--xla", choices=THREE, default="default", help="clustering for XLA in graphs")
    add("--gpu-uuid", default="", metavar="UUID", help="the one GPU to use; no other is")
    add("--cases", nargs="+", default=("*",), metavar="GLOB", help="only these cases")
    add("--path", type=Path, metavar="FILE", help="a file of cases, in the catalogue's place")
    add(
        "--libraries",
        nargs="+",
        default=(),
        metavar="FILE",
        help="open these CUDA libraries, such as libcudnn.so.9, and say what they are; run nothing",
    )
    add("--lifeline", action="store_true", help="end with code 99 when standard input closes")
    add("--describe", action=Describe, nargs=0, help="print the catalogue as JSON, run nothing")
    add("--import-only", action="store_true", help="import everything, run nothing")
    return parser


def _within(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not between {low} and {high}")
        return value

    return number
