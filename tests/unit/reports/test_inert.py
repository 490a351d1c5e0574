"""Whatever a record says, no format comes to life: each hostile text in each of them."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from unit.results.synthetic import ERROR, case, cell, key, run, status, trial

from runner.analysis.against import hold
from runner.analysis.baseline import take
from runner.analysis.compare import compare
from runner.analysis.gate import Gate
from runner.analysis.timeline import find_courses
from runner.reports import badge, csv_report, json_report, junit, markdown, step_summary, table
from runner.reports.course_formats import as_json, text
from runner.reports.course_formats import markdown as course_markdown
from runner.reports.courses import make_parts
from runner.results.records import Status
from runner.results.store import Damaged

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.analysis.comparison import Comparison
    from runner.analysis.timeline import Course

HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown": "a | b | [x](javascript:alert(1)) `c` **d** @user https://evil.example",
    "ansi": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b1m",
    "right to left": "\u202egnp.exe\u2066\u200f",
    "csv formula": '=HYPERLINK("http://evil","x")',
    "dde formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "xml": "]]>\x00\x0b\ufffe\uffff&lt;&#0;<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "ci commands": "::error::x\n##[error]y\n::set-output name=a::b",
    "long": "A" * 4000,
    "line breaks": "a\r\nb\u2028c\u0085d",
}
FORMATS: dict[str, Callable[[Comparison, Gate], str]] = {
    "table": table.render,
    "markdown": markdown.render,
    "github": step_summary.render,
    "json": json_report.render,
    "csv": csv_report.render,
    "junit": junit.render,
    "badge": badge.render,
}
HISTORIES: dict[str, Callable[[tuple[Course, ...]], str]] = {
    "table": lambda courses: text(make_parts(courses)),
    "markdown": lambda courses: course_markdown(make_parts(courses)),
    "json": as_json,
}
ACTIVE = {*map(chr, range(32)), "\x7f", *map(chr, range(0x80, 0xA0)), *"\u202e\u2066\u200f\u2028"}


def attacked(word: str) -> tuple[Comparison, Gate]:
    """The word stands wherever a record, a run or the name of a baseline may hold text."""
    of, other = cell("2.15.1"), cell("2.16.2")
    hostile_key = key(of).model_copy(update={"host_class": word, "probe": word, "base": word})
    first = trial(of, case("a", ERROR, reason=word), case("b", "x"), trial_key=hostile_key)
    host = first.host.model_copy(update={"cpu_model": word, "host_class": word})
    axes = {**first.axes, "tensorflow": word, word[:50]: word}
    bad = first.model_copy(update={"axes": axes, "host": host, "cell": word, "reason": word})
    said = run([status(other, Status.BUILD_FAILED, word)], reason=word)
    comparison = compare([first, bad], [said], [Damaged(word, word)])
    was = take(compare([trial(of, case("b", "y"), case("c", "y"), trial_key=hostile_key)], []))
    return comparison, Gate(name=word, against=hold(comparison, was, word))


def turned(word: str) -> tuple[Course, ...]:
    """A case whose bits changed as everything that is recorded did."""
    of = cell()
    later = key(of).model_copy(update={"base": word, "lock": word})
    second = trial(of, case("a", "y"), at=900, trial_key=later)
    fingerprint = second.probe.fingerprint.model_copy(  # type: ignore[union-attr]  # it is done
        update={"packages": {word: word}, "keras": word, "driver": word}
    )
    output = second.probe.model_copy(update={"fingerprint": fingerprint})  # type: ignore[union-attr]
    host = second.host.model_copy(update={"name": word})
    bad = second.model_copy(update={"probe": output, "host": host, "cell": of.id})
    return find_courses([trial(of, case("a", "x")), bad], [], lambda _: True)


def inert(written: str, form: str) -> None:
    """Hold a text against what its readers take for more than text."""
    allowed = {"\n", "\r"} if form == "csv" else {"\n"}
    assert not (set(written) & ACTIVE) - allowed
    assert max(map(len, written.splitlines())) < 20_000
    for line in written.splitlines():
        assert not line.startswith(("::error", "##[error"))
    match form:
        case "json" | "badge":
            assert written.isascii()
            json.loads(written)
        case "csv":
            rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))
            assert len({len(row) for row in rows}) == 1
            assert not [one for row in rows for one in row if one.startswith(tuple("=+-@\t\r"))]
        case "junit":
            ET.fromstring(written)  # noqa: S314 - its own text
        case "markdown" | "github":
            html = MarkdownIt("commonmark").enable("table").render(written)
            assert not _Tags.of(html) & {"script", "img", "a"}


class _Tags(HTMLParser):
    """The tags that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _: object) -> None:
        self.seen.add(tag)

    @classmethod
    def of(cls, html: str) -> set[str]:
        parser = cls()
        parser.feed(html)
        return parser.seen


@pytest.mark.parametrize("word", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", FORMATS)
def test_a_report_is_inert(form: str, word: str) -> None:
    inert(FORMATS[form](*attacked(word)), form)


@pytest.mark.parametrize("word", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", HISTORIES)
def test_a_history_is_inert(form: str, word: str) -> None:
    inert(HISTORIES[form](turned(word)), form)


@pytest.mark.parametrize("form", ["table", "markdown", "github", "csv", "junit"])
def test_a_line_of_a_megabyte_is_cut(form: str) -> None:
    of = cell()
    huge = trial(of, case("a", ERROR)).model_copy(update={"axes": of.axes})
    bad = case("a", ERROR).model_copy(update={"reason": "B" * 2**20})
    output = huge.probe.model_copy(update={"cases": (bad,)})  # type: ignore[union-attr]
    comparison = compare([huge.model_copy(update={"probe": output})], [])
    against = hold(comparison, take(comparison))
    assert len(FORMATS[form](comparison, Gate(name="b", against=against))) < 10_000
