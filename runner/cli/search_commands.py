"""Commands that run what it takes to answer a question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from runner.analysis.changes import TENSORFLOW
from runner.cli import bisecting, running, showing, verifying
from runner.cli.guard import guarded
from runner.cli.options import (
    PROGRESS,
    Among,
    AsJson,
    Bases,
    DeviceOption,
    EngineChoice,
    EngineOption,
    Everything,
    First,
    Gpus,
    Jobs,
    Last,
    MatrixFile,
    OneCase,
    Only,
    PreferenceOption,
    Quiet,
    ReleaseAxis,
    Results,
    StoredMatrix,
    SwitchOption,
    Values,
)
from runner.cli.search import Asked
from runner.cli.workspace import Workspace
from runner.results.store import Store


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(bisect)
    app.command()(verify)


@guarded(PROGRESS)
def bisect(
    case: OneCase,
    first: First,
    last: Last,
    axis: ReleaseAxis = TENSORFLOW,
    matrix: MatrixFile = Path("matrix.yaml"),
    only: Among = None,
    values: Values = None,
    every: Annotated[
        bool, typer.Option("--all", help="Find every change: try every release in between.")
    ] = False,
    pre: Annotated[bool, typer.Option("--pre", help="Take pre-releases too.")] = False,
    engine: EngineChoice = EngineOption.auto,
    base: Bases = None,
    jobs: Jobs = None,
    results: Results = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Find the release that changed the bits of a case, trying as few as it takes.

    It goes over the releases that the package index has, not only those of the matrix, in cells
    that are otherwise like one of the matrix: the first on the CPU with determinism off, or the one
    that --only and --with choose. What is stored is not run again, so that a search that was broken
    off goes on.
    """
    asked = Asked(
        case=case,
        axis=axis,
        ends=(first, last),
        only=tuple(only or ()),
        values=tuple(values or ()),
        every=every,
        pre=pre,
    )
    options = running.RunOptions(
        engine=engine.value, bases=tuple(base or ()), jobs=jobs, fresh=False, locked=False
    )
    console = Console(stderr=True, quiet=quiet)
    code, search = bisecting.bisect(Workspace(matrix, results), asked, options, console)
    bisecting.print_search(search, as_json=as_json)
    return code


@guarded(PROGRESS)
def verify(
    python: Annotated[
        Path | None,
        typer.Option(
            "--python",
            metavar="PATH",
            help="The interpreter to look at. Default: that of VIRTUAL_ENV, or python in PATH.",
        ),
    ] = None,
    device: Annotated[
        DeviceOption, typer.Option("--device", help="Where to run.")
    ] = DeviceOption.cpu,
    gpu: Gpus = None,
    determinism: Annotated[
        SwitchOption | None,
        typer.Option("--determinism", help="Default, as below: as in the first stored cell."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, max=1024, help="The size of thread pools.")
    ] = None,
    onednn: Annotated[
        PreferenceOption | None, typer.Option("--onednn", help="oneDNN's kernels on a CPU.")
    ] = None,
    tf32: Annotated[
        PreferenceOption | None, typer.Option("--tf32", help="TensorFloat-32 on a GPU.")
    ] = None,
    xla: Annotated[
        PreferenceOption | None, typer.Option("--xla", help="Compiling with XLA.")
    ] = None,
    trials: Annotated[
        int,
        typer.Option("--trials", min=2, max=1000, help="Fresh processes, the last in reverse."),
    ] = 2,
    repeats: Annotated[
        int | None,
        typer.Option("--repeats", min=1, max=1000, help="Default: as the matrix says, or 2."),
    ] = None,
    require: Annotated[
        str,
        typer.Option(
            "--require",
            metavar="CELL",
            help="Exit 1 unless it is like this cell: an id or pattern.",
        ),
    ] = "",
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    as_json: AsJson = False,
) -> int:
    """Run the probe in an interpreter as it is, and say which stored cell it behaves like.

    Nothing of it is kept.
    """
    scope = showing.scope(matrix, only or (), everything=everything)
    stored = results or scope.results
    against = verifying.Against(
        comparison=showing.of_store(stored, scope.cells),
        store=Store(stored),
        workspace=verifying.workspace_of(matrix),
    )
    asked = verifying.Asked(
        python=python,
        device=device.value,
        gpus=tuple(gpu or ()),
        determinism=determinism.value if determinism else None,
        threads=threads,
        onednn=onednn.value if onednn else None,
        tf32=tf32.value if tf32 else None,
        xla=xla.value if xla else None,
        trials=trials,
        repeats=repeats,
        require=require,
    )
    found = verifying.run(asked, against, PROGRESS)
    verifying.show(found, as_json=as_json)
    verifying.gate(require, found)
    return 0
