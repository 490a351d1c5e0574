"""What the probe says of libraries that it opened, read as untrusted input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.results.opened import Opened, read_opened
from runner.results.probe_output import Library
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = {"name": "cudnn", "path": "/x/libcudnn.so.9", "version": "9.3.0", "call": "f"}


def read(folder: Path, document: object) -> Opened | Rejected:
    (folder / "result.json").write_text(json.dumps(document), encoding="utf-8")
    return read_opened(folder)


def test_what_was_opened(tmp_path: Path) -> None:
    found = read(tmp_path, {"schema_version": 1, "libraries": [LIBRARY]})
    assert isinstance(found, Opened)
    assert found.libraries == (
        Library(name="cudnn", path="/x/libcudnn.so.9", version="9.3.0", call="f"),
    )


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param([], "should be an object", id="no object"),
        pytest.param({"schema_version": 2, "libraries": []}, "schema_version", id="schema"),
        pytest.param({"schema_version": 1}, "libraries", id="nothing"),
        pytest.param(
            {"schema_version": 1, "libraries": [LIBRARY | {"more": 1}]}, "more", id="unknown key"
        ),
    ],
)
def test_what_is_no_such_document_is_a_reason(
    tmp_path: Path, document: object, reason: str
) -> None:
    found = read(tmp_path, document)
    assert isinstance(found, Rejected)
    assert found.reason.startswith("result.json: ")
    assert reason in found.reason


def test_nothing_written_is_a_reason(tmp_path: Path) -> None:
    assert read_opened(tmp_path) == Rejected("result.json: no such file or directory")
