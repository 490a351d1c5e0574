"""The files that a folder begins with: a matrix, a session of nox and a workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runner.matrix import catalog
from runner.matrix.cells import Environment
from runner.reports.workflows import INSTALL, MOST_JOBS, TEMPLATES, Text, Workflow, render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

RELEASES: Final = ("2.20.0", "2.21.0")
PYTHON: Final = "3.11"
"""A Python that all of them have wheels for."""


def starters(python: str, today: date) -> Mapping[str, str]:
    """Path → text of each file. `python` is that of this host, used where the releases allow it.

    Transitive packages are as of `today`.
    """
    usable = all(
        not catalog.refusal(Environment(python=python, tensorflow=release)) for release in RELEASES
    )
    workflow = Workflow(service="github", device="cpu", jobs=MOST_JOBS["github"])
    return {
        "matrix.yaml": _filled(
            "matrix.yaml", python=python if usable else PYTHON, today=today.isoformat()
        ),
        "noxfile.py": _filled("noxfile.txt", install=INSTALL),
        ".github/workflows/samebits.yml": render(workflow, "samebits ci github --cpu"),
    }


def _filled(template: str, **values: str) -> str:
    return Text((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)
