"""The command `lint`: whether a matrix can tell what changed the bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli.workspace import find_locks
from runner.errors import GateFailed
from runner.matrix.lint import lint
from runner.reports import lint as lint_report

if TYPE_CHECKING:
    from runner.cli.workspace import Workspace
    from runner.matrix.cells import Cell


def print_lint(
    workspace: Workspace, cells: tuple[Cell, ...], *, strict: bool, as_json: bool
) -> None:
    """Print what is wrong with the cells; locks that are missing are not resolved.

    Raises
    ------
    GateFailed
        `strict` is given, and there is anything to mend.
    """
    locks = find_locks(workspace, dict.fromkeys(cell.environment for cell in cells))
    packages = {environment: lock.packages for environment, lock in locks.items() if lock}
    found = lint(cells, [row.cell for row in workspace.matrix.excluded], packages)
    print(lint_report.as_json(found) if as_json else lint_report.text(found), end="")
    if strict and any(one.faults for one in found):
        raise GateFailed(f"{workspace.path}: this matrix can't tell everything it asks")
