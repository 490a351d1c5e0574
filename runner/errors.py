"""Errors that end a run, each with its exit code.

SamebitsError
├── GateFailed           1    a check is out of date or differs from its baseline
├── InputError           2    the matrix file or the command line is wrong
├── NothingSelected      3    the selection matches no cell
├── EngineUnavailable    4    engine, registry or index not usable
├── NoResult             5    a trial that everything else rests on did not finish
└── StoreError           5    a result could not be kept

A cell that fails is no error: it is a value with a status and a reason.
"""

from __future__ import annotations

from typing import ClassVar


class SamebitsError(Exception):
    """The run can't go on. `message` is the fact and its place, `hint` what to do next."""

    exit_code: ClassVar[int]

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class GateFailed(SamebitsError):
    """A check is out of date, or a result differs from its baseline."""

    exit_code = 1


class InputError(SamebitsError):
    """The matrix file or the command line is wrong."""

    exit_code = 2


class NothingSelected(SamebitsError):
    """The selection matches no cell."""

    exit_code = 3


class EngineUnavailable(SamebitsError):
    """Engine, registry or index not usable."""

    exit_code = 4


class NoResult(SamebitsError):
    """A trial that everything else rests on did not finish."""

    exit_code = 5


class StoreError(SamebitsError):
    """A result could not be kept; what was stored before is untouched."""

    exit_code = 5
