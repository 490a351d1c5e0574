"""The command `cases`: what the probe computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.environments.catalogue import read_catalogue
from runner.environments.probe import find_probe
from runner.reports import catalogue

if TYPE_CHECKING:
    from typing import Literal


def print_cases(form: Literal["table", "markdown", "json"]) -> None:
    """Print the catalogue; as Markdown it is the page `docs/probe.md`."""
    found = read_catalogue(find_probe())
    match form:
        case "table":
            print(catalogue.text(found), end="")
        case "markdown":
            print(catalogue.page(found), end="")
        case "json":
            print(found.model_dump_json(indent=2))
