"""Commands on a matrix file: what to run, and running it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from runner.analysis.comparison import Comparison
from runner.cli import building, doctoring, linting, listing, locking, reporting, running, showing
from runner.cli.guard import INTERRUPTED, guarded
from runner.cli.options import (
    PROGRESS,
    AsJson,
    BaselineFile,
    Bases,
    Columns,
    ColumnsOption,
    EngineChoice,
    EngineOption,
    FailOn,
    Fresh,
    Gpus,
    Jobs,
    Locked,
    MatrixFile,
    Only,
    Quiet,
    Results,
    Trials,
)
from runner.cli.sharding import ShardOption, take
from runner.cli.spelling import spelled
from runner.cli.workspace import Workspace, home, local_bases
from runner.matrix.select import select


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command("list")(list_cells)
    app.command()(plan)
    app.command()(lint)
    app.command()(doctor)
    app.command()(lock)
    app.command()(clean)


@guarded(PROGRESS)
def run(
    matrix: MatrixFile = Path("matrix.yaml"),
    only: Only = None,
    shard: ShardOption = None,
    engine: EngineChoice = EngineOption.auto,
    base: Bases = None,
    gpu: Gpus = None,
    jobs: Jobs = None,
    trials: Trials = None,
    require_gpu: Annotated[
        bool, typer.Option("--require-gpu", help="Exit with 5 where a cell has no GPU.")
    ] = False,
    fresh: Fresh = False,
    locked: Locked = False,
    build_only: Annotated[
        bool,
        typer.Option(
            "--build-only",
            help="Build every environment, also those for a GPU that this host lacks, look at "
            "which CUDA libraries each would load, and run no trial.",
        ),
    ] = False,
    columns: Columns = ColumnsOption.families,
    baseline: BaselineFile = None,
    fail_on: FailOn = None,
    results: Results = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Build what is missing, run the trials that are missing, and print the table."""
    workspace = Workspace(matrix, results, trials)
    selected = take(workspace, only, shard)
    cells = selected.cells
    options = running.RunOptions(
        engine=engine.value,
        bases=tuple(base or ()),
        gpus=tuple(gpu or ()),
        require_gpu=require_gpu,
        jobs=jobs,
        fresh=fresh,
        locked=locked,
        shard=selected.shard,
    )
    console = Console(stderr=True, quiet=quiet)
    if selected.nothing:
        console.print(selected.nothing)
        if as_json:
            showing.print_json(Comparison(contexts=(), damaged=()))
        return 0
    demand = reporting.read_demand(baseline, fail_on or ())
    if build_only:
        return building.build_matrix(workspace, cells, options, console, as_json=as_json)
    code, record = running.run_matrix(workspace, cells, options, console)
    comparison = showing.of_run(workspace, record)
    asked = frozenset(cell.id for cell in cells) if only else None
    gate = demand.of(asked, text=workspace.matrix.text_sha256).hold(comparison) if demand else None
    if as_json:
        showing.print_json(comparison, gate)
    else:
        showing.print_table(comparison, columns.value, gate)
        console.print(showing.next_step(workspace, record), highlight=False, soft_wrap=True)
    if code != INTERRUPTED:
        reporting.pass_gate(gate)
    return code


@guarded(PROGRESS)
def list_cells(
    matrix: MatrixFile = Path("matrix.yaml"),
    only: Only = None,
    shard: ShardOption = None,
    as_json: AsJson = False,
) -> int:
    """List the cells of the matrix by id."""
    selected = take(Workspace(matrix), only, shard)
    cells = selected.cells
    if as_json:
        print(json.dumps([{"cell": cell.id, "axes": cell.axes} for cell in cells], indent=2))
    elif selected.nothing:
        PROGRESS.print(selected.nothing)
    else:
        print("\n".join(cell.id for cell in cells))
    return 0


@guarded(PROGRESS)
def plan(
    matrix: MatrixFile = Path("matrix.yaml"),
    only: Only = None,
    shard: ShardOption = None,
    engine: EngineChoice = EngineOption.auto,
    base: Bases = None,
    gpu: Gpus = None,
    jobs: Jobs = None,
    trials: Trials = None,
    fresh: Fresh = False,
    results: Results = None,
    as_json: AsJson = False,
) -> int:
    """Say what `run` would build, run, reuse and refuse, and why, and what it takes."""
    workspace = Workspace(matrix, results, trials)
    selected = take(workspace, only, shard)
    if selected.nothing and not as_json:
        PROGRESS.print(selected.nothing)
        return 0
    cells = selected.cells
    bases, gpus = tuple(base or ()), tuple(gpu or ())
    outline = listing.outline(workspace, cells, engine.value, bases, gpus, fresh=fresh, jobs=jobs)
    print(listing.as_json(outline) if as_json else spelled(listing.as_text(outline)))
    return 0


@guarded(PROGRESS)
def lint(
    matrix: MatrixFile = Path("matrix.yaml"),
    only: Only = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 where there is anything to mend.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Say which axes this matrix can't tell apart, and the fewest cells to add; it runs nothing."""
    workspace = Workspace(matrix)
    cells = select(workspace.matrix.cells, only or ())
    linting.print_lint(workspace, cells, strict=strict, as_json=as_json)
    return 0


@guarded(PROGRESS)
def doctor(
    matrix: MatrixFile = Path("matrix.yaml"),
    base: Bases = None,
    gpu: Gpus = None,
    as_json: AsJson = False,
) -> int:
    """Say what this host can run, and what would let it run more; exit 4 where that is nothing."""
    local, gpus = local_bases(base or ()), doctoring.survey_gpus(gpu or ())
    return doctoring.print_diagnosis(Workspace(matrix), local, gpus, as_json=as_json)


@guarded(PROGRESS)
def lock(
    matrix: MatrixFile = Path("matrix.yaml"),
    only: Only = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 where a lock has drifted.")
    ] = False,
) -> int:
    """Resolve every environment into images/locks/, hash-pinned, as of resolve.exclude-newer."""
    workspace = Workspace(matrix)
    cells = select(workspace.matrix.cells, only or ())
    return locking.lock_environments(workspace, cells, PROGRESS, check=check)


@guarded(PROGRESS)
def clean(
    matrix: MatrixFile = Path("matrix.yaml"),
    images: Annotated[bool, typer.Option(help="Remove the images that were built.")] = True,
    venvs: Annotated[bool, typer.Option(help="Remove the venvs that were made.")] = True,
) -> int:
    """Remove the images and venvs that were made. Results and locks stay."""
    return locking.clean(home(matrix), PROGRESS, images=images, venvs=venvs)
