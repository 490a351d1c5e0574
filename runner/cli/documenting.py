"""The command `docs`: the marked blocks of documents filled from the store, or held against it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Final

import typer

from runner.cli.block_filling import Sources, pieces_of
from runner.cli.guard import guarded
from runner.cli.options import PROGRESS
from runner.errors import GateFailed, InputError, SamebitsError
from runner.matrix.problems import listed
from runner.reports import piece_markdown, rst
from runner.reports.block_request import UnknownRequest, read_request
from runner.reports.marked import ENDINGS, fill, find_blocks, inside
from runner.reports.words import brief, number
from runner.results.durable import write_over
from runner.results.untrusted import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.reports.marked import Block, Markup

_EXAMPLE: Final = "Example: docs README.md docs/*.md --check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file with marked blocks, and what each of them is to hold."""

    path: Path
    text: str
    blocks: tuple[Block, ...]
    contents: tuple[str, ...]

    @property
    def filled(self) -> str:
        """The text as it is to be."""
        return fill(self.text, self.blocks, self.contents)


def register(app: typer.Typer) -> None:
    """Add the command `docs`."""

    @app.command(epilog=_EXAMPLE)
    @guarded(PROGRESS)
    def docs(
        files: Annotated[
            list[Path],
            typer.Argument(metavar="FILE...", help="Documents in Markdown, MyST or RST."),
        ],
        check: Annotated[
            bool, typer.Option("--check", help="Write nothing; exit 1 where one is out of date.")
        ] = False,
        matrix: Annotated[
            Path | None,
            typer.Option(
                "--matrix",
                metavar="FILE",
                help="The matrix file of blocks that name none. Default: matrix.yaml, or all.",
                envvar="SAMEBITS_MATRIX",
            ),
        ] = None,
        results: Annotated[
            Path | None,
            typer.Option(
                "--results", metavar="DIR", help="Where results of blocks that name none are kept."
            ),
        ] = None,
        everything: Annotated[
            bool,
            typer.Option("--all", help="Show all that is stored, where a block names no cells."),
        ] = False,
    ) -> int:
        """Fill the marked blocks of documents from stored results; all files, or none."""
        sources = Sources(matrix=matrix, results=results, everything=everything)
        documents = read_documents(files, sources, app)
        if check:
            check_documents(documents)
        old = stale(documents)
        for one in old:
            write_over(one.path.resolve(), one.filled.encode())
        _tell(documents, old)
        return 0


def read_documents(
    files: Iterable[Path], sources: Sources, app: typer.Typer
) -> tuple[Document, ...]:
    """Read documents and make what their blocks are to hold; nothing is written.

    Raises
    ------
    InputError
        A file can't be read, is in no known format, has a marker that is wrong, or none has any.
    NothingSelected
        There are no results for a block. Both name the file and the line.
    """
    paths = {path.resolve(): path for path in files}
    documents = tuple(read_document(path, sources, app) for path in paths.values())
    if not any(one.blocks for one in documents):
        names = ", ".join(str(one.path) for one in documents)
        raise InputError(
            f"{names}: no marked block",
            "Put `<!-- samebits: table -->` and `<!-- /samebits -->` (in RST `.. samebits: table` "
            "and `.. /samebits`) where the table is to be, each on a line of its own.",
        )
    return documents


def read_document(path: Path, sources: Sources, app: typer.Typer) -> Document:
    """Read one document; see `read_documents`."""
    markup = _markup(path)
    text = _text(path)
    blocks = find_blocks(text, str(path), markup)
    contents = tuple(_content(one, path, markup, sources, app) for one in blocks)
    return Document(path=path, text=text, blocks=blocks, contents=contents)


def _markup(path: Path) -> Markup:
    markup = ENDINGS.get(path.suffix.lower())
    if markup is None:
        known = listed([*ENDINGS], "or")
        raise InputError(f"{path}: its format is not known", f"Name a file that ends in {known}.")
    return markup


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{path}: {reason_of(error)}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}", "Save it as UTF-8.") from None


def _content(block: Block, path: Path, markup: Markup, sources: Sources, app: typer.Typer) -> str:
    place = f"{path}:{block.line}"
    try:
        request = read_request(block.words)
        pieces = tuple(pieces_of(request, path.parent, sources, app))
    except UnknownRequest as error:
        hint = "docs/tables-in-docs.md says what a block may hold. Nothing was written."
        raise InputError(f"{place}: {error}", hint) from None
    except SamebitsError as error:
        error.message = f"{place}: {error.message}"
        raise
    return (
        piece_markdown.write(pieces, request.level) if markup == "markdown" else rst.write(pieces)
    )


def stale(documents: Iterable[Document]) -> list[Document]:
    """Give those that are not as they are to be."""
    return [one for one in documents if one.text != one.filled]


def check_documents(documents: Sequence[Document]) -> None:
    """Hold documents against what they are to be.

    Raises
    ------
    GateFailed
        Some are out of date; each of their blocks that is, is named with what differs.
    """
    if old := stale(documents):
        lines = [line for one in old for line in _differences(one)]
        names = shlex.join(str(one.path) for one in old)
        raise GateFailed("\n".join(lines), f"`samebits docs {names}` brings this up to date.")


def _differences(document: Document) -> Iterator[str]:
    """Say of each block that is out of date how many lines differ, and show the first of them."""
    for block, content in zip(document.blocks, document.contents, strict=True):
        old = document.text[block.start : block.stop].splitlines()
        new = inside(block, content).splitlines()
        steps = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
        changed = [step for step in steps if step[0] != "equal"]
        removed = [line for _, start, stop, _, _ in changed for line in old[start:stop]]
        added = [line for _, _, _, start, stop in changed for line in new[start:stop]]
        if changed:
            first = next((line for line in (*added, *removed) if line), "an empty line")
            yield (
                f"{document.path}:{block.line}: {block.words}: {number(len(removed), 'line')} to "
                f"remove, {len(added)} to add, such as {brief(first)}"
            )


def _tell(documents: Sequence[Document], old: Sequence[Document]) -> None:
    for one in documents:
        if one.blocks:
            done = "written" if one in old else "as it was"
            blocks = number(len(one.blocks), "block")
            line = f"{brief(str(one.path))}: {done}: {blocks}"
            PROGRESS.print(line, soft_wrap=True, highlight=False, markup=False)
