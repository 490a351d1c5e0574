"""Commands in their own words, whatever version of Typer prints their help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from runner.cli.describing import describe_commands
from runner.reports.reference import CommandText, Parameter


class Form(StrEnum):
    """Two ways."""

    one = "one"
    two = "two"


def application() -> typer.Typer:
    app, group = typer.Typer(), typer.Typer()

    @app.command("do", epilog="Examples: do it   do --quiet it")
    def anything(  # noqa: PLR0913 - one of each kind
        files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What.")],
        *,
        form: Annotated[Form, typer.Option("--form", help="How.")] = Form.one,
        jobs: Annotated[int | None, typer.Option("--jobs", "-j", help="So many.")] = None,
        place: Annotated[Path, typer.Option("--place", help="Where.", envvar="PLACE")] = Path("x"),
        keep: Annotated[bool, typer.Option(help="Keep it.")] = True,
        quiet: Annotated[bool, typer.Option("--quiet", help="Say less.")] = False,
    ) -> None:
        """Do it,
        at once.

        Or not.
        """  # noqa: D205 - wrapped as it may be

    @app.command(hidden=True)
    def secret() -> None:
        """Tell nobody."""

    @group.command(epilog="Example: post send-all")
    def send_all() -> None:
        """Send."""

    app.add_typer(group, name="post")
    return app


def test_commands_and_those_of_groups() -> None:
    assert list(describe_commands(application(), "mine")) == [
        CommandText(
            name="mine do",
            usage="mine do [OPTIONS] FILE...",
            about=("Do it, at once.", "Or not."),
            parameters=(
                Parameter(written="FILE...", meaning="What."),
                Parameter(written="--form one|two", meaning="How. Default: `one`."),
                Parameter(written="--jobs, -j NUMBER", meaning="So many."),
                Parameter(written="--place PATH", meaning="Where. Or set `PLACE`. Default: `x`."),
                Parameter(written="--keep, --no-keep", meaning="Keep it."),
                Parameter(written="--quiet", meaning="Say less."),
            ),
            examples=("mine do it", "mine do --quiet it"),
        ),
        CommandText(
            name="mine post send-all",
            usage="mine post send-all",
            about=("Send.",),
            parameters=(),
            examples=("mine post send-all",),
        ),
    ]
