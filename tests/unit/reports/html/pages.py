"""Pages that several tests share, their records, and reading a page as a browser would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from unit.results.synthetic import ERROR, case, cell, key, run, status, trial, trials

from runner.analysis.compare import compare
from runner.reports import html
from runner.results.records import Status
from runner.results.store import Damaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.matrix.cells import Cell
    from runner.results.records import RunRecord, TrialRecord

HOSTILE: Final = (
    "</script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
    '</td></table>\'"><b id=injected>|a|b|</b>&lt;i&gt; =HYPERLINK("http://evil") '
    "<!--<script> ${1} {{ 7*7 }} \x1b[31mred\x1b[0m \u202egnp.exe \u2066x javascript:alert(1)"
)
LONG: Final = "x" * 1_000_000
VOID: Final = frozenset({"meta", "input", "img", "br", "link"})


@dataclass(frozen=True)
class Records:
    """What a page is made of."""

    trials: Sequence[TrialRecord]
    runs: Sequence[RunRecord] = ()
    damaged: Sequence[Damaged] = ()

    def page(self) -> str:
        comparison = compare(self.trials, self.runs, self.damaged)
        return html.render(comparison, html.Stored(trials=self.trials, runs=self.runs))


def usual() -> Records:
    """Three versions, two settings; one case varies, one changes; one cell timed out."""
    records: list[TrialRecord] = []
    said = []
    for version in ("2.19.1", "2.20.0", "2.21.0"):
        for off in (True, False):
            of = cell(version, determinism="off" if off else "on")
            if version == "2.21.0" and off:
                records.append(_timed_out(of))
                said.append(status(of, Status.TIMED_OUT, "no result within 600 s"))
                continue
            records += _three(of, version, off=off)
            said.append(status(of))
    return Records(records, [run(said)])


def _timed_out(of: Cell) -> TrialRecord:
    ended = trial(of, status=Status.TIMED_OUT, reason="no result within 600 s")
    return ended.model_copy(update={"log": "the last words\nof a probe"})


def _three(of: Cell, version: str, *, off: bool) -> list[TrialRecord]:
    return [
        trial(
            of,
            case("random.normal", "s", "s", family="stream"),
            case("nn.conv2d", version > "2.19.9", version > "2.19.9", family="conv"),
            case("nn.conv2d.grad", *((number, 7) if off else ("g", "g")), family="conv"),
            at=number,
        )
        for number in range(3)
    ]


def hostile(text: str = HOSTILE) -> Records:
    """Every text that a record holds is an attack, past the models, which bound its length."""
    of = cell("2.20.0")
    [good, *rest] = trials(of, {"a": ("x", "x")}, count=2)
    assert good.probe
    attacked = case("a", "x", "x").model_copy(update={"name": text, "family": text})
    failed = case("b", ERROR).model_copy(update={"reason": text})
    found = good.probe.fingerprint.model_copy(
        update=dict.fromkeys(("python", "tensorflow", "numpy", "keras", "cpu_model"), text)
        | {name: {text: text} for name in ("packages", "variables", "build")}
        | {"cpu_flags": (text,), "libraries": (text,)}
    )
    probe = good.probe.model_copy(
        update={"cases": (attacked, failed), "fingerprint": found, "recipe": (text,)}
    )
    host = good.host.model_copy(update=dict.fromkeys(("name", "cpu_model", "platform"), text))
    axes = {**good.axes, text: text, "tensorflow": text}
    bad = good.model_copy(
        update={
            "cell": text,
            "axes": axes,
            "probe": probe,
            "host": host,
            "image": text,
            "reason": text,
            "log": text,
        }
    )
    broken = trial(cell("2.21.0"), status=Status.RUN_FAILED).model_copy(
        update={"log": text, "reason": text, "key": key(cell("2.21.0"))}
    )
    said = run([status(cell("2.21.0"), Status.RUN_FAILED)], reason="asked for")
    told = said.cells[0].model_copy(update={"reason": text})
    said = said.model_copy(update={"cells": (told,), "matrix": text, "host": host})
    return Records([bad, broken, *rest], [said], [Damaged(text, text)])


@dataclass
class Read(HTMLParser):
    """A page as a parser sees it: its elements with their attributes, its text, its scripts."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    @property
    def data(self) -> dict[str, object]:
        """The block of JSON."""
        document, _ = self.texts["script"]
        loaded = json.loads(document)
        assert isinstance(loaded, dict)
        return loaded


def read(page: str) -> Read:
    """Parse a page; each element has to be closed where it should be."""
    found = Read()
    found.feed(page)
    found.close()
    assert found.open == []
    return found
