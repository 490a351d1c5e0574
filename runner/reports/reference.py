"""Commands and keys of the matrix file, as the code says them: reference pages in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.reports.pieces import Items, Paragraph, Prose, Table, Title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.reports.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One option or argument of a command: how it is written, and what it means."""

    written: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandText:
    """One command in the words of its help."""

    name: str
    usage: str
    about: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    examples: tuple[str, ...] = ()


def commands(described: Iterable[CommandText]) -> Iterator[Piece]:
    """Say of each command what it does, how it is called and what its options mean."""
    for command in described:
        yield Title(Prose(f"`{command.name}`"))
        yield from (Paragraph(Prose(text)) for text in command.about)
        yield Paragraph(Prose(f"`{command.usage}`"))
        if command.parameters:
            rows = ((Prose(f"`{one.written}`"), Prose(one.meaning)) for one in command.parameters)
            yield Table.of(("option", "meaning"), rows)
        if command.examples:
            yield Items("For instance", tuple(Prose(f"`{one}`") for one in command.examples))


def matrix_keys(schema: Mapping[str, object]) -> Iterator[Piece]:
    """Say of each key of the matrix file what it may hold and means, section by section."""
    yield from _section(Title(Prose("The whole file")), "", schema)
    definitions = _mapping(schema, "$defs")
    for name, heading in _SECTIONS.items():
        section = _mapping(definitions, name)
        yield from _section(Title(Prose(f"`{heading}`")), str(section["description"]), section)


_SECTIONS = {
    "Group": "environments.<name>",
    "Exclusion": "environments.<name>.exclude[]",
    "Inclusion": "environments.<name>.include[]",
    "Settings": "settings",
    "Resolve": "resolve",
    "ProbeSection": "probe",
}
"""Each type of the schema, in the order of the file, and where in the file it stands."""


def _section(title: Title, about: str, section: Mapping[str, object]) -> Iterator[Piece]:
    yield title
    if about:
        yield Paragraph(Prose(about))
    keys = _mapping(section, "properties")
    rows = (
        (Prose(f"`{key}`"), Prose(_default(key, keys)), Prose(_about(key, keys))) for key in keys
    )
    yield Table.of(("key", "default", "meaning"), rows)


def _default(key: str, keys: Mapping[str, object]) -> str:
    default = _mapping(keys, key).get("default", "")
    words: Sequence[object] = default if isinstance(default, list) else [default]
    return ", ".join(f"`{word}`" for word in words if word != "")


def _about(key: str, keys: Mapping[str, object]) -> str:
    found = _mapping(keys, key)
    if "$ref" in found and "description" not in found:
        return "See below."
    return str(found.get("description", ""))


def _mapping(node: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = node[key]
    if not isinstance(found, dict):
        raise TypeError(f"{key} of the schema is no mapping")
    return found
