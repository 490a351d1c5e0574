"""YAML text as plain data, each scalar the text that was written, and where each value stands.

What has no place in a matrix file is refused while it is read, before anything walks it: anchors
and aliases (a 342-byte alias bomb fills any memory), tags, merge keys, further documents, deep
nesting, large files, control characters, repeated keys.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import yaml

from runner.matrix.problems import Finding, MatrixError, MatrixProblem, Path, dotted, shown

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping

Data: TypeAlias = "str | list[Data] | dict[str, Data]"
Position = tuple[int, int]

MOST_BYTES = 256 * 1024
MOST_DEPTH = 50
MOST_VALUES = 10_000

# C0 without tab and line ends, C1, the line separators that editors do not count as lines, the
# direction marks that show a text other than it is, a byte order mark inside, lone surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`positions` maps each path to the line and column, from 1, of its key or list item."""

    data: Data
    positions: Mapping[Path, Position]
    problems: tuple[MatrixProblem, ...]
    sha256: str

    def problem(self, finding: Finding) -> MatrixProblem:
        """Give a finding its line: that of the nearest part of its path that was written."""
        path = finding.path
        while path not in self.positions:
            path = path[:-1]
        return MatrixProblem(
            line=self.positions[path][0],
            path=dotted(path),
            value=self.written(path),
            message=finding.message,
            suggestion=finding.suggestion,
        )

    def written(self, path: Path) -> str:
        """Return the scalar at `path`, or nothing where a list or mapping stands."""
        value: Data = self.data
        for part in path:
            if isinstance(value, dict):
                value = value[str(part)]
            elif isinstance(value, list):
                value = value[int(part)]
        return value if isinstance(value, str) else ""


def decode(raw: bytes, name: str) -> str:
    """Return the bytes of a file as text; MatrixError where it is too large or not UTF-8."""
    if len(raw) > MOST_BYTES:
        raise _error(name, 1, f"larger than {MOST_BYTES // 1024} KiB, which no matrix needs")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{raw[error.start]:02x}"
        raise _error(name, line, message) from error


def read(text: str, name: str) -> Document:
    """Read one YAML document.

    Raises MatrixError at the first thing that makes the rest unreadable; repeated keys don't, and
    are left in the document's `problems`.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MOST_BYTES:
        raise _error(name, 1, f"larger than {MOST_BYTES // 1024} KiB, which no matrix needs")
    if found := _UNPRINTABLE.search(text):
        line = _line_of(text, found.start())
        raise _error(name, line, f"control character U+{ord(found[0]):04X}")
    try:
        return _Reader(text, name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" (column {mark.column + 1})" if mark else ""
        line = mark.line + 1 if mark else 1
        raise _error(name, line, f"not YAML: {error.problem}{place}") from error
    except (ValueError, OverflowError) as error:
        # PyYAML hands the number of an escape such as "\UFFFFFFFF" to chr() as it is.
        raise _error(name, 1, "not YAML: an escape in quotes names no character") from error


def shipped(path: pathlib.Path) -> Data:
    """Return the data of a table that lies beside a module."""
    return read(decode(path.read_bytes(), path.name), path.name).data


def _line_of(text: str, offset: int) -> int:
    before = text[:offset].replace("\r\n", "\n")
    return before.count("\n") + before.count("\r") + 1


def _error(name: str, line: int, message: str, path: Path = ()) -> MatrixError:
    return MatrixError(name, [MatrixProblem(line=line, path=dotted(path), message=message)])


def _position(event: yaml.Event) -> Position:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Reader:
    """One pass over the events of a document."""

    def __init__(self, text: str, name: str) -> None:
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.name = name
        # The loader in Python, not libyaml: the same sentences for the same mistakes everywhere.
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self.positions: dict[Path, Position] = {(): (1, 1)}
        self.problems: list[MatrixProblem] = []
        self.values = 0

    def document(self) -> Document:
        next(self.events)  # the stream starts
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise _error(self.name, 1, "the file is empty")
        data = self.value(next(self.events), ())
        next(self.events)  # the document ends
        following = next(self.events)
        if isinstance(following, yaml.DocumentStartEvent):
            line = _position(following)[0]
            raise _error(self.name, line, "a second document starts here; a matrix is one")
        return Document(
            data=data,
            positions=self.positions,
            problems=tuple(self.problems),
            sha256=self.sha256,
        )

    def value(self, event: yaml.Event, path: Path) -> Data:
        self.check(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        return str(event.value) if isinstance(event, yaml.ScalarEvent) else ""

    def check(self, event: yaml.Event, path: Path) -> None:
        self.values += 1
        if isinstance(event, yaml.AliasEvent):
            raise self.refused(event, path, f"alias *{event.anchor}: write the value out")
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise self.refused(event, path, f"anchor &{event.anchor}: write each value out")
        if getattr(event, "tag", None) is not None:
            raise self.refused(event, path, "a tag; every value is text as it stands")
        if isinstance(event, yaml.CollectionStartEvent) and len(path) >= MOST_DEPTH:
            raise self.refused(event, (), f"nested more than {MOST_DEPTH} deep")
        if self.values > MOST_VALUES:
            raise self.refused(event, (), f"more than {MOST_VALUES:,} values")
        if isinstance(event, yaml.ScalarEvent) and (found := _UNPRINTABLE.search(event.value)):
            raise self.refused(event, path, f"control character U+{ord(found[0]):04X}")

    def refused(self, event: yaml.Event, path: Path, message: str) -> MatrixError:
        return _error(self.name, _position(event)[0], message, path)

    def sequence(self, path: Path) -> list[Data]:
        items: list[Data] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            here = (*path, len(items))
            self.positions[here] = _position(event)
            items.append(self.value(event, here))
        return items

    def mapping(self, path: Path) -> dict[str, Data]:
        entries: dict[str, Data] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, path)
            here = (*path, key)
            if key in entries:
                self.repeated(event, here)
                self.value(next(self.events), (*path, f"{key} (again)"))
                continue
            self.positions[here] = _position(event)
            entries[key] = self.value(next(self.events), here)
        return entries

    def key(self, event: yaml.Event, path: Path) -> str:
        self.check(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refused(event, path, "a key has to be a word")
        if event.value == "<<" and event.implicit[0]:
            raise self.refused(event, path, "merge key <<: write the values out")
        return str(event.value)

    def repeated(self, event: yaml.Event, path: Path) -> None:
        message = f"{shown(str(path[-1]))} is there twice, first in line {self.positions[path][0]}"
        line = _position(event)[0]
        self.problems.append(MatrixProblem(line=line, path=dotted(path), message=message))
