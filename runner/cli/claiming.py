"""The command `claims`: published statements held against the stored results."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.ledger import ledger
from runner.cli import showing
from runner.errors import NothingSelected
from runner.matrix.problems import closest, shown
from runner.reports import claims, claims_json, claims_markdown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from runner.analysis.claims.model import Ledger

_IDS = "`python -m runner claims --verbose` prints the id of every claim."


def print_claims(results: Path, form: str, only: Sequence[str], *, verbose: bool) -> None:
    """Print what the stored results say of the claims, all or those that `only` names.

    Raises
    ------
    NothingSelected
        There is no result, or no such claim.
    """
    comparison = showing.of_store(results)
    if not any(context.cells for context in comparison.contexts):
        raise NothingSelected(f"{results}: no cell has a result", "run `nox -s matrix` first")
    found = evaluate(comparison, select(ledger(), only))
    match form:
        case "markdown":
            print(claims_markdown.render(found), end="")
        case "json":
            print(claims_json.render(found), end="")
        case _:
            print(claims.render(found, listed=bool(only), verbose=verbose), end="")


def select(whole: Ledger, only: Sequence[str]) -> Ledger:
    """Give the ledger with the claims that the patterns name; with all where there are none."""
    ids = [claim.id for claim in whole.claims]
    for pattern in only:
        if not any(fnmatchcase(one, pattern) for one in ids):
            meant = closest(pattern, ids)
            hint = f"Did you mean {shown(meant)}?" if meant else _IDS
            raise NothingSelected(f"--only: no claim is {shown(pattern)}", hint)
    chosen = [
        claim
        for claim in whole.claims
        if not only or any(fnmatchcase(claim.id, pattern) for pattern in only)
    ]
    return whole.model_copy(update={"claims": tuple(chosen)})
