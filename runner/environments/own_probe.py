"""The file of cases that a matrix names, read once and checked as far as it can be without a run.

What it is when it is read is what every trial runs, and what the probe's hash covers, whatever
becomes of the file meanwhile.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LARGEST: Final = 2**20
_AGAIN: Final = "Mend it and run again; nothing was run."


@dataclass(frozen=True, slots=True)
class OwnProbe:
    """A Python file whose decorated functions are the cases."""

    name: str
    text: bytes


def read_own_probe(path: Path, matrix: str) -> OwnProbe:
    """Read and check the file that `probe.path` of a matrix file names.

    Raises
    ------
    InputError
        It is not there, is no Python, declares no case, or two of one name.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        hint = f"probe.path in {matrix} names it, from the folder of that file."
        raise InputError(f"{path}: {error.strerror}", hint) from error
    if len(text) > _LARGEST:
        raise InputError(f"{path}: larger than 1 MiB", "Name a Python file of cases.")
    _check(_parsed(path, text), path)
    return OwnProbe(path.name, text)


def _parsed(path: Path, text: bytes) -> ast.Module:
    try:
        return ast.parse(text, str(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # NUL bytes, depth
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        why = error.msg if isinstance(error, SyntaxError) else str(error)
        raise InputError(f"{path}{line}: no Python: {why}", _AGAIN) from error


def _check(tree: ast.Module, path: Path) -> None:
    """Refuse what is certainly wrong; names that are computed are checked when they are run."""
    declarations = list(_declarations(tree))
    if not declarations:
        raise InputError(
            f"{path}: it declares no case",
            'Write `from probe import case`, and @case("my.name") above a function.',
        )
    lines: dict[str, list[int]] = defaultdict(list)
    for call in declarations:
        if call.args and isinstance(call.args[0], ast.Constant):
            lines[str(call.args[0].value)].append(call.lineno)
    for name, found in lines.items():
        if len(found) > 1:
            first, second = found[:2]
            raise InputError(
                f"{path}:{second}: a case is named {name!r} already in line {first}",
                "Give each case a name of its own.",
            )


def _declarations(tree: ast.Module) -> Iterator[ast.Call]:
    """The calls of `case`, under whatever name the file imports it."""
    names, modules = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "probe":
            names |= {one.asname or one.name for one in node.names if one.name in ("case", "*")}
        if isinstance(node, ast.Import):
            modules |= {one.asname or one.name for one in node.names if one.name == "probe"}
    names |= {"case"} if "*" in names else set()
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in calls:
        match call.func:
            case ast.Name(id=name) if name in names:
                yield call
            case ast.Attribute(value=ast.Name(id=module), attr="case") if module in modules:
                yield call
