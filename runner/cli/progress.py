"""Shows a run while it runs: what is being built and tried, for how long, and what has ended.

On a terminal a live display; elsewhere one line for each thing that ended.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, Self

from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from runner.results.records import Status
from runner.results.untrusted import inert

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from runner.execution.events import Event
    from runner.execution.plan import Plan

_SHOWN_LOG_LINES: Final = 12


class RunProgress:
    """Listens to the events of one run and prints to a console."""

    def __init__(self, plan: Plan, console: Console) -> None:
        self._console = console
        self._expected = Counter({row.cell.id: len(row.missing) for row in plan.to_run})
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._done: Counter[str] = Counter()
        self._active: dict[tuple[str, str, int], TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        steps = len(plan.blueprints) + plan.trials
        self._total = self._progress.add_task("[bold]all[/]", total=steps)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        key = (event.kind, event.subject, event.number)
        if not event.ended:
            number = f" {event.number}" if event.number else ""
            label = f"{event.kind}{number}  {escape(event.subject)}"
            self._active[key] = self._progress.add_task(label, total=1)
            return
        if key in self._active:
            self._progress.remove_task(self._active.pop(key))
        self._progress.advance(self._total)
        if event.kind == "build":
            self._built(event)
        else:
            self._tried(event)

    def _built(self, event: Event) -> None:
        if event.status is Status.DONE:
            note = f" ({event.reason})" if event.reason else ""
            self._say("built", event.subject, f"{event.seconds:.1f} s{note}", "green")
        else:
            self._say("build-failed", event.subject, event.reason, "red")
            self._show_log(event.log)

    def _tried(self, event: Event) -> None:
        self._done[event.subject] += 1
        self._seconds[event.subject] += event.seconds
        if event.status is not Status.DONE:
            self._say(str(event.status), event.subject, event.reason, "red")
            self._show_log(event.log)
        elif self._done[event.subject] >= self._expected[event.subject]:
            count = self._done[event.subject]
            trials = f"{count} trial{'s' if count > 1 else ''}"
            self._say(
                "done", event.subject, f"{trials}, {self._seconds[event.subject]:.1f} s", "green"
            )

    def _say(self, status: str, subject: str, text: str, colour: str) -> None:
        line = f"[{colour}]{status:<13}[/] {escape(inert(subject))}  [dim]{escape(inert(text))}[/]"
        self._console.print(line, soft_wrap=True, highlight=False)

    def _show_log(self, log: str) -> None:
        for line in log.splitlines()[-_SHOWN_LOG_LINES:]:
            text = f"    [dim]{escape(inert(line))[:200]}[/]"
            self._console.print(text, soft_wrap=True, highlight=False)
