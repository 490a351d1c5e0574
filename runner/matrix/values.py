"""How one value, or a list of them, is read from the document, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from runner.matrix.problems import closest, listed, shown

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

T = TypeVar("T")

# What YAML 1.1 makes of the words off and on, for those who spell the boolean out.
_BOOLEANS = {"true": "on", "yes": "on", "false": "off", "no": "off"}


def wrong(message: str, suggestion: str = "", item: int = -1) -> PydanticCustomError:
    """Return the error of a value; `item` is the place in a list that it is about."""
    details = {"message": message, "suggestion": suggestion, "item": item}
    return PydanticCustomError("matrix", "{message}", details)


def kind(value: object) -> str:
    """What a piece of a document is, in the words of a message."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return shown(value) if isinstance(value, str) and value else "nothing"


def text(value: object) -> str:
    """One value, as it was written."""
    if isinstance(value, str) and value:
        return value
    raise wrong(f"expected one value, found {kind(value)}")


# Unquoted, an editor may read it as a number or a boolean.
Text = Annotated[
    str, BeforeValidator(text), WithJsonSchema({"type": ["string", "number", "boolean"]})
]


@dataclass(frozen=True, slots=True)
class Words:
    """One of a few words."""

    words: tuple[str, ...]

    def __call__(self, value: object) -> str:
        word = text(value)
        if word not in self.words:
            boolean = _BOOLEANS.get(word.lower(), "")
            meant = boolean if boolean in self.words else closest(word.lower(), self.words)
            raise wrong(f"{shown(word)} is not {listed(self.words, 'or')}", meant)
        return word


def _list(value: object) -> object:
    if isinstance(value, dict) or value == "":
        raise wrong(f"expected a value or a list of values, found {kind(value)}")
    return [value] if isinstance(value, str) else value


def _distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    if not values:
        raise wrong("an empty list; name a value or leave the key out")
    seen: set[T] = set()
    for item, value in enumerate(values):
        if value in seen:
            raise wrong(f"{shown(str(value))} is there twice", item=item)
        seen.add(value)
    return values


class _OneOrMore:
    """In the schema: a value, or a list of values."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        many = handler(core_schema)
        return {"anyOf": [many["items"], {**many, "minItems": 1, "uniqueItems": True}]}


Axis = Annotated[tuple[T, ...], BeforeValidator(_list), AfterValidator(_distinct), _OneOrMore()]
