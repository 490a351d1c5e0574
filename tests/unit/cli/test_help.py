"""The help of every command: it reads well, and its examples can be typed."""

from __future__ import annotations

import re
import shlex

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from runner.cli.app import app
from runner.cli.examples import EXAMPLES, PANELS

ROOT = typer.main.get_command(app)
WIDE = {"COLUMNS": "200", "NO_COLOR": "1"}


def commands() -> list[str]:
    """The names of all commands, such as ``ci github``."""
    assert isinstance(ROOT, TyperGroup)
    found = []
    for name, command in ROOT.commands.items():
        inner = command.commands if isinstance(command, TyperGroup) else {"": None}
        found += [f"{name} {one}".strip() for one in inner]
    return found


def parse(line: str) -> None:
    """Parse a line as the command would, and run nothing."""
    words = shlex.split(line.partition(" > ")[0])
    command, context = ROOT, typer.Context(ROOT, info_name="samebits")
    while isinstance(command, TyperGroup):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words, parent=context)


@pytest.mark.parametrize("name", commands())
def test_every_command_says_what_it_does_and_shows_examples(name: str) -> None:
    shown = CliRunner().invoke(app, [*name.split(), "--help"], env=WIDE)
    assert shown.exit_code == 0
    text = shown.stdout
    assert re.search(r"Usage: .*\n\s*\n [A-Z].*[.:;,]\s*\n", text), text
    assert "Examples:" in text or "Example:" in text


@pytest.mark.parametrize("line", [one for lines in EXAMPLES.values() for one in lines])
def test_every_example_can_be_typed(line: str) -> None:
    parse(line)


def test_an_example_that_can_not_be_typed_is_found() -> None:
    with pytest.raises(Exception, match="No such option: --onyl"):
        parse("run --onyl device=cpu")


def test_each_example_is_a_line_of_its_own_and_of_its_command() -> None:
    for name, lines in EXAMPLES.items():
        assert all(line.startswith(name) for line in lines)
    shown = CliRunner().invoke(app, ["list", "--help"], env=WIDE).stdout
    told = [line.strip() for line in shown.splitlines()]
    assert told[told.index("Examples:") + 1 :][:2] == [f"samebits {it}" for it in EXAMPLES["list"]]


def test_commands_are_listed_by_what_they_are_for() -> None:
    shown = CliRunner().invoke(app, ["--help"], env=WIDE).stdout
    places = [shown.index(f" {title} ") for title in PANELS]
    assert places == sorted(places)
    listed = {name for names in PANELS.values() for name in names}
    assert listed <= {name.partition(" ")[0] for name in commands()}


def test_shells_complete_the_commands() -> None:
    words = {"COMP_WORDS": "samebits me", "COMP_CWORD": "1", "_SAMEBITS_COMPLETE": "complete_bash"}
    completed = CliRunner().invoke(app, [], env=words, prog_name="samebits")
    assert completed.stdout.split() == ["merge"]
