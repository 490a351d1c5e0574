"""What is wrong with a matrix file: every problem with its line, all of them in one error."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Path = tuple[str | int, ...]

# Looking for what was meant takes time, so a file that is wrong all over is not searched through.
MOST_FINDINGS = 200
MOST_SHOWN = 50
MOST_CANDIDATES = 100
LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong at a path of the document, before its line is looked up."""

    path: Path
    message: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixProblem:
    """One thing wrong, at a place. `line` counts from 1; `suggestion` is what may be meant."""

    line: int
    path: str = ""
    value: str = ""
    message: str
    suggestion: str = ""

    def text(self, name: str) -> str:
        """Such as ``matrix.yaml:14: environments.gpu.cudn: unknown key, did you mean 'cudnn'?``."""
        place = f"{name}:{self.line}: " + (f"{self.path}: " if self.path else "")
        meant = f", did you mean {shown(self.suggestion)}?" if self.suggestion else ""
        return f"{place}{self.message}{meant}"


class MatrixError(InputError):
    """The matrix file is wrong; `problems` are all that is wrong with it, by line."""

    def __init__(self, name: str, problems: Iterable[MatrixProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.path)))
        lines = [problem.text(name) for problem in self.problems[:MOST_SHOWN]]
        lines += [f"{name}: and more"] if len(lines) < len(self.problems) else []
        super().__init__("\n".join(lines), f"Mend {name} and run again; nothing was run.")


def dotted(path: Path) -> str:
    """``("environments", "cpu", "python", 0)`` as ``environments.cpu.python[0]``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in path]
    return "".join(parts).removeprefix(".")


def _key(text: str) -> str:
    plain = text.isascii() and text.replace("-", "_").isidentifier()
    return text if plain and len(text) <= LONGEST_VALUE else shown(text)


def shown(value: str) -> str:
    """A value as a message quotes it: bounded, and with look-alike characters spelt out."""
    if len(value) <= LONGEST_VALUE:
        return ascii(value)
    return f"{value[:LONGEST_VALUE]!a} (and {len(value) - LONGEST_VALUE:,} characters more)"


def closest(word: str, known: Sequence[str]) -> str:
    """The known word nearest to `word`, or nothing where none is near."""
    found = difflib.get_close_matches(word[:LONGEST_VALUE], known[:MOST_CANDIDATES], n=1)
    return found[0] if found else ""


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    head, tail = ", ".join(words[:-1]), words[-1]
    return f"{head} {last} {tail}" if head else tail
