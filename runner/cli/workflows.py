"""The commands `ci …`: workflows for CI services, and what these ask while they run."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated, Final

import typer

from runner.cli.guard import guarded
from runner.cli.options import PROGRESS, MatrixFile, Only, Results
from runner.cli.sharding import jobs_of
from runner.cli.showing import scope
from runner.cli.workspace import Workspace
from runner.errors import NothingSelected
from runner.execution.durations import write_durations
from runner.execution.pace import durations
from runner.reports.words import number
from runner.reports.workflows import CRON, INSTALL, MOST_JOBS, Device, Service, Workflow, render
from runner.results.store import Store

_MINUTES: Final = 360

ci = typer.Typer(
    help="Run the matrix on a CI service: workflows, jobs, and how long cells take.",
    no_args_is_help=True,
)

Gpu = Annotated[
    bool, typer.Option("--gpu/--cpu", help="The cells of which device, and on which runners.")
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="LABEL", help="A label of the runners. Repeatable."),
]
Install = Annotated[
    str, typer.Option("--install", metavar="WHAT", help="What pip installs, such as '.'.")
]
Minutes = Annotated[
    int, typer.Option("--minutes", min=1, max=7200, help="How long a shard may take.")
]
AtMost = Annotated[
    int | None,
    typer.Option(
        "--at-most", min=1, max=256, help="At most so many jobs. Default: one for each environment."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(ci, name="ci")


@ci.command()
@guarded(PROGRESS)
def github(
    gpu: Gpu = True,
    label: Labels = None,
    cron: Annotated[
        str, typer.Option("--cron", metavar="LINE", help="When it runs, in UTC.")
    ] = CRON,
    only: Only = None,
    at_most: AtMost = None,
    minutes: Minutes = _MINUTES,
    install: Install = INSTALL,
) -> int:
    """Print a scheduled workflow for GitHub Actions.

    A job plans, one job for each environment runs its cells, a last one merges and reports.
    """
    workflow = Workflow(
        service="github",
        device=_device(gpu),
        labels=tuple(label or ()),
        only=tuple(only or ()),
        install=install,
        cron=cron,
        minutes=minutes,
        jobs=at_most or MOST_JOBS["github"],
    )
    print(render(workflow, _command(workflow)), end="")
    return 0


@ci.command()
@guarded(PROGRESS)
def gitlab(
    matrix: MatrixFile = Path("matrix.yaml"),
    gpu: Gpu = True,
    label: Labels = None,
    only: Only = None,
    at_most: AtMost = None,
    minutes: Minutes = _MINUTES,
    install: Install = INSTALL,
) -> int:
    """Print a workflow for GitLab CI, with as many parallel jobs as the matrix has environments."""
    chosen = (f"device={_device(gpu)}", *(only or ()))
    found = jobs_of(Workspace(matrix), chosen, min(at_most or 256, MOST_JOBS["gitlab"]))
    workflow = Workflow(
        service="gitlab",
        device=_device(gpu),
        labels=tuple(label or ()),
        only=tuple(only or ()),
        install=install,
        minutes=minutes,
        jobs=len(found),
    )
    print(render(workflow, _command(workflow)), end="")
    return 0


@ci.command()
@guarded(PROGRESS)
def jobs(
    matrix: MatrixFile = Path("matrix.yaml"),
    only: Only = None,
    at_most: AtMost = None,
) -> int:
    """Print the jobs of a GitHub matrix as one line of JSON: a shard each, one per environment.

    A job that runs `run --shard` with its shard, the same --only and the same files gets its cells.
    """
    found = jobs_of(Workspace(matrix), only or (), at_most or MOST_JOBS["github"])
    print(json.dumps({"include": found}))
    return 0


@ci.command("durations")
@guarded(PROGRESS)
def keep_durations(
    matrix: MatrixFile = Path("matrix.yaml"),
    results: Results = None,
) -> int:
    """Write images/locks/durations.json from stored runs: commit it, and shards get equal work."""
    store = Store(results or scope(matrix, (), everything=True).results)
    found = durations(store.runs().records)
    if not found.trials:
        raise NothingSelected(f"{store.root}: no run was timed", "run `nox -s matrix` first")
    path = write_durations(found, Workspace(matrix).locks)
    cells, environments = number(len(found.trials), "cell"), len(found.builds)
    print(f"{path}: {cells}, {number(environments, 'environment')}")
    return 0


def _device(gpu: bool) -> Device:  # noqa: FBT001 - as the option is
    return "gpu" if gpu else "cpu"


def _command(workflow: Workflow) -> str:
    """What prints the workflow again: what is not the default, as one would write it."""
    service: Service = workflow.service
    words = ["samebits", "ci", service]
    words += ["--cpu"] if workflow.device == "cpu" else []
    words += [word for label in workflow.labels for word in ("--label", label)]
    words += [word for one in workflow.only for word in ("--only", one)]
    words += ["--cron", workflow.cron] if workflow.cron != CRON else []
    words += ["--minutes", str(workflow.minutes)] if workflow.minutes != _MINUTES else []
    words += ["--install", workflow.install] if workflow.install != INSTALL else []
    if service == "github" and workflow.jobs != MOST_JOBS[service]:
        words += ["--at-most", str(workflow.jobs)]
    return shlex.join(words)
