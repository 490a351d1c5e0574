"""Opening libraries by name; real ones of NVIDIA are opened in tests/e2e/test_libraries.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from probe.__main__ import main
from probe.host.libraries import Library
from probe.host.opening import open_all, write

if TYPE_CHECKING:
    from pathlib import Path


def test_a_library_that_is_not_there_has_the_loader_s_reason() -> None:
    (found,) = open_all(["libcudnn.so.4711"])
    assert (found.name, found.path, found.version) == ("cudnn", "", "")
    assert found.reason == (
        "libcudnn.so.4711: cannot open shared object file: No such file or directory"
    )


def test_what_is_no_library_of_cuda_is_opened_and_not_told() -> None:
    assert open_all(["libc.so.6"]) == ()


def test_what_is_written(tmp_path: Path) -> None:
    write([Library("cudnn", "/x/libcudnn.so.9", "9.3.0", "f")], tmp_path / "out")
    assert json.loads((tmp_path / "out" / "result.json").read_text()) == {
        "schema_version": 1,
        "libraries": [
            {
                "name": "cudnn",
                "path": "/x/libcudnn.so.9",
                "version": "9.3.0",
                "call": "f",
                "reason": "",
            }
        ],
    }


def test_the_command_opens_and_runs_nothing(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path), "--libraries", "libcudnn.so.4711"]) == 0
    document = json.loads((tmp_path / "result.json").read_text())
    assert [one["name"] for one in document["libraries"]] == ["cudnn"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.json"]
