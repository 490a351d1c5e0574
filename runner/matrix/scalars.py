"""Settings and probe values: words, counts, times, sizes, dates, names, variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, get_args

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from runner.matrix import cells
from runner.matrix.problems import shown
from runner.matrix.values import Text, Words, kind, text, wrong

_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}")
_TIMEOUT = re.compile(r"([1-9][0-9]{0,5})([smh])")
_MEMORY = re.compile(r"([1-9][0-9]{0,5})([mg])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,79}")

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_BYTES = {"m": 1024**2, "g": 1024**3}
_LONGEST_TIMEOUT = 24 * 3600
_LEAST_MEMORY = 64 * 1024**2
_LONGEST_VARIABLE = 4096

# These decide which code is loaded and which GPU is seen; the recipe and the lease own them.
_RESERVED = ("CUDA_VISIBLE_DEVICES", "HOME", "NVIDIA_VISIBLE_DEVICES", "PATH", "TMPDIR")
_RESERVED_PREFIXES = ("LD_", "PIP_", "PYTHON", "SAMEBITS_", "UV_")


@dataclass(frozen=True, slots=True)
class _Whole:
    least: int
    most: int

    def __call__(self, value: object) -> int:
        word = text(value)
        if not _WHOLE.fullmatch(word) or not self.least <= int(word) <= self.most:
            raise wrong(f"{shown(word)} is no whole number from {self.least} to {self.most}")
        return int(word)


def _schema_of(whole: _Whole) -> WithJsonSchema:
    bounds = {"minimum": whole.least, "maximum": whole.most}
    return WithJsonSchema({"type": ["integer", "string"], "pattern": r"^[0-9]+$", **bounds})


def _timeout(value: object) -> int:
    found = _TIMEOUT.fullmatch(word := text(value))
    if not found or int(found[1]) * _SECONDS[found[2]] > _LONGEST_TIMEOUT:
        raise wrong(f"{shown(word)} is no time up to 24h, such as 90s, 10m or 1h")
    return int(found[1]) * _SECONDS[found[2]]


def _memory(value: object) -> int:
    found = _MEMORY.fullmatch(word := text(value))
    if not found or int(found[1]) * _BYTES[found[2]] < _LEAST_MEMORY:
        raise wrong(f"{shown(word)} is no memory of 64m or more, such as 512m or 8g")
    return int(found[1]) * _BYTES[found[2]]


def _date(word: str) -> str:
    try:
        date.fromisoformat(word if _DATE.fullmatch(word) else "")
    except ValueError as error:
        raise wrong(f"{shown(word)} is no date, such as 2026-11-01") from error
    return word


def _name(word: str) -> str:
    if not _NAME.fullmatch(word):
        raise wrong(f"{shown(word)} is no name; use letters, digits, - and _, at most 40")
    return word


def _variable(word: str) -> str:
    if not _VARIABLE.fullmatch(word):
        raise wrong(f"{shown(word)} is no name of a variable; use capitals, digits and _")
    if word in _RESERVED or word.startswith(_RESERVED_PREFIXES):
        raise wrong(f"{word} decides which code or GPU is used, a matrix can't set it")
    return word


def _assigned(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"expected one value, found {kind(value)}")
    if "\n" in value or "\r" in value or len(value) > _LONGEST_VARIABLE:
        raise wrong(f"a variable holds one line of at most {_LONGEST_VARIABLE:,} characters")
    return value


def _sentence(word: str) -> str:
    return " ".join(word.split())


_SWITCHES, _PREFERENCES = get_args(cells.Switch), get_args(cells.Preference)
# YAML 1.1 editors read off and on as booleans.
_BOOLEANS = [False, True]
# No seed that `probe.arguments` refuses: the cell would fail after its image was built.
_THREADS, _RUNS, _SEED = _Whole(1, 1024), _Whole(1, 1000), _Whole(0, 2**31 - 1)

FileVersion = Annotated[str, BeforeValidator(Words(("1",))), WithJsonSchema({"enum": [1, "1"]})]
Device = Annotated[cells.Device, BeforeValidator(Words(get_args(cells.Device)))]
Switch = Annotated[
    cells.Switch,
    BeforeValidator(Words(_SWITCHES)),
    WithJsonSchema({"enum": [*_SWITCHES, *_BOOLEANS]}),
]
Preference = Annotated[
    cells.Preference,
    BeforeValidator(Words(_PREFERENCES)),
    WithJsonSchema({"enum": [*_PREFERENCES, *_BOOLEANS]}),
]
Threads = Annotated[int, BeforeValidator(_THREADS), _schema_of(_THREADS)]
Runs = Annotated[int, BeforeValidator(_RUNS), _schema_of(_RUNS)]
Seed = Annotated[int, BeforeValidator(_SEED), _schema_of(_SEED)]
Timeout = Annotated[
    int,
    BeforeValidator(_timeout),
    WithJsonSchema({"type": "string", "pattern": rf"^{_TIMEOUT.pattern}$"}),
]
Memory = Annotated[
    int,
    BeforeValidator(_memory),
    WithJsonSchema({"type": "string", "pattern": rf"^{_MEMORY.pattern}$"}),
]
Date = Annotated[
    Text,
    AfterValidator(_date),
    WithJsonSchema({"type": "string", "pattern": rf"^{_DATE.pattern}$"}),
]
Name = Annotated[
    Text,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "pattern": rf"^{_NAME.pattern}$"}),
]
Variable = Annotated[
    Text,
    AfterValidator(_variable),
    WithJsonSchema({"type": "string", "pattern": rf"^{_VARIABLE.pattern}$"}),
]
Assigned = Annotated[
    str, BeforeValidator(_assigned), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
Sentence = Annotated[Text, AfterValidator(_sentence), WithJsonSchema({"type": "string"})]
