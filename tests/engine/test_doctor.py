"""`doctor` asks the real engine, and leaves it as it was."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from places import Place, write_matrix
from requirements_of_host import PYTHON, bases, docker_api

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.engine


def test_what_the_real_engine_has(tmp_path: Path) -> None:
    api = docker_api()
    bases(api)
    before = {image["Id"]: image["RepoTags"] for image in api.images()}
    write_matrix(tmp_path, '"2.20.0"', "on")
    ended = Place(tmp_path, "docker").command("doctor", "--json")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    checks = {row["check"]: row for row in told["checks"]}
    version = api.version()["Version"]
    assert checks["engine"]["fact"].startswith(f"Docker Engine {version} at ")
    for name in ("engine", "build", f"base {PYTHON}", "index"):
        assert checks[name]["mark"] == "ok", checks[name]
    if not os.environ.get("DOCKER_HOST"):
        assert " free in " in checks["disk, engine"]["fact"]
    assert (told["ready"], told["engine"]) == (True, "docker")
    assert [row["runs"] for row in told["cells"]] == [True]
    assert {image["Id"]: image["RepoTags"] for image in api.images()} == before
    api.close()
