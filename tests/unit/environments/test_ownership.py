"""Whose container it is, and when it is nobody's any more."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time

import pytest

from runner.environments.ownership import Owner, is_orphan, start_of

HOST = Owner().host
NOW = 1_800_000_000.0
STARTED = start_of(os.getpid())


def dead_process() -> str:
    """The id of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return str(ended.pid)


def labels(**changed: str | None) -> dict[str, str]:
    """Labels of a living owner, this process, but for what is changed; None leaves one out."""
    whole = {"host": HOST, "pid": str(os.getpid()), "pidstart": STARTED, "deadline": str(NOW + 60)}
    return {
        f"samebits.{name}": text for name, text in (whole | changed).items() if text is not None
    }


@pytest.mark.parametrize(
    ("changed", "orphan"),
    [
        pytest.param({}, False, id="its owner lives"),
        pytest.param({"pidstart": "12345.67"}, True, id="another process has its owner's id"),
        pytest.param({"deadline": str(NOW - 1)}, True, id="its deadline is past"),
        pytest.param({"deadline": str(NOW)}, False, id="its deadline is now"),
        pytest.param({"deadline": None}, False, id="it has no deadline"),
        pytest.param({"host": "elsewhere"}, False, id="it is another host's"),
        pytest.param(
            {"host": "elsewhere", "deadline": "0", "pidstart": "1"}, False, id="another's, and dead"
        ),
        pytest.param({"host": None}, False, id="no host"),
        pytest.param({"pid": None}, False, id="no process"),
        pytest.param({"pidstart": None}, False, id="no start"),
        pytest.param({"pid": "one"}, False, id="a process that is no number"),
        pytest.param({"pid": "-1"}, False, id="a negative process"),
        pytest.param({"pid": "9" * 30}, True, id="a process beyond all numbers"),
        pytest.param({"deadline": "soon"}, False, id="a deadline that is no number"),
        pytest.param({"deadline": "nan"}, False, id="a deadline that is not a number"),
    ],
)
def test_orphans(changed: dict[str, str | None], orphan: bool) -> None:  # noqa: FBT001 - a table
    assert is_orphan(labels(**changed), HOST, NOW) is orphan


def test_the_container_of_a_process_that_has_ended_is_an_orphan() -> None:
    assert is_orphan(labels(pid=dead_process()), HOST, NOW)
    assert is_orphan(labels(pid=dead_process(), deadline=None), HOST, NOW)


def test_no_labels_at_all() -> None:
    assert not is_orphan({}, HOST, NOW)


def test_an_owner_is_this_process() -> None:
    owner = Owner()
    before = time.time()
    found = owner.labels(timeout=60)
    assert not is_orphan(found, HOST, before)
    assert is_orphan(found, HOST, before + 60 + 300 + 10)
    assert not is_orphan(found, HOST, before + 60)
    assert found["samebits.session"] == owner.session


def test_a_host_is_told_apart_by_its_process_namespace() -> None:
    assert Owner().host.startswith(f"{platform.node()}/pid:[")


def test_two_owners_are_two_sessions() -> None:
    assert Owner().session != Owner().session
