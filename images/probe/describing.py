"""The catalogue as JSON, for whoever shows it: no TensorFlow is needed."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from probe import catalogue, recipe
from probe.recipe import Settings

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Dict, List

SCHEMA = 1
_FIRST_MINOR = 4  # 2.4, the oldest release that the probe knows
_LAST_MINOR = 100


class Describe(argparse.Action):
    """Prints the catalogue and ends the process, as `--help` does."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it; what else is on the command line does not matter."""
        print(json.dumps(document(), indent=2))  # noqa: T201 - what it is for
        parser.exit()


def document() -> dict[str, object]:
    """Return families with a sentence per module, cases in their order, and the recipe."""
    return {
        "schema_version": SCHEMA,
        "families": [{"family": name, "about": about} for name, about in _families().items()],
        "cases": [
            {
                "name": case.name,
                "family": case.family,
                "exercises": case.exercises,
                "may_vary": case.may_vary,
                "since": case.since,
                "source": case.source,
                "staged": case.staged,
            }
            for case in catalogue.CASES
        ],
        "determinism": _determinism(),
    }


def _families() -> dict[str, list[str]]:
    """Give each family the first sentences of the modules that its cases are in."""
    sentences = {module.__name__: _sentence(module) for module in catalogue.MODULES}
    families: dict[str, list[str]] = {}
    for case in catalogue.CASES:
        about = families.setdefault(case.family, [])
        sentence = sentences.get(case.body.__module__, "")
        if sentence and sentence not in about:
            about.append(sentence)
    return families


def _sentence(module: ModuleType) -> str:
    first, _, _ = (module.__doc__ or "").strip().partition("\n\n")
    return " ".join(first.split())


def _determinism() -> List[Dict[str, object]]:
    """What switches determinism on, for each minor release from which it is another recipe."""
    recipes: List[Dict[str, object]] = []
    for minor in range(_FIRST_MINOR, _LAST_MINOR):
        steps = {device: _steps(device, f"2.{minor}") for device in ("cpu", "gpu")}
        if not recipes or any(recipes[-1][device] != steps[device] for device in steps):
            recipes.append({"since": f"2.{minor}", **steps})
    return recipes


def _steps(device: str, version: str) -> List[str]:
    off, on = (
        recipe.plan(Settings(device=device, determinism=word), version).text
        for word in ("off", "on")
    )
    return [step for step in on if step not in off]
