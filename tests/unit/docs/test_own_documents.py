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
NAMES = [command.name.removeprefix("samebits ") for command in describe_commands(app)]
GROUPED = "|".join(name for name in NAMES if " " in name)
CALL = re.compile(
    r"(?:`|^(?:[a-z0-9-]*\$ )(?:[A-Z_]+=\S+ )?(?:\S*/)?)"
    rf"(?:samebits|python -m runner|nox -s) (?P<name>{GROUPED}|[a-z]+)(?P<rest>[^`\n#]*)",
    re.MULTILINE,
)
SESSIONS = {"matrix": "run"}
"""Sessions of nox that have another name than their command."""
NO_COMMANDS = {"samebits tests", "samebits site"}
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
    assert len(re.findall(": as it was: ", ended.stderr)) == 5


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


def shown() -> Iterator[tuple[str, str, str]]:
    """Each call that a page shows: the page, the command, and what follows it."""
    for document in DOCUMENTS:
        for call in CALL.finditer(document.read_text(encoding="utf-8")):
            name = SESSIONS.get(call["name"], call["name"])
            yield document.name, f"samebits {name}", call["rest"]


def test_each_call_that_a_page_shows_could_be_made() -> None:
    known = {
        command.name: {
            word for one in command.parameters for word in re.findall("--?[a-z-]+", one.written)
        }
        for command in describe_commands(app)
    }
    calls = list(shown())
    wrong = [
        (page, name, option)
        for page, name, rest in calls
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest)
        if option not in known.get(name, ()) and option != "--help"
    ]
    assert wrong == []
    assert {name for _, name, _ in calls} - known.keys() - NO_COMMANDS == set()


def test_the_tutorial_lists_the_cells_of_its_matrix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAMEBITS_MATRIX", raising=False)
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    matrix = re.search(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    listed = re.search(r"^\$ samebits list\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert matrix
    assert listed
    Path("matrix.yaml").write_text(matrix[1], encoding="utf-8")
    assert CliRunner().invoke(app, ["list"]).stdout == listed[1]


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
