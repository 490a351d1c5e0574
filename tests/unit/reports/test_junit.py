"""The report for CI systems, held against what Jenkins' schema allows and GitLab reads.

`junit-10.xsd` of https://github.com/jenkinsci/xunit-plugin says which elements and attributes there
may be; https://docs.gitlab.com/ci/testing/unit_test_reports which of them are shown.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from unit.reports.gates import GONE, MOVED, crowded, idle, planted
from unit.reports.stores import hostile, small
from unit.results.synthetic import ERROR, case, cell, key, run, status, trial, trials

from runner.analysis.against import hold
from runner.analysis.baseline import take
from runner.analysis.compare import compare
from runner.analysis.gate import Gate
from runner.analysis.standing import Kind
from runner.reports import junit
from runner.results.records import Status

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison

RESULT = {"type", "message"}
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
        {"properties", "testcase", "system-out"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"skipped", "error", "failure", "system-out"}),
    "skipped": (RESULT, set()),
    "error": (RESULT, set()),
    "failure": (RESULT, set()),
    "system-out": (set(), set()),
}
REQUIRED = {
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
}
TIME = re.compile(r"[0-9]+\.[0-9]{3}")
XML_CHAR = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def parsed(text: str) -> ET.Element:
    """Read it as a stranger does, and hold every element against the table."""
    assert XML_CHAR.fullmatch(text)
    root = ET.fromstring(text)  # noqa: S314 - its own text
    assert root.tag == "testsuites"
    for parent in root.iter():
        attributes, children = ALLOWED[parent.tag]
        assert set(parent.keys()) <= attributes
        assert REQUIRED.get(parent.tag, set()) <= set(parent.keys())
        assert {child.tag for child in parent} <= children
        assert TIME.fullmatch(parent.get("time", "0.000"))
    return root


def outcome(test: ET.Element) -> str:
    return next((one.tag for one in test if one.tag != "system-out"), "passed")


def outcomes(root: ET.Element) -> dict[tuple[str, str], str]:
    """By class name and name, which is how GitLab tells tests apart."""
    found = [(test.get("classname", ""), test.get("name", "")) for test in root.iter("testcase")]
    assert len(set(found)) == len(found)
    return dict(zip(found, map(outcome, root.iter("testcase")), strict=True))


@pytest.mark.parametrize("form", ["small", "hostile", "planted", "crowded", "idle"])
def test_it_has_only_what_readers_know_and_counts_rightly(form: str) -> None:
    made: dict[str, tuple[Comparison, Gate | None]] = {
        "small": (small(), None),
        "hostile": (hostile(), None),
    }
    made["planted"], made["crowded"], made["idle"] = planted(), crowded(), idle()
    root = parsed(junit.render(*made[form]))
    for element in (root, *root):
        counted = Counter(outcome(test) for test in element.iter("testcase"))
        assert int(element.get("tests", "")) == sum(counted.values())
        assert int(element.get("failures", "")) == counted["failure"]
        assert int(element.get("errors", "")) == counted["error"]
        assert int(element.get("skipped", counted["skipped"])) == counted["skipped"]


def test_a_suite_for_each_cell_and_a_test_for_each_case() -> None:
    root = parsed(junit.render(small()))
    suites = {suite.get("name"): suite for suite in root}
    assert len(suites) == 10
    suite = suites["py3.11-tf2.15.1.cpu.nodet"]
    assert suite.get("timestamp") == "2026-11-22T09:00:02"
    found = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert (found["tensorflow"], found["host_class"]) == ("2.15.1", "cpu avx512_bf16")
    assert {name: what for (_, name), what in outcomes(suite).items()} == {
        "random.normal": "passed",
        "random.stateless": "skipped",
        "nn.conv2d": "passed",
        "nn.conv2d.grad": "passed",
    }


def test_what_varies_passes_and_says_so() -> None:
    root = parsed(junit.render(small()))
    (test,) = [
        test
        for test in root.iter("testcase")
        if (test.get("classname"), test.get("name"))
        == ("py3.11-tf2.15.1.cpu.nodet", "nn.conv2d.grad")
    ]
    assert test.findtext("system-out") == (
        "varies across processes: 3 different results in 6 repeats of 3 processes"
    )


def test_what_failed_is_an_error_with_its_reason() -> None:
    root = parsed(junit.render(compare([trial(cell(), case("a", ERROR, reason="no op"))], [])))
    (error,) = root.iter("error")
    assert (error.get("type"), error.get("message"), error.text) == ("error", "no op", "no op")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (Status.TIMED_OUT, "error"),
        (Status.BUILD_FAILED, "error"),
        (Status.INTERRUPTED, "error"),
        (Status.NO_GPU, "skipped"),
        (Status.SKIPPED, "skipped"),
        (Status.REFUSED, "skipped"),
    ],
)
def test_a_cell_without_a_result_is_a_suite_with_one_test(what: Status, told: str) -> None:
    root = parsed(junit.render(compare([], [run([status(cell(), what, "why")])])))
    (suite,) = root
    assert outcomes(suite) == {(cell().id, "result"): told}
    assert suite[-1][0].get("message") == f"{what}: why"


def test_only_what_fails_the_gate_is_a_failure() -> None:
    root = parsed(junit.render(*planted()))
    found = outcomes(root)
    assert {place for place, what in found.items() if what == "failure"} == {
        (MOVED.id, "nn.conv2d"),
        (GONE.id, "result"),
    }
    failure = next(root.iter("failure"))
    assert failure.get("type") == "changed"
    assert re.fullmatch("other bits: [0-9a-f]{16} → [0-9a-f]{16}", failure.get("message", ""))
    varies = outcomes(parsed(junit.render(*planted((Kind.VARIES,)))))
    assert "failure" not in varies.values()
    assert varies[GONE.id, "result"] == "error"


def test_what_begins_to_vary_fails_where_the_gate_says_so() -> None:
    was = take(compare(trials(cell(), {"a": "xx"}), []))
    now = compare(trials(cell(), {"a": "xy"}), [])
    gate = Gate(name="b", against=hold(now, was), kinds=(Kind.VARIES,))
    assert outcomes(parsed(junit.render(now, gate))) == {(cell().id, "a"): "failure"}
    assert outcomes(parsed(junit.render(now))) == {(cell().id, "a"): "passed"}


def test_a_cell_of_the_baseline_that_is_nowhere_is_a_suite_of_failures() -> None:
    was = take(compare([*trials(MOVED, {"a": "xx"}), *trials(GONE, {"a": "xx"})], []))
    now = compare(trials(MOVED, {"a": "xx"}), [])
    root = parsed(junit.render(now, Gate(name="b", against=hold(now, was))))
    assert outcomes(root) == {
        (MOVED.id, "a"): "passed",
        (f"{GONE.id} (docker, cpu avx512_bf16)", "a"): "failure",
    }


def test_a_gate_that_compares_nothing_is_a_failure() -> None:
    found = outcomes(parsed(junit.render(*idle())))
    assert found["baseline", "result"] == "failure"


def test_a_cell_on_two_host_classes_is_two_suites_of_other_names() -> None:
    there = trials(cell(), {"a": "xx"}, trial_key=key(cell(), host_class="cpu avx2"))
    root = parsed(junit.render(compare([*trials(cell(), {"a": "xx"}), *there], [])))
    assert sorted(outcomes(root)) == [
        (f"{cell().id} (docker, cpu avx2)", "a"),
        (f"{cell().id} (docker, cpu avx512_bf16)", "a"),
    ]
