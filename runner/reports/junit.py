"""A comparison as JUnit XML: a suite for each cell, a test for each case.

There is no one standard. What is written here is what Jenkins' schema allows
(https://github.com/jenkinsci/xunit-plugin, `junit-10.xsd`) and what GitLab reads
(https://docs.gitlab.com/ci/testing/unit_test_reports), so that a cell is also the class name.
That a case varies is a finding, so it fails no test, unless a gate says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from runner.analysis.comparison import MissingCell, Verdict
from runner.reports.against import WORDS
from runner.reports.words import brief
from runner.results.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from runner.analysis.against import Difference
    from runner.analysis.comparison import CaseResult, CellResult, Comparison, Context
    from runner.analysis.gate import Gate

Place = tuple[str, str, str]
"""Engine, host class and cell."""
RESULT: Final = "result"
"""The test that stands for a cell without a result."""
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_COUNTED: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}
_NOT_RUN: Final = frozenset({Status.REFUSED, Status.SKIPPED, Status.NO_GPU})
_NO_XML: Final = re.compile("[\ufffe\uffff]")  # https://www.w3.org/TR/xml/#charsets; rest is inert


def render(comparison: Comparison, gate: Gate | None = None) -> str:
    """Write a comparison as JUnit XML; only what fails `gate` is a failure."""
    root = ET.Element("testsuites", name="samebits")
    failures = _failures(gate)
    several = len(comparison.contexts) > 1
    for context in comparison.contexts:
        for cell in context.every:
            place: Place = (context.engine, context.host_class, cell.cell)
            name = _name(*place) if several else cell.cell
            suite = _suite(root, name, context, cell)
            suite.extend(_tests(name, cell, failures.pop(place, {})))
    for place, own in failures.items():
        suite = ET.SubElement(root, "testsuite", name=_text(_name(*place)))
        suite.extend(_test(_name(*place), case, one) for case, one in own.items())
    if gate and gate.idle and gate.failed:
        root.append(_nothing_compared(gate))
    for suite in root:
        _count(suite, [suite])
    _count(root, root)
    ET.indent(root)
    return f"{_DECLARATION}{ET.tostring(root, encoding='unicode')}\n"


def _failures(gate: Gate | None) -> dict[Place, dict[str, Difference]]:
    found: dict[Place, dict[str, Difference]] = defaultdict(dict)
    for one in gate.failing if gate else ():
        found[one.engine, one.host_class, one.cell][one.case] = one
    return dict(found)


def _name(engine: str, host_class: str, cell: str) -> str:
    """Name a cell of one of several contexts: GitLab takes the first of tests with one name."""
    return f"{brief(cell)} ({engine}, {brief(host_class)})"


def _suite(
    root: ET.Element, name: str, context: Context, cell: CellResult | MissingCell
) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", name=_text(name))
    if context.last:
        suite.set("timestamp", f"{context.last.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")
    told = {"engine": context.engine, "host_class": context.host_class}
    _properties(suite, {**told, **cell.axes, "status": cell.status.value, "reason": cell.reason})
    return suite


def _properties(suite: ET.Element, values: Mapping[str, str]) -> None:
    properties = ET.SubElement(suite, "properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=_text(name), value=_text(value))


def _tests(
    name: str, cell: CellResult | MissingCell, failing: Mapping[str, Difference]
) -> Iterator[ET.Element]:
    if isinstance(cell, MissingCell):
        yield _silent(name, cell, failing)
        return
    for case in cell.cases:
        yield _of_case(name, case, failing.get(case.case))
    gone = failing.keys() - {one.case for one in cell.cases}
    yield from (_test(name, case, failing[case]) for case in sorted(gone))


def _of_case(cell: str, case: CaseResult, failing: Difference | None) -> ET.Element:
    spent = sum(seconds for repeats in case.seconds for seconds in repeats)
    test = _test(cell, case.case, failing, seconds=spent)
    if failing is None and case.verdict is Verdict.ERROR:
        _say(test, "error", case.reason, kind=case.verdict)
    if failing is None and case.verdict is Verdict.UNSUPPORTED:
        _say(test, "skipped", case.reason)
    if case.verdict is Verdict.VARIES:
        ET.SubElement(test, "system-out").text = _text(_told(case))
    return test


def _told(case: CaseResult) -> str:
    seen = case.evidence
    return (
        f"varies {case.level}: {seen.distinct} different results in {seen.seen} repeats of "
        f"{seen.processes} processes"
    )


def _silent(name: str, cell: MissingCell, failing: Mapping[str, Difference]) -> ET.Element:
    """Make the test of a cell without a result: one that can't run here is left out, not wrong."""
    told = f"{cell.status}: {cell.reason}" if cell.reason else cell.status.value
    test = ET.Element("testcase", name=RESULT, classname=_text(name), time="0.000")
    if failing:
        missing = f"{len(failing)} cases had a result in the baseline; {told}"
        _say(test, "failure", missing, kind="missing")
    elif cell.status in _NOT_RUN:
        _say(test, "skipped", told)
    else:
        _say(test, "error", told, kind=cell.status)
    return test


def _test(cell: str, case: str, failing: Difference | None, *, seconds: float = 0) -> ET.Element:
    test = ET.Element("testcase", name=_text(case), classname=_text(cell), time=f"{seconds:.3f}")
    if failing:
        why = f" ({failing.reason})" if failing.reason else ""
        told = f"{WORDS[failing.kind]}: {failing.before or 'none'} → {failing.after or 'none'}{why}"
        _say(test, "failure", told, kind=failing.kind)
    return test


def _nothing_compared(gate: Gate) -> ET.Element:
    suite = ET.Element("testsuite", name="baseline")
    test = ET.SubElement(suite, "testcase", name=RESULT, classname="baseline", time="0.000")
    _say(test, "failure", f"nothing here could be compared with {gate.name}", kind="idle")
    return suite


def _say(test: ET.Element, tag: str, text: str, *, kind: str = "") -> None:
    # GitLab shows the text, GitHub's readers the message.
    element = ET.SubElement(test, tag, message=_text(text))
    element.text = _text(text)
    if kind:
        element.set("type", kind)


def _count(element: ET.Element, suites: Iterable[ET.Element]) -> None:
    tests = [test for suite in suites for test in suite.iter("testcase")]
    element.set("tests", str(len(tests)))
    for name, tag in _COUNTED.items():
        if name != "skipped" or element.tag == "testsuite":
            element.set(name, str(sum(test.find(tag) is not None for test in tests)))
    element.set("time", f"{sum(float(test.get('time', '0')) for test in tests):.3f}")


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", brief(text))
