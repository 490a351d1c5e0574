"""The catalogue of cases as text, and as the page `docs/probe.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.reports import piece_markdown
from runner.reports.pieces import Paragraph, Prose, Table, Title
from runner.reports.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.environments.catalogue import Catalogue, Entry, Recipe
    from runner.reports.pieces import Piece, Text

_MARKER: Final = "samebits: cases level=2"
_EXERCISES: Final = 43  # columns, so that a line has at most 100 beside the longest names
_INTRODUCTION: Final = """\
Every case is one small computation with fixed inputs. It runs several times in a process, re-seeded
each time, and in several processes, one of which runs all cases in reverse order. What is compared
is a digest of the bits of its outputs. `since` is the minor release of TensorFlow that first has
the API; in an older one the case is `unsupported`. The outputs of a staged case are the stages
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


def page(catalogue: Catalogue) -> str:
    """Write the page `docs/probe.md`, as the command `docs` keeps it: a heading and one block."""
    content = piece_markdown.write(pieces(catalogue), 2)
    return f"# The cases of the probe\n\n<!-- {_MARKER} -->\n\n{content}\n<!-- /samebits -->\n"


def pieces(catalogue: Catalogue) -> Iterator[Piece]:
    """Say what each case computes and why its bits may differ, family by family."""
    yield Paragraph(_counted(catalogue))
    yield Paragraph(Prose(_INTRODUCTION))
    yield Title(Prose("What `determinism: on` does"))
    yield Table.of(("TensorFlow", "on a CPU", "on a GPU"), map(_recipe, catalogue.determinism))
    for family in catalogue.families:
        yield Title(family.family)
        yield Paragraph(Prose(" ".join(family.about)))
        cases = [case for case in catalogue.cases if case.family == family.family]
        yield Table.of(_HEADERS, map(_row, cases))


_HEADERS = ("case", "exercises", "may vary because of", "since", "source")


def _counted(catalogue: Catalogue) -> str:
    staged = sum(case.staged for case in catalogue.cases)
    families = len(catalogue.families)
    word = "family" if families == 1 else "families"
    return f"{number(len(catalogue.cases), 'case')} in {families} {word}, {staged} of them staged."


def _recipe(recipe: Recipe) -> tuple[Text, ...]:
    steps = (Prose(", ".join(f"`{step}`" for step in some)) for some in (recipe.cpu, recipe.gpu))
    return f"from {recipe.since}", *steps


def _row(case: Entry) -> tuple[Text, ...]:
    name = Prose(f"`{case.name}`" + (", staged" if case.staged else ""))
    return name, *map(Prose, (case.exercises, case.may_vary, case.since, case.source))
