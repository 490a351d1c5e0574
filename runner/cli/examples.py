"""Examples below the help of each command, and the order in which the commands are listed.

A test parses every one of them, so that none goes stale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import typer

PANELS: Final = {
    "Run": ("init", "doctor", "lint", "lock", "plan", "list", "run", "shell", "clean"),
    "What came out, from stored results": (
        "report",
        "history",
        "changes",
        "explain",
        "diff",
        "claims",
    ),
    "Further trials": ("bisect", "verify"),
    "For other programs": ("docs", "cases", "baseline", "goldens"),
    "Many hosts": ("merge", "ci"),
}
EXAMPLES: Final = {
    "init": ("init", "init experiments/gpu"),
    "doctor": ("doctor", "doctor --gpu h100 --json"),
    "lint": ("lint", "lint --strict"),
    "lock": ("lock", "lock --only tensorflow=2.20.0", "lock --check"),
    "plan": ("plan", "plan --only device=gpu", "plan --shard 1/4"),
    "list": ("list", "list --only 'py3.11*' --only determinism=on"),
    "run": (
        "run",
        "run --only tensorflow=2.20.0,2.21.0 --only device=cpu",
        "run --only py3.11-tf2.20.0.cpu.det --fresh",
        "run --trials 10 --quiet",
        "run --shard 1/4 --results shards/1",
    ),
    "shell": (
        "shell py3.11-tf2.20.0.cpu.det",
        "shell py3.11-tf2.20.0.cpu.det -- python -m probe --out /tmp/out --cases 'nn.*'",
    ),
    "clean": ("clean", "clean --no-images"),
    "report": (
        "report --columns cases",
        "report --only device=gpu --format markdown --output gpu.md",
        "report --baseline baseline.json --fail-on changed,missing",
    ),
    "history": ("history nn.conv2d", "history 'random.*' --all --format json"),
    "changes": ("changes", "changes --axis cudnn --case 'nn.*'"),
    "explain": ("explain 'nn.conv2d*'", "explain train.mlp.adam --format markdown"),
    "diff": (
        "diff tensorflow=2.15.1 tensorflow=2.16.2",
        "diff py3.11-tf2.20.0.cpu.nodet py3.11-tf2.20.0.cpu.det --case 'train.*'",
    ),
    "claims": ("claims", "claims --only 'article-*' --verbose"),
    "bisect": (
        "bisect keras.dropout --from 2.12.1 --to 2.21.0",
        "bisect train.mlp.adam --axis keras --from 3.3.3 --to 3.12.0 --only tensorflow=2.20.0",
    ),
    "verify": ("verify", "verify --python ~/venvs/mine/bin/python --require 'py3.11-tf2.20*'"),
    "docs": ("docs README.md docs/*.md", "docs README.md docs/*.md --check"),
    "cases": ("cases", "cases --format json"),
    "baseline update": (
        "baseline update baseline.json",
        "baseline update baseline.json --only device=gpu",
    ),
    "goldens export": ("goldens export tests/goldens", "goldens export tests/goldens --check"),
    "merge": ("merge results shards/*", "merge results shards --json"),
    "ci github": (
        "ci github > .github/workflows/samebits.yml",
        "ci github --label self-hosted --label a100 --cron '17 2 * * 1'",
        "ci github --cpu --install .",
    ),
    "ci gitlab": ("ci gitlab --label gpu > .gitlab-ci.yml",),
    "ci jobs": ("ci jobs --only device=gpu --at-most 16",),
    "ci durations": ("ci durations",),
}


def add_examples(app: typer.Typer) -> None:
    """Add the examples, and list the commands in panels."""
    panel = {name: title for title, names in PANELS.items() for name in names}
    order = {name: place for place, name in enumerate(panel)}
    for command in app.registered_commands:
        command.rich_help_panel = panel.get(_name(command), "More")
    for group in app.registered_groups:
        group.rich_help_panel = panel.get(str(group.name), "More")
    app.registered_commands.sort(key=lambda one: order.get(_name(one), len(order)))
    for name, command in _commands(app):
        if name in EXAMPLES:
            command.epilog = _told(EXAMPLES[name])


def _commands(app: typer.Typer) -> Iterator[tuple[str, typer.models.CommandInfo]]:
    yield from ((_name(one), one) for one in app.registered_commands)
    for group in app.registered_groups:
        inner = group.typer_instance.registered_commands if group.typer_instance else ()
        yield from ((f"{group.name} {_name(one)}", one) for one in inner)


def _name(command: typer.models.CommandInfo) -> str:
    called = command.callback.__name__ if command.callback else ""
    return command.name or called.replace("_", "-")


def _told(examples: Iterable[str]) -> str:
    return "\n".join(["Examples:", *(f"  samebits {one}" for one in examples)])
