"""The command line. Every command reads the matrix, does one thing and returns an exit code."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from runner import __version__
from runner.analysis.changes import TENSORFLOW
from runner.cli import (
    beginning,
    building,
    cataloguing,
    claiming,
    doctoring,
    entering,
    exporting,
    listing,
    locking,
    merging,
    running,
    showing,
    verifying,
    workflows,
)
from runner.cli.guard import guarded
from runner.cli.sharding import ShardOption, take
from runner.cli.workspace import Workspace, home, local_bases
from runner.errors import SamebitsError
from runner.matrix.select import select
from runner.results.store import Store

app = typer.Typer(
    name="samebits",
    help=(
        "Which TensorFlow / CUDA / cuDNN combinations give the same bits for the same seed, "
        "and what changed where they don't?"
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
goldens = typer.Typer(
    help="Golden outputs, for the tests of your own project.", no_args_is_help=True
)
app.add_typer(goldens, name="goldens")
beginning.register(app)
entering.register(app)
merging.register(app)
workflows.register(app)
_progress = Console(stderr=True)
_EXAMPLES = "Examples: run --only tensorflow=2.20.0,2.21.0 --only device=cpu   run --only 'py3.11*'"


class EngineOption(StrEnum):
    """Which engine to use."""

    auto = "auto"
    docker = "docker"
    venv = "venv"


class DeviceOption(StrEnum):
    """Where the probe runs."""

    cpu = "cpu"
    gpu = "gpu"


class SwitchOption(StrEnum):
    """A setting that is off or on."""

    off = "off"
    on = "on"


class PreferenceOption(StrEnum):
    """A setting that may be left to TensorFlow."""

    default = "default"
    off = "off"
    on = "on"


class ColumnsOption(StrEnum):
    """What the columns of a table are."""

    families = "families"
    cases = "cases"


class FormatOption(StrEnum):
    """How a report is written."""

    table = "table"
    markdown = "markdown"
    json = "json"


MatrixFile = Annotated[
    Path,
    typer.Option("--matrix", metavar="FILE", help="The matrix file.", envvar="SAMEBITS_MATRIX"),
]
StoredMatrix = Annotated[
    Path | None,
    typer.Option(
        "--matrix",
        metavar="FILE",
        help="The matrix file whose cells to show. Default: matrix.yaml, or all that is stored.",
        envvar="SAMEBITS_MATRIX",
    ),
]
Everything = Annotated[
    bool, typer.Option("--all", help="Show all that is stored, whichever matrix it is of.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="AXIS=VALUE,… or ID",
        help="Take only these cells: by axis and value, by id, or by a pattern on ids. Repeatable.",
    ),
]
Results = Annotated[
    Path | None,
    typer.Option("--results", metavar="DIR", help="Where results are kept. Default: results/"),
]
EngineChoice = Annotated[
    EngineOption,
    typer.Option("--engine", help="auto takes Docker where an engine answers, else venvs."),
]
Bases = Annotated[
    list[str] | None,
    typer.Option(
        "--base",
        metavar="PYTHON=IMAGE",
        help="Take a local image as base, such as 3.11=my-base:1. Repeatable. "
        "Or set SAMEBITS_BASE.",
    ),
]
Gpus = Annotated[
    list[str] | None,
    typer.Option(
        "--gpu",
        metavar="INDEX|UUID|MODEL",
        help="Use this GPU: by its index in `nvidia-smi`, by the beginning of its UUID, or by its "
        "model, such as h100. Repeatable. Or set SAMEBITS_GPU. Default: all of the first's class.",
    ),
]
Locked = Annotated[
    bool, typer.Option("--locked", help="Fail where a lock is missing or out of date.")
]
Trials = Annotated[
    int | None,
    typer.Option(
        "--trials",
        min=1,
        max=1000,
        help="So many trials of each cell, stored ones included. Default: as the matrix says.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=256, help="Builds and trials at once. Default: one a core."
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Run new trials even where stored ones do.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Form = Annotated[FormatOption, typer.Option("--format", help="How to write it.")]
Columns = Annotated[ColumnsOption, typer.Option("--columns", help="What the columns are.")]
Cases = Annotated[
    str, typer.Option("--case", metavar="PATTERN", help="Show only these cases, such as 'nn.*'.")
]


@app.command(epilog=_EXAMPLES)
@guarded(_progress)
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
    results: Results = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the table.")] = False,
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
        return 0
    if build_only:
        return building.build_matrix(workspace, cells, options, console, as_json=as_json)
    code, record = running.run_matrix(workspace, cells, options, console)
    comparison = showing.of_run(workspace, record)
    if as_json:
        showing.print_json(comparison)
    else:
        showing.print_table(comparison, columns.value)
        console.print(showing.next_step(workspace, record), highlight=False, soft_wrap=True)
    return code


@app.command("list")
@guarded(_progress)
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
        _progress.print(selected.nothing)
    else:
        print("\n".join(cell.id for cell in cells))
    return 0


@app.command()
@guarded(_progress)
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
        _progress.print(selected.nothing)
        return 0
    cells = selected.cells
    bases, gpus = tuple(base or ()), tuple(gpu or ())
    outline = listing.outline(workspace, cells, engine.value, bases, gpus, fresh=fresh, jobs=jobs)
    print(listing.as_json(outline) if as_json else listing.as_text(outline))
    return 0


@app.command()
@guarded(_progress)
def doctor(
    matrix: MatrixFile = Path("matrix.yaml"),
    base: Bases = None,
    gpu: Gpus = None,
    as_json: AsJson = False,
) -> int:
    """Say what this host can run, and what would let it run more; exit 4 where that is nothing."""
    local, gpus = local_bases(base or ()), doctoring.survey_gpus(gpu or ())
    return doctoring.print_diagnosis(Workspace(matrix), local, gpus, as_json=as_json)


@app.command()
@guarded(_progress)
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
    return locking.lock_environments(workspace, cells, _progress, check=check)


@app.command()
@guarded(_progress)
def report(
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    form: Form = FormatOption.table,
    columns: Columns = ColumnsOption.families,
    case: Cases = showing.EVERY,
) -> int:
    """Print the table of the stored results of a matrix; it runs nothing and needs no engine."""
    scope = showing.scope(matrix, only or (), everything=everything)
    folder = results or scope.results
    comparison = showing.with_stages(showing.of_store(folder, scope.cells, case), folder)
    match form:
        case FormatOption.table:
            showing.print_table(comparison, columns.value)
        case FormatOption.markdown:
            showing.print_markdown(comparison, columns.value)
        case FormatOption.json:
            showing.print_json(comparison)
    return 0


@app.command()
@guarded(_progress)
def changes(
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    axis: Annotated[
        str, typer.Option("--axis", metavar="AXIS", help="Along which axis.")
    ] = TENSORFLOW,
    form: Form = FormatOption.table,
    case: Cases = showing.EVERY,
) -> int:
    """Print at which releases each case changed bits, from stored results; it runs nothing."""
    scope = showing.scope(matrix, only or (), everything=everything)
    comparison = showing.of_store(results or scope.results, scope.cells, case)
    showing.print_changes(comparison, axis, form.value)
    return 0


@app.command()
@guarded(_progress)
def claims(
    matrix: MatrixFile = Path("matrix.yaml"),
    results: Results = None,
    form: Form = FormatOption.table,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="ID", help="Take only these claims, such as 'article-*'. Repeatable."
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also every claim, with its evidence.")
    ] = False,
) -> int:
    """Hold published claims about determinism against all stored results; it runs nothing."""
    folder = results or showing.scope(matrix, (), everything=True).results
    claiming.print_claims(folder, form.value, only or (), verbose=verbose)
    return 0


@goldens.command("export")
@guarded(_progress)
def export_goldens(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to write them, such as tests/goldens.")
    ],
    matrix: StoredMatrix = None,
    only: Only = None,
    everything: Everything = False,
    results: Results = None,
    case: Cases = showing.EVERY,
    update: Annotated[
        bool, typer.Option("--update", help="Change and remove the goldens that are there.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 where they are out of date.")
    ] = False,
) -> int:
    """Write the bits that each group of cells agrees on, and which cell has which.

    Your tests load them in three lines, without samebits: docs/goldens.md.
    """
    scope = showing.scope(matrix, only or (), everything=everything)
    stored = results or scope.results
    found = exporting.find(stored, scope.cells, case)
    mode: exporting.Mode = "check" if check else "update" if update else "new"
    return exporting.export(folder, stored, found, mode, _progress)


@app.command(epilog="Example: verify --python ~/venvs/mine/bin/python --require 'py3.11-tf2.20*'")
@guarded(_progress)
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
    found = verifying.run(asked, against, _progress)
    verifying.show(found, as_json=as_json)
    verifying.gate(require, found)
    return 0


@app.command()
@guarded(_progress)
def cases(form: Form = FormatOption.table) -> int:
    """List the cases of the probe: what each computes, and why its bits may differ."""
    cataloguing.print_cases(form.value)
    return 0


@app.command()
@guarded(_progress)
def clean(
    matrix: MatrixFile = Path("matrix.yaml"),
    images: Annotated[bool, typer.Option(help="Remove the images that were built.")] = True,
    venvs: Annotated[bool, typer.Option(help="Remove the venvs that were made.")] = True,
) -> int:
    """Remove the images and venvs that were made. Results and locks stay."""
    return locking.clean(home(matrix), _progress, images=images, venvs=venvs)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        print(f"samebits {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options before a command."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except SamebitsError as error:
        sys.exit(error.exit_code)
