"""The command line. Every command reads the matrix, does one thing and returns an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runner import __version__
from runner.cli import (
    baselining,
    beginning,
    documenting,
    entering,
    matrix_commands,
    merging,
    remembering,
    result_commands,
    search_commands,
    workflows,
)
from runner.cli.examples import add_examples
from runner.errors import SamebitsError

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
beginning.register(app)
matrix_commands.register(app)
entering.register(app)
result_commands.register(app)
search_commands.register(app)
baselining.register(app)
remembering.register(app)
documenting.register(app)
merging.register(app)
workflows.register(app)
add_examples(app)


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
