"""What a case is: a small computation with a name, declared by a decorator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from typing_extensions import TypeAlias

    Outputs: TypeAlias = "Mapping[str, object]"
    Body: TypeAlias = "Callable[[Lab], object]"


OLDEST = "2.4"


class UnsupportedError(Exception):
    """This TensorFlow cannot run the case: a result, told with its reason."""


@dataclass(frozen=True)
class Lab:
    """What a case works with: the imported TensorFlow and the seed of the trial."""

    tf: ModuleType
    seed: int


@dataclass(frozen=True)
class Case:
    """One small computation.

    `family` is a column of the table. `exercises` says what runs, `may_vary` why its bits could
    differ between repeats, processes or cells, `source` where that is said. `since` is the minor
    release of TensorFlow that first has the API; the probe knows 2.4 and newer. `body` returns
    arrays or tensors by output name, or a single one, which is then named `out`. The outputs of a
    `staged` case are the stages of one computation, in order.
    """

    name: str
    family: str
    exercises: str
    may_vary: str
    since: str
    source: str
    staged: bool
    body: Body


def case(  # noqa: PLR0913 - a declaration: each is a column of the catalogue
    name: str,
    *,
    family: str,
    exercises: str,
    may_vary: str,
    source: str,
    since: str = OLDEST,
    staged: bool = False,
) -> Callable[[Body], Case]:
    """Turn the decorated function into a `Case`."""

    def declare(body: Body) -> Case:
        return Case(name, family, exercises, may_vary, since, source, staged, body)

    return declare


def need(tf: ModuleType, path: str) -> object:
    """Return `tf.<path>`, or raise `UnsupportedError` where this TensorFlow has none."""
    found: object = tf
    for part in path.split("."):
        found = getattr(found, part, None)
        if found is None:
            raise UnsupportedError(f"TensorFlow {tf.__version__} has no tf.{path}")
    return found
