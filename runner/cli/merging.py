"""The command `merge`: the results of shards, or of other hosts, in one store."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, Final

import typer

from runner.analysis.shards import divided, family
from runner.cli.guard import guarded
from runner.cli.options import PROGRESS, AsJson
from runner.cli.spelling import spelled
from runner.reports.merged import as_document, shards, sources
from runner.results.merging import find_stores, merge
from runner.results.store import Store
from runner.results.untrusted import one_line

_INCOMPLETE: Final = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("merge")(guarded(PROGRESS)(merge_stores))


def merge_stores(
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="The store to merge into; made if missing.")
    ],
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE…", help="Stores, or folders that hold some, as unpacked artifacts do."
        ),
    ],
    as_json: AsJson = False,
) -> int:
    """Copy the results of shards or other hosts into one store, each file checked.

    Exit code 5 where a shard of these runs is missing, or a damaged file was kept out.
    """
    stores = dict.fromkeys(store for folder in folders for store in find_stores(folder))
    merged = [merge(store, target) for store in stores]
    theirs = {family(run) for one in merged for run in one.runs}
    runs = [one for one in divided(Store(target).runs().records) if one.family in theirs]
    if as_json:
        print(as_document(merged, runs), end="")
    else:
        print("\n".join([*sources(merged), *shards(runs)]))
        hint = spelled(f"nox -s report -- --all --results {target}")
        PROGRESS.print(
            one_line(f"the table: {hint}"), soft_wrap=True, highlight=False, markup=False
        )
    whole = not any(one.missing for one in runs) and not any(one.damaged for one in merged)
    return 0 if whole else _INCOMPLETE
