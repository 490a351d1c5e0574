"""Reading the ledger: all that is wrong with it at once, each with its line."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from runner.analysis.claims.model import Ledger
from runner.errors import InputError
from runner.matrix import document
from runner.matrix.problems import Finding, closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

    from runner.matrix.problems import MatrixProblem
    from runner.matrix.problems import Path as Keys

_TESTS = frozenset(
    {
        "stable",
        "varies",
        "equal",
        "different",
        "unsupported",
        "same_across",
        "differs_across",
        "slower",
    }
)


class LedgerError(InputError):
    """The ledger is wrong; `problems` are all that is wrong with it, by line."""

    def __init__(self, name: str, problems: Iterable[MatrixProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.path)))
        super().__init__("\n".join(problem.text(name) for problem in self.problems))


@cache
def ledger() -> Ledger:
    """Return the ledger that is shipped beside this module."""
    path = Path(__file__).with_name("ledger.yaml")
    return parse(document.decode(path.read_bytes(), path.name), path.name)


def parse(text: str, name: str) -> Ledger:
    """Read a ledger strictly; LedgerError lists everything that is wrong with it."""
    read = document.read(text, name)
    try:
        found = Ledger.model_validate(read.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        findings = [_finding(one) for one in details]
        raise LedgerError(name, [*read.problems, *map(read.problem, findings)]) from None
    problems = [*read.problems, *map(read.problem, _inconsistent(found))]
    if problems:
        raise LedgerError(name, problems)
    return found


def _finding(details: ErrorDetails) -> Finding:
    # pydantic puts the kind of a test into the path; the document knows no such key.
    path = tuple(
        part
        for place, part in enumerate(details["loc"])
        if not (part in _TESTS and details["loc"][place - 2 : place - 1] == ("tests",))
    )
    match details["type"]:
        case "extra_forbidden":
            return Finding(path=path, message="unknown key")
        case "missing":
            return Finding(path=path[:-1], message=f"needs the key {path[-1]!r}")
        case _:
            return Finding(path=path, message=details["msg"].removeprefix("Value error, "))


def _inconsistent(found: Ledger) -> Iterator[Finding]:
    times = Counter(claim.id for claim in found.claims)
    for place, claim in enumerate(found.claims):
        where: Keys = ("claims", place)
        if times[claim.id] > 1:
            yield Finding(path=(*where, "id"), message=f"{claim.id!r} is there twice")
        if claim.source not in found.sources:
            known = closest(claim.source, tuple(found.sources))
            yield Finding(path=(*where, "source"), message="no such source", suggestion=known)
    used = {claim.source for claim in found.claims}
    for source in found.sources.keys() - used:
        yield Finding(path=("sources", source), message="no claim is from it")
