"""What a merge took from where, and which shards are there and which are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.reports.words import as_json, number
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.analysis.shards import Divided
    from runner.results.merging import Merged


def sources(merged: Iterable[Merged]) -> Iterator[str]:
    """A line for each source, and one below it for each file that was kept out."""
    for one in merged:
        kinds = {"trials": "trial", "runs": "run record", "arrays": "array"}
        copied = [
            number(one.copied[room], word) for room, word in kinds.items() if one.copied[room]
        ]
        parts = [", ".join(copied) or "nothing new"]
        parts += [f"{number(one.present, 'file')} there before"] if one.present else []
        yield one_line(f"{one.source}: {'; '.join(parts)}")
        for found in one.damaged:
            yield f"  {one_line(f'kept out {found.path}: {found.reason}')}"


def shards(runs: Iterable[Divided]) -> Iterator[str]:
    """A line for each divided run."""
    for one in runs:
        name = f"run {one.run}: " if one.run else ""
        if not one.missing:
            yield one_line(f"{name}all shards of {one.of} are there")
            continue
        missing = ", ".join(map(str, one.missing))
        word = "shard" if len(one.missing) == 1 else "shards"
        verb = "is" if len(one.missing) == 1 else "are"
        cells = number(len(one.lost), "cell")
        yield one_line(f"{name}{word} {missing} of {one.of} {verb} missing, with {cells}")


def as_document(merged: Sequence[Merged], runs: Sequence[Divided]) -> str:
    """The same as JSON, for programs."""
    return as_json(
        {
            "sources": [
                {
                    "source": str(one.source),
                    "copied": one.copied,
                    "present": one.present,
                    "damaged": [{"path": it.path, "reason": it.reason} for it in one.damaged],
                }
                for one in merged
            ],
            "divided": [
                {
                    "run": one.run,
                    "shards": one.of,
                    "present": one.present,
                    "missing": one.missing,
                    "missing_cells": [it.cell for it in one.lost],
                }
                for one in runs
            ],
        }
    )
