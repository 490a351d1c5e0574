"""What a bisection found as plain text and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tabulate import tabulate

from runner.reports import words
from runner.reports.bisect import answer, moved, notes, state_of
from runner.reports.distance_json import reported
from runner.reports.words import brief
from runner.results.untrusted import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.analysis.bisect import Bisection, Change
    from runner.reports.bisect import Differences

WIDTH: Final = 100
_RESULT_WIDTH: Final = 60
_NONE: Final = "-"


def text(found: Bisection, differences: Differences) -> str:
    """Write what was tried as a table, then the answer and what is to be known beside it."""
    title = one_line(f"{found.case} along {found.axis}")
    beside = ", ".join(f"{axis} {value}" for axis, value in found.axes.items())
    blocks = [
        "\n".join([title, "=" * len(title), *_wrapped(one_line(f"All cells: {beside}."))]),
        _table(found),
        "\n".join(_wrapped(answer(found))),
        *("\n".join(_wrapped(note)) for note in notes(found, differences)),
    ]
    return "\n\n".join(blocks) + "\n"


def as_json(found: Bisection, differences: Differences) -> str:
    """Write it for programs: what is known at each release, each change, and the answer."""
    document = {
        "schema_version": 1,
        "case": found.case,
        "axis": found.axis,
        "axes": dict(found.axes),
        "every": found.every,
        "finished": found.finished,
        "releases": [_release_document(found, release) for release in found.releases],
        "aside": [{"release": release, "reason": reason} for release, reason in found.aside],
        "changes": [_change_document(found, one, differences) for one in found.changes],
        "answer": answer(found),
        "notes": list(notes(found, differences)),
    }
    return words.as_json(document)


def _table(found: Bisection) -> str:
    tried = [
        (release, found.tried[release]) for release in found.releases if release in found.tried
    ]
    beside = [
        axis
        for axis in ("keras", "numpy")
        if axis != found.axis and len({getattr(one, axis) for _, one in tried} - {""}) > 1
    ]
    header = (found.axis, "bits", *beside, "result")
    rows = [
        (
            release,
            one.group or _NONE,
            *(brief(getattr(one, axis)) or _NONE for axis in beside),
            state_of(one),
        )
        for release, one in tried
    ]
    widths = [*[None] * (len(header) - 1), _RESULT_WIDTH]
    table = tabulate(rows, headers=header, disable_numparse=True, maxcolwidths=widths)
    return "\n".join(line.rstrip() for line in table.splitlines())


def _release_document(found: Bisection, release: str) -> dict[str, object]:
    attempt = found.tried.get(release)
    evidence = attempt.result.evidence if attempt and attempt.result else None
    return {
        "release": release,
        "cell": found.cells[release],
        "state": attempt.state if attempt else None,
        "bits": (attempt.group or None) if attempt else None,
        "reason": attempt.reason if attempt else "",
        "evidence": asdict(evidence) if evidence else None,
        "keras": (attempt.keras or None) if attempt else None,
        "numpy": (attempt.numpy or None) if attempt else None,
    }


def _change_document(
    found: Bisection, change: Change, differences: Differences
) -> dict[str, object]:
    difference = differences.get(change)
    return asdict(change) | {
        "back_to": change.back_to or None,
        "moved": moved(found, change),
        "difference": reported(difference).model_dump(mode="json") if difference else None,
    }


def _wrapped(line: str) -> Sequence[str]:
    return wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)
