"""The command `claims`: it reads the store alone, and a contradiction is a finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner
from unit.analysis.claims import V15, outputs, ran

from runner.analysis.claims.ledger import ledger
from runner.cli.app import app
from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

DROPOUT = "article-dropout-seeds"
CONTRADICTED = """\
article-dropout-seeds: "some operations, like `tf.nn.dropout`, might use a different seed management
system for performance."
- all cells: nn.dropout.mask/dropout and nn.dropout.mask/uniform: the same bits in 6 repeats in 3
  processes"""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A store in which dropout keeps the elements that the uniform stream of its seed says."""
    folder = tmp_path / "results"
    for record in ran(V15, *[outputs("nn.dropout.mask", dropout="xx", uniform="xx")] * 3):
        Store(folder).add(record)
    return folder


def claims(results: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["claims", "--results", str(results), *arguments])


def test_a_contradicted_claim_is_a_finding_and_no_failure(results: Path) -> None:
    ended = claims(results, "--only", DROPOUT)
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert (
        f"""
Contradicted
------------

{CONTRADICTED}

"""
        in ended.stdout
    )


def test_the_whole_ledger_in_every_form(results: Path) -> None:
    table, page = claims(results, "--verbose"), claims(results, "--format", "markdown")
    document = json.loads(claims(results, "--format", "json").stdout)
    assert max(map(len, table.stdout.splitlines())) <= 100
    assert [one["claim"] for one in document["claims"]] == [one.id for one in ledger().claims]
    for claim in ledger().claims:
        assert claim.id in table.stdout
        assert f"`{claim.id}`" in page.stdout or f"\n### {claim.id}\n" in page.stdout


def test_claims_are_chosen_by_patterns(results: Path) -> None:
    ended = claims(results, "--only", "tf32-*", "--only", DROPOUT, "--format", "json")
    assert [one["claim"] for one in json.loads(ended.stdout)["claims"]] == [
        DROPOUT,
        "tf32-default",
        "tf32-rounds",
        "tf32-only-ampere",
        "tf32-minor-versions",
    ]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("article-dropout", f"Did you mean '{DROPOUT}'?"),
        ("zzz-*", "`python -m runner claims --verbose` prints the id of every claim."),
    ],
)
def test_a_claim_that_is_not_there(results: Path, pattern: str, hint: str) -> None:
    ended = claims(results, "--only", pattern)
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert ended.stderr == f"error: --only: no claim is '{pattern}'\n  → {hint}\n"


def test_an_empty_store(tmp_path: Path) -> None:
    ended = claims(tmp_path / "results")
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert ended.stderr == (
        f"error: {tmp_path}/results: no results yet\n  → run `nox -s matrix` first\n"
    )
