"""The catalogue of cases as text, and as the page `docs/probe.md`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.environments.catalogue import Catalogue, Entry, Recipe

COMMAND: Final = "python -m runner cases --format markdown > docs/probe.md"
_SPECIAL: Final = re.compile(r"[\\*_<>|]")
_CODE: Final = re.compile(r"(`[^`]*`)")
_EXERCISES: Final = 43  # columns, so that a line has at most 100 beside the longest names
_INTRODUCTION: Final = """\
Every case is one small computation with fixed inputs. It runs several times in a process, re-seeded
each time, and in several processes, one of which runs all cases in reverse order. What is compared
is a digest of the bits of its outputs. *Since* is the minor release of TensorFlow that first has
the API; in an older one the case is `unsupported`. The outputs of a *staged* case are the stages
of one computation, such as the steps of a training run, so that the first that differs is known."""


def text(catalogue: Catalogue) -> str:
    """Write a table with one line or two for each case."""
    rows = [(case.name, case.family, case.since, case.exercises) for case in catalogue.cases]
    table = tabulate(
        rows,
        headers=("case", "family", "since", "exercises"),
        disable_numparse=True,
        maxcolwidths=[None, None, None, _EXERCISES],
    )
    lines = [line.rstrip() for line in table.splitlines()]
    return "\n".join([*lines, "", _counted(catalogue)]) + "\n"


def markdown(catalogue: Catalogue) -> str:
    """Write the whole page."""
    blocks = [
        "# The cases of the probe",
        f"<!-- Generated from the catalogue by `{COMMAND}`; do not edit. -->",
        f"{_counted(catalogue)}\n{_INTRODUCTION}",
        "## What `determinism: on` does",
        _table(("TensorFlow", "on a CPU", "on a GPU"), map(_recipe, catalogue.determinism)),
    ]
    for family in catalogue.families:
        cases = [case for case in catalogue.cases if case.family == family.family]
        blocks += [f"## {family.family}", "\n".join(map(_plain, family.about))]
        blocks.append(_table(_HEADERS, map(_row, cases)))
    return "\n\n".join(blocks) + "\n"


_HEADERS = ("case", "exercises", "may vary because of", "since", "source")


def _counted(catalogue: Catalogue) -> str:
    staged = sum(case.staged for case in catalogue.cases)
    families = len(catalogue.families)
    word = "family" if families == 1 else "families"
    return f"{number(len(catalogue.cases), 'case')} in {families} {word}, {staged} of them staged."


def _recipe(recipe: Recipe) -> tuple[str, ...]:
    steps = (", ".join(f"`{step}`" for step in some) for some in (recipe.cpu, recipe.gpu))
    return f"from {recipe.since}", *steps


def _row(case: Entry) -> tuple[str, ...]:
    name = f"`{case.name}`" + (", staged" if case.staged else "")
    return name, *map(_plain, (case.exercises, case.may_vary, case.since, case.source))


def _plain(words: str) -> str:
    """Make text mean itself, apart from what stands in backticks."""
    parts = _CODE.split(words)
    return "".join(
        part if part.startswith("`") else _SPECIAL.sub(r"\\\g<0>", part) for part in parts
    )


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
