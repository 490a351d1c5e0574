"""What the commands say of themselves, read from their declarations."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from typing import TYPE_CHECKING, Final, get_args

from typer.models import ArgumentInfo, OptionInfo

from runner.reports.reference import CommandText, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typer import Typer

_KINDS: Final = {int: "NUMBER", str: "TEXT"}
_ALL: Final = "*"
_APART: Final = re.compile(r" {2,}")  # of several examples in the words below a command's help
Declared = tuple[str, OptionInfo | ArgumentInfo, type, object]
"""A parameter of a command: its name, its declaration, the type of one value, the default."""


def describe_commands(app: Typer, name: str = "samebits") -> Iterator[CommandText]:
    """Give all commands, those of groups after the others, each in the words of its help."""
    for command in app.registered_commands:
        if command.callback and not command.hidden:
            own = command.name or command.callback.__name__.replace("_", "-")
            said = (command.epilog or "").partition(": ")[2]
            program = name.partition(" ")[0]  # examples are whole calls, also those of a group
            examples = tuple(f"{program} {one}" for one in _APART.split(said) if one)
            yield _command(command.callback, f"{name} {own}", examples)
    for group in app.registered_groups:
        if group.typer_instance:
            yield from describe_commands(group.typer_instance, f"{name} {group.name}")


def _command(callback: Callable[..., object], name: str, examples: tuple[str, ...]) -> CommandText:
    declared = list(_declared(callback))
    about = inspect.cleandoc(callback.__doc__ or "").split("\n\n")
    words = [_written(one) for one in declared if isinstance(one[1], ArgumentInfo)]
    options = ["[OPTIONS]"] if len(words) < len(declared) else []
    return CommandText(
        name=name,
        usage=" ".join([name, *options, *words]),
        about=tuple(" ".join(part.split()) for part in about),
        parameters=tuple(
            Parameter(written=_written(one), meaning=_meaning(one)) for one in declared
        ),
        examples=examples,
    )


def _declared(callback: Callable[..., object]) -> Iterator[Declared]:
    for name, found in inspect.signature(callback, eval_str=True).parameters.items():
        kind, *extras = get_args(found.annotation)
        for extra in extras:
            if isinstance(extra, (OptionInfo, ArgumentInfo)):
                yield name, extra, _single(kind), found.default


def _single(kind: type) -> type:
    """Give the type of one value: that of ``list[str] | None`` is `str`."""
    inner = [one for one in get_args(kind) if one is not type(None)]
    return _single(inner[0]) if inner else kind


def _written(declared: Declared) -> str:
    name, info, kind, _ = declared
    value = info.metavar or _value(kind)
    if isinstance(info, ArgumentInfo):
        return info.metavar or name.upper()
    # Typer takes the first name of an option in an annotation for its default.
    first = (info.default,) if isinstance(info.default, str) else ()
    flag = f"--{name.replace('_', '-')}"
    usual = (flag, f"--no-{flag[2:]}") if kind is bool else (flag,)
    names = (*first, *(info.param_decls or ())) or usual
    return ", ".join(names) + (f" {value}" if value else "")


def _value(kind: type) -> str:
    if issubclass(kind, Enum):
        return "|".join(str(one.value) for one in kind)
    return "" if kind is bool else _KINDS.get(kind, "PATH")


def _meaning(declared: Declared) -> str:
    _, info, kind, default = declared
    told = [info.help or ""]
    if info.envvar:
        told.append(f"Or set `{info.envvar}`.")
    if default not in {None, inspect.Parameter.empty, "", _ALL} and kind is not bool:
        told.append(f"Default: `{getattr(default, 'value', default)}`.")
    return " ".join(part for part in told if part)
