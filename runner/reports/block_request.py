"""What the beginning of a block asks for: a content, and conditions on it. Pure.

``table columns=cases only="tensorflow=2.20.0,2.21.0" only=device=cpu brief``: the content, then
options as `name=value`, quoted as in a shell where a value has blanks, and flags by name alone.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runner.matrix.cells import AXES
from runner.matrix.problems import closest, listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.reports.grid import Columns

_STORE: Final = ("all", "results")
_CELLS: Final = (*_STORE, "case", "matrix", "only")
OPTIONS: Final = {
    "table": (*_CELLS, "brief", "columns", "level"),
    "caption": _CELLS,
    "changes": (*_CELLS, "axis", "level"),
    "claims": ("brief", "level", "only", "results"),
    "cases": ("level",),
    "commands": ("level",),
    "matrix": ("level",),
}
"""Each content with the options that it takes."""

FLAGS: Final = ("all", "brief")
_CHOICES: Final = {
    "columns": ("families", "cases"),
    "axis": AXES,
    "level": ("2", "3", "4", "5"),
}


class UnknownRequest(ValueError):
    """A block asks for what there is not; the message says what, and what may be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a block is to hold. Options that are not given have their defaults.

    `matrix` and `results` are paths as they were written, from the folder of the document. Each
    of `only` selects cells as `--only` does; of `claims`, it selects claims by id.
    """

    content: str
    columns: Columns = "families"
    only: tuple[str, ...] = ()
    case: str = "*"
    axis: str = "tensorflow"
    level: int = 3
    matrix: str = ""
    results: str = ""
    all: bool = False
    brief: bool = False


def read_request(words: str) -> Request:
    """Read what follows `samebits:` in a marker.

    Raises
    ------
    UnknownRequest
        The first thing that is wrong with it.
    """
    try:
        content, *rest = shlex.split(words) or [""]
    except ValueError as error:
        raise UnknownRequest(f"{shown(words)}: {str(error).lower()}") from None
    pairs = [_pair(word) for word in rest]
    return make_request(content, pairs)


def make_request(content: str, pairs: Iterable[tuple[str, str]]) -> Request:
    """Check a content and its options, given as name and value; a flag has no value.

    Raises
    ------
    UnknownRequest
        There is no such content, option or value, or an option is there twice.
    """
    if not content:
        raise UnknownRequest(f"what is the block to hold? One of {listed([*OPTIONS], 'or')}")
    if content not in OPTIONS:
        raise UnknownRequest(f"there is no content {_unknown(content, [*OPTIONS])}")
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        _check(content, name, value)
        if name in given and name != "only":
            raise UnknownRequest(f"the option {shown(name)} is there twice")
        given.setdefault(name, []).append(value)
    only = tuple(given.pop("only", ()))
    level = int(given.pop("level", ["3"])[0])
    flags = {name: True for name in FLAGS if given.pop(name, None)}
    texts = {name: value for name, (value,) in given.items()}
    return Request(content=content, only=only, level=level, **flags, **texts)  # type: ignore[arg-type] # checked by name


def _pair(word: str) -> tuple[str, str]:
    name, separator, value = word.partition("=")
    if separator and name in FLAGS:
        raise UnknownRequest(f"the flag {shown(name)} takes no value")
    if not separator and name not in FLAGS:
        known = {option for options in OPTIONS.values() for option in options}
        why = "takes a value" if name in known else "is no flag"
        near = closest(name, FLAGS)
        meant = f", did you mean {shown(near)}?" if near else f": {name[:20]}=…"
        raise UnknownRequest(f"the option {shown(name)} {why}{meant}")
    return name, value


def _check(content: str, name: str, value: str) -> None:
    known = OPTIONS[content]
    if name not in known:
        raise UnknownRequest(f"{content} takes no option {_unknown(name, known)}")
    if name not in FLAGS and not value:
        raise UnknownRequest(f"the option {shown(name)} has no value")
    choices = _CHOICES.get(name)
    if choices and value not in choices:
        raise UnknownRequest(f"{name} can't be {_unknown(value, choices)}")


def _unknown(word: str, known: Sequence[str]) -> str:
    near = closest(word, known)
    meant = f"did you mean {shown(near)}?" if near else f"it is one of {listed(known, 'or')}"
    return f"{shown(word)}, {meant}"
