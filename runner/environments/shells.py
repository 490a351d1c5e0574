"""A command of the user's where a trial would run, with the streams of this process.

In a container it runs under the profile of a trial, so that nothing can be written but `/out` and
`/tmp`, and there is no network; the container is gone when the command ends.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from runner.environments.buildkit import find_build_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.environments.containers import Containers, Order

# What a shell is for a person: how the terminal is, who they are, what their shell is.
_OF_TERMINALS: Final = ("TERM", "COLORTERM", "LANG", "LC_ALL", "USER", "LOGNAME", "SHELL", "TZ")
_LONGEST_SECONDS: Final = 24 * 3600
_SHELL: Final = ("sh", "-c", "command -v bash >/dev/null && exec bash; exec sh")


@dataclass(frozen=True, slots=True)
class Entry:
    """What to run; nothing is a shell. `terminal`: both input and output are one."""

    command: tuple[str, ...] = ()
    terminal: bool = False


def enter_container(containers: Containers, order: Order, address: str, entry: Entry) -> int:
    """Run it in a fresh container like that of `order`; returns its exit code."""
    mine = replace(
        order,
        command=entry.command or _SHELL,
        variables={**_of_terminal(entry), **order.variables},
        timeout=_LONGEST_SECONDS,
        interactive=True,
        terminal=entry.terminal,
    )
    docker = find_build_command().path
    with containers.fresh(mine) as container:
        return subprocess.run(
            [docker, "start", "--attach", "--interactive", container],
            env=os.environ | {"DOCKER_HOST": address},
            check=False,
        ).returncode


def enter_venv(variables: Mapping[str, str], entry: Entry) -> int:
    """Run it in this folder with the variables of a trial, and those of a terminal."""
    kept = {name: os.environ[name] for name in _OF_TERMINALS if name in os.environ}
    command = entry.command or (kept.get("SHELL", "sh"),)
    # `env` looks for the command in the PATH of the venv, not in that of this process.
    environment = kept | dict(variables)
    return subprocess.run(["env", *command], env=environment, check=False).returncode


def _of_terminal(entry: Entry) -> dict[str, str]:
    return {"TERM": os.environ["TERM"]} if entry.terminal and "TERM" in os.environ else {}
