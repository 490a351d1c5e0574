"""Values that occur many times in a page, written once."""

from __future__ import annotations

import json


class Pool:
    """Gives each distinct JSON value a number, by which the script of the page finds it again."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._values: list[object] = []

    def put(self, value: object) -> int:
        """Give the number of a value; equal values have the same."""
        number = self._numbers.setdefault(json.dumps(value, sort_keys=True), len(self._values))
        if number == len(self._values):
            self._values.append(value)
        return number

    @property
    def values(self) -> tuple[object, ...]:
        """Every value, at the place that its number says."""
        return tuple(self._values)
