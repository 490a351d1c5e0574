"""The command `diff`: what changes from some cells to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.analysis.diff import diff
from runner.analysis.pairing import find_pairs
from runner.reports import diff_formats
from runner.reports.diff import make_parts
from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from runner.analysis.comparison import Comparison


def print_diff(
    comparison: Comparison,
    results: Path,
    names: tuple[str, str],
    form: Literal["table", "markdown", "json"],
) -> None:
    """Print what changes between the cells that two names mean, pair by pair.

    Raises
    ------
    InputError
        A name can't be read, or the two can't be paired as they are.
    NothingSelected
        A name means no stored cell with a result, or none that may be compared.
    """
    load = Store(results).load
    found = [
        (pairing, [diff(pairing.context, pair, load) for pair in pairing.pairs])
        for pairing in find_pairs(comparison, *names)
    ]
    if form == "json":
        print(diff_formats.as_json(found), end="")
        return
    parts = [part for pairing, diffs in found for part in make_parts(pairing, diffs)]
    write = diff_formats.text if form == "table" else diff_formats.markdown
    print(write(parts), end="")
