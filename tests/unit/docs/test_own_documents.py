"""The documents of this repository: their blocks are up to date, and they name every command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.docs.sites import ROOT

from runner.cli.app import app
from runner.cli.describing import describe_commands
from runner.cli.guard import INTERRUPTED
from runner.errors import SamebitsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.reports.reference import CommandText

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
REFERENCE = ROOT / "docs" / "reference"
EXIT_CODES = {
    int(code)
    for code in re.findall(
        r"^\| ([0-9]+) \|", (REFERENCE / "exit-codes.md").read_text(encoding="utf-8"), re.MULTILINE
    )
}


def errors(base: type[SamebitsError] = SamebitsError) -> Iterator[type[SamebitsError]]:
    for one in base.__subclasses__():
        yield one
        yield from errors(one)


def test_their_blocks_are_up_to_date() -> None:
    ended = CliRunner().invoke(app, ["docs", "--check", *map(str, DOCUMENTS)])
    assert ended.exit_code == 0, ended.stderr
    assert len(re.findall(": as it was: ", ended.stderr)) == 4


@pytest.mark.parametrize("command", [*describe_commands(app)], ids=lambda one: one.name)
def test_each_command_is_documented(command: CommandText) -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    assert f"\n## `{command.name}`\n" in page, "samebits docs docs/reference/commands.md adds it"


def test_commands_are_described_as_they_are_called() -> None:
    for command in describe_commands(app):
        ended = CliRunner().invoke(app, [*command.name.split()[1:], "--help"])
        assert ended.exit_code == 0
        options = {
            word for one in command.parameters for word in re.findall("--[a-z-]+", one.written)
        }
        assert [option for option in options if option not in ended.stdout] == []


def test_every_exit_code_is_documented() -> None:
    assert {one.exit_code for one in errors()} | {0, 70, INTERRUPTED} == EXIT_CODES


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        (document.name, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", document.read_text(encoding="utf-8"))
        if not Path(document.parent, target).exists()
    ]
    assert broken == []
