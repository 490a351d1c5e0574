"""From what a block asks for to what it is to hold: which results, of which cells, in pieces."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.analysis.changes import find_walks
from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.ledger import ledger
from runner.cli import claiming, showing
from runner.cli.describing import describe_commands
from runner.environments.catalogue import read_catalogue
from runner.environments.probe import find_probe
from runner.matrix.schema import SCHEMA
from runner.reports import block_contents, catalogue, reference
from runner.reports.changes import make_parts
from runner.reports.words import brief, number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from typer import Typer

    from runner.reports.block_request import Request
    from runner.reports.pieces import Piece

_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a block that names none itself takes results from; by default, as `report` does."""

    matrix: Path | None = None
    results: Path | None = None
    everything: bool = False


def pieces_of(request: Request, folder: Path, sources: Sources, app: Typer) -> Iterable[Piece]:
    """Make what a block is to hold; paths in it are from the `folder` of its document.

    Raises
    ------
    InputError, NothingSelected
        There is no such matrix, cell, case or claim, or there are no results of them.
    """
    match request.content:
        case "cases":
            return catalogue.pieces(read_catalogue(find_probe()))
        case "commands":
            return reference.commands(describe_commands(app))
        case "matrix":
            return reference.matrix_keys(json.loads(SCHEMA.read_text(encoding="utf-8")))
        case "claims":
            return _claims(request, folder, sources)
        case _:
            return _results(request, _named(request, folder, sources))


def _named(request: Request, folder: Path, sources: Sources) -> Sources:
    """Where a block takes its results from: what it names itself counts first.

    One that names a folder of results and no matrix shows all that is in it.
    """
    matrix = folder / request.matrix if request.matrix else sources.matrix
    results = folder / request.results if request.results else sources.results
    alone = bool(request.results) and not request.matrix
    named = bool(request.matrix)
    everything = request.all or alone or (sources.everything and not named)
    return Sources(matrix=matrix, results=results, everything=everything)


def _results(request: Request, named: Sources) -> Iterable[Piece]:
    scope = showing.scope(named.matrix, request.only, everything=named.everything)
    folder = named.results or scope.results
    comparison = showing.of_store(folder, scope.cells, request.case)
    match request.content:
        case "caption":
            return block_contents.caption(comparison, _matrix_line(named, scope))
        case "changes":
            walks = ((one, find_walks(one, request.axis)) for one in comparison.contexts)
            parts = (part for one, found in walks for part in make_parts(one, found))
            return block_contents.changes(parts)
        case _:
            columns = request.columns
            traced = showing.with_stages(comparison, folder)
            return block_contents.table(traced, columns, brief=request.brief)


def _matrix_line(named: Sources, scope: showing.Scope) -> str:
    """Name the matrix file and its SHA-256, so that one can tell whether it is still the same."""
    if scope.cells is None:
        return ""
    path = named.matrix or showing.DEFAULT_MATRIX
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]
    cells = number(len(scope.cells), "cell")
    return f"Matrix `{brief(path.name)}`, SHA-256 `{digest}…`: {cells}."


def _claims(request: Request, folder: Path, sources: Sources) -> Iterable[Piece]:
    named = _named(request, folder, sources)
    stored = named.results or showing.scope(named.matrix, (), everything=True).results
    comparison = showing.of_store(stored)
    found = evaluate(comparison, claiming.select(ledger(), request.only))
    return block_contents.claims(found, brief=request.brief)
