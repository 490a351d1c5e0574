"""The options that commands share, as types that typer reads."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

PROGRESS: Final = Console(stderr=True)
"""Where progress, notes and errors go."""


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
    """How a page is written."""

    table = "table"
    markdown = "markdown"
    json = "json"


class ReportFormatOption(StrEnum):
    """How a report is written."""

    table = "table"
    markdown = "markdown"
    json = "json"
    csv = "csv"
    junit = "junit"
    badge = "badge"
    github = "github"


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
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=256, help="Builds and trials at once. Default: one a core."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only the table.")]
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
Fresh = Annotated[bool, typer.Option("--fresh", help="Run new trials even where stored ones do.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Form = Annotated[FormatOption, typer.Option("--format", help="How to write it.")]
ReportForm = Annotated[
    ReportFormatOption,
    typer.Option(
        "--format",
        help="How to write it. junit is XML for CI systems, badge JSON for shields.io, github the "
        "summary of a step of GitHub Actions: there, it is added to it.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write it to this file. Default: -, the terminal."
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Say what differs from this file; exit 1 where it fails."
    ),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="KIND,…",
        help="What fails against the baseline: changed, failed, missing, varies, steady, works, "
        "new; or nothing. Default: changed,failed,missing.",
    ),
]
Columns = Annotated[ColumnsOption, typer.Option("--columns", help="What the columns are.")]
Cases = Annotated[
    str, typer.Option("--case", metavar="PATTERN", help="Show only these cases, such as 'nn.*'.")
]
OneCase = Annotated[str, typer.Argument(metavar="CASE", help="The case whose bits changed.")]
First = Annotated[
    str, typer.Option("--from", metavar="RELEASE", help="The oldest release to look at.")
]
Last = Annotated[
    str, typer.Option("--to", metavar="RELEASE", help="The newest release to look at.")
]
ReleaseAxis = Annotated[
    str, typer.Option("--axis", metavar="AXIS", help="tensorflow, keras or numpy.")
]
Among = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="AXIS=VALUE,… or ID",
        help="Choose among the cells of the matrix, of which one is taken. Repeatable.",
    ),
]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="AXIS=VALUE",
        help="Give the cells another value on an axis, such as tensorflow=2.16.2, whether the "
        "matrix has it or not. Repeatable.",
    ),
]
