"""Cases of your own: a file of decorated functions that takes the catalogue's place."""

from __future__ import annotations

import importlib.util
import re
import traceback
from collections import Counter
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

from probe import registry
from probe.registry import OLDEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import CodeType

    from probe.registry import Body, Case

FAMILY = "own"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
RELEASE = re.compile(r"[0-9]+(\.[0-9]+)+")
MODULE = "own_probe"

_declared: list[Case] = []


class FreshLoader(SourceFileLoader):
    """Compiles each time: bytecode of a file that was edited within a second would pass as new."""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the file, and leave no bytecode beside it."""
        del fullname
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


class OwnProbeError(Exception):
    """The file cannot be used; the message has the place, the fact and the next step."""


def case(  # noqa: PLR0913 - a declaration, as in `registry`
    name: str,
    *,
    family: str = FAMILY,
    exercises: str = "",
    may_vary: str = "",
    source: str = "",
    since: str = OLDEST,
    staged: bool = False,
) -> Callable[[Body], Case]:
    """Turn the decorated function into a case; only its name must be given.

    Raises
    ------
    ValueError
        For a name, family or release that the table could not show.
    """
    for text in (name, family):
        if not (isinstance(text, str) and NAME.fullmatch(text)):
            raise ValueError(f'{text!r} is no name of a case; write @case("my.name")')
    if not RELEASE.fullmatch(since):
        raise ValueError(f'since={since!r} is no release of TensorFlow, such as "2.8"')
    declare = registry.case(
        name,
        family=family,
        exercises=exercises,
        may_vary=may_vary,
        source=source,
        since=since,
        staged=staged,
    )

    def keep(body: Body) -> Case:
        _declared.append(declare(body))
        return _declared[-1]

    return keep


def load(path: Path) -> tuple[Case, ...]:
    """Run the file and return the cases that it declares, in order.

    Raises
    ------
    OwnProbeError
        It cannot be read or run, declares no case, or two of one name.
    """
    _declared.clear()
    try:
        _execute(path)
    except OSError as error:
        raise OwnProbeError(f"{path}: {error.strerror or error}") from error
    except SyntaxError as error:
        place = f"{path.name}:{error.lineno}"
        raise OwnProbeError(f"{place}: {type(error).__name__}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        place = f"{path.name}:{_line(error, path)}"
        raise OwnProbeError(f"{place}: {type(error).__name__}: {error}") from error
    _check(path)
    return tuple(_declared)


def _execute(path: Path) -> None:
    """Import the file as a module, so that `tf.function` finds the source of its functions."""
    loader = FreshLoader(MODULE, str(path))
    specification = importlib.util.spec_from_loader(MODULE, loader)
    if specification is None:
        raise TypeError(f"{path}: no module can be made of it")
    loader.exec_module(importlib.util.module_from_spec(specification))


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file that was being run when the error came."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((one.lineno or 1 for one in reversed(frames) if one.filename == str(path)), 1)


def _check(path: Path) -> None:
    if not _declared:
        raise OwnProbeError(
            f'{path.name}: it declares no case; put @case("my.name") above a function'
        )
    for name, times in Counter(one.name for one in _declared).items():
        if times > 1:
            raise OwnProbeError(
                f"{path.name}: {times} cases are named {name!r}; give each a name of its own"
            )
