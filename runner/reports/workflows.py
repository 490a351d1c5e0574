"""Scheduled workflows for CI services, from templates beside this module.

What is put into a template is checked or quoted: a label, a cron line or a selection never becomes
YAML, an expression of the service or a second command.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final, Literal

from runner import __version__
from runner.errors import InputError
from runner.matrix.problems import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

Device = Literal["cpu", "gpu"]
Service = Literal["github", "gitlab"]
TEMPLATES: Final = Path(__file__).parent / "templates"
INSTALL: Final = f"samebits=={__version__}"
CRON: Final = "17 2 * * *"
MOST_JOBS: Final[Mapping[Service, int]] = {"github": 256, "gitlab": 200}
"""Most jobs of one matrix.

https://docs.github.com/actions/reference/limits and
https://docs.gitlab.com/ci/yaml/#parallel
"""
LABELS: Final[Mapping[tuple[Service, Device], tuple[str, ...]]] = {
    ("github", "gpu"): ("self-hosted", "gpu"),
    ("github", "cpu"): ("ubuntu-latest",),
    ("gitlab", "gpu"): ("gpu",),
    ("gitlab", "cpu"): (),
}
_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:=/-]{0,99}")
_FIELD: Final = re.compile(r"[0-9A-Za-z*,/-]{1,60}")
_PYTHON: Final = "3.11"


class Text(Template):
    """A template whose marks are no YAML, shell or expression: `@@{name}`."""

    delimiter = "@@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """What is asked of a workflow.

    `labels` are those of the runners that run cells, `only` selects cells beside `device`,
    `install` is what pip is given, `minutes` how long one shard may take, `jobs` how many there
    are at most.
    """

    service: Service
    device: Device = "gpu"
    labels: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    install: str = INSTALL
    cron: str = CRON
    minutes: int = 360
    jobs: int


def render(workflow: Workflow, command: str) -> str:
    """Write a workflow; `command` is what prints it again.

    Raises
    ------
    InputError
        A label, the cron line or a selection is none.
    """
    template = TEMPLATES / f"{workflow.service}.yml"
    only = (f"device={workflow.device}", *workflow.only)
    return Text(template.read_text(encoding="utf-8")).substitute(
        cron=_cron(workflow.cron),
        labels=(labels := _labels(workflow)),
        tags="" if labels == "[]" else f"  tags: {labels}\n",
        selection="".join(f" --only {_quoted(one)}" for one in only),
        require=" --require-gpu" if workflow.device == "gpu" else "",
        install=_quoted(workflow.install),
        minutes=workflow.minutes,
        jobs=workflow.jobs,
        python=_PYTHON,
        command=_one_line(command),
    )


def _labels(workflow: Workflow) -> str:
    labels = workflow.labels or LABELS[workflow.service, workflow.device]
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise InputError(
                f"--label {shown(label)}: no label of a runner",
                "Give each with a --label of its own.",
            )
    return f"[{', '.join(labels)}]"


def _cron(line: str) -> str:
    fields = line.split(" ")
    if len(fields) != 5 or not all(map(_FIELD.fullmatch, fields)):  # noqa: PLR2004 - cron has five
        raise InputError(
            f"--cron {shown(line)}: not five fields", f"Such as '{CRON}': every night at 2:17 UTC."
        )
    return line


def _quoted(word: str) -> str:
    return shlex.quote(_one_line(word))


def _one_line(text: str) -> str:
    if not text.isprintable() or "${{" in text:
        raise InputError(f"{shown(text)}: can't be put into a workflow", "Write it without that.")
    return text
