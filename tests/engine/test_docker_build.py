"""The real Dockerfile, built by BuildKit from a private index behind an authority of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from private_index import PASSWORD, PrivateIndex, make_wheel
from requirements_of_host import bases, docker_api
from scripted_trials import CELL, docker, trial

from runner.environments.docker import DockerEngine
from runner.environments.engine import Blueprint, BuildFailure, Prepared
from runner.environments.index import IndexSettings, host_settings
from runner.environments.lock import Lock
from runner.environments.own_probe import OwnProbe
from runner.environments.probe import ProbeSource, find_probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PrivateIndex]:
    served = PrivateIndex(tmp_path / "authority.pem")
    yield served
    served.close()


def pip_only(index: PrivateIndex, home: Path) -> IndexSettings:
    """A host on which only pip is set up for the mirror."""
    folder = home / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(
        f"[global]\nindex-url = {index.url}\ncert = {index.certificates}\n", encoding="utf-8"
    )
    return host_settings({}, home=home, etc=home / "etc")


def uv_only(index: PrivateIndex, home: Path) -> IndexSettings:
    """A host on which only uv is."""
    variables = {"UV_DEFAULT_INDEX": index.url, "SSL_CERT_FILE": str(index.certificates)}
    return host_settings(variables, home=home, etc=home / "etc")


class Builder:
    """Builds one environment from an index, and removes the image."""

    def __init__(self, index: PrivateIndex, settings: IndexSettings, images: Path) -> None:
        self.api = docker_api()
        found = bases(self.api)
        self.engine = DockerEngine(self.api, found, settings)
        self.blueprint = Blueprint(
            environment=CELL.environment,
            base=found.find(CELL.environment),
            lock=Lock(index.lock_text),
            probe=ProbeSource(images),
        )
        self.tags: set[str] = set()

    def build(self) -> Prepared | BuildFailure:
        built = self.engine.prepare(self.blueprint)
        if isinstance(built, Prepared):
            self.tags.add(built.reference)
        return built

    def close(self) -> None:
        for tag in self.tags:
            self.api.remove_image(tag, force=True)
        self.engine.close()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A copy of images/ whose probe nobody else has, so that its image is new."""
    folder = tmp_path / "images"
    shutil.copytree(find_probe().images, folder, ignore=shutil.ignore_patterns("locks"))
    (folder / "probe" / "unique.py").write_text(f"PLACE = {str(tmp_path)!r}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("set_up", [pip_only, uv_only])
def test_a_build_behind_a_mirror_leaves_no_secret(
    set_up: object, index: PrivateIndex, images: Path, tmp_path: Path
) -> None:
    assert callable(set_up)
    builder = Builder(index, set_up(index, tmp_path), images)
    try:
        built = builder.build()
        assert isinstance(built, Prepared), built
        assert not built.reused
        assert any(path.endswith(".whl") for path in index.served)
        everything = docker("history", "--no-trunc", built.reference)
        everything += docker("image", "inspect", built.reference)
        assert PASSWORD not in everything
        assert "BEGIN CERTIFICATE" not in everything
        inside = docker(
            *("run", "--rm", "--network", "none", "--user", "0", built.reference, "sh", "-c"),
            f"grep -rlE '{PASSWORD}|BEGIN CERTIFICATE' /opt /root /run /tmp /var/cache || true",
        )
        assert inside.split() == []
        again = builder.build()
        assert again == Prepared(reference=built.reference, reused=True)
    finally:
        builder.close()


def test_an_image_says_what_is_inside_and_runs_as_nobody(
    index: PrivateIndex, images: Path, tmp_path: Path
) -> None:
    builder = Builder(index, pip_only(index, tmp_path), images)
    try:
        built = builder.build()
        assert isinstance(built, Prepared), built
        facts = builder.api.inspect_image(built.reference)["Config"]
        assert facts["User"] == "65534:65534"
        assert facts["Labels"]["samebits.environment"] == CELL.environment.id
        assert facts["Labels"]["samebits.lock"] == builder.blueprint.lock.sha256
        assert facts["Labels"]["samebits.probe"] == builder.blueprint.probe.sha256
        listing = docker(
            *("run", "--rm", "--network", "none", built.reference),
            *("find", "/opt/env/lib", "-path", "*tensorflow/__pycache__/*.pyc"),
        )
        assert listing.strip().endswith(".pyc")
    finally:
        builder.close()


def test_one_s_own_cases_are_in_the_image_and_reach_the_probe(
    index: PrivateIndex, images: Path, tmp_path: Path
) -> None:
    (images / "probe" / "__main__.py").write_text("import sys; print(open(sys.argv[4]).read())")
    builder = Builder(index, pip_only(index, tmp_path), images)
    tags = []
    out = tmp_path / "out"
    out.mkdir()
    try:
        for text in (b"print('one')", b"print('two')"):
            own = OwnProbe("my probe.py", text)
            source = ProbeSource(images, own=own)
            builder.blueprint = replace(builder.blueprint, probe=source)
            built = builder.build()
            assert isinstance(built, Prepared), built
            tags.append(built.reference)
            told = replace(trial(built.reference, "", timeout=20), own=own)
            outcome = builder.engine.run(told, out)
            assert outcome.log == text.decode() + "\n"
        assert len(set(tags)) == 2
    finally:
        builder.close()


def test_a_wheel_with_other_bytes_is_never_installed(
    index: PrivateIndex, images: Path, tmp_path: Path
) -> None:
    builder = Builder(index, pip_only(index, tmp_path), images)
    try:
        index.wheel = make_wheel()
        built = builder.build()
        assert isinstance(built, BuildFailure), built
        assert "Hash mismatch" in built.reason
    finally:
        builder.close()


def test_an_index_that_went_away_is_the_reason(
    index: PrivateIndex, images: Path, tmp_path: Path
) -> None:
    builder = Builder(index, pip_only(index, tmp_path), images)
    index.close()
    try:
        built = builder.build()
        assert isinstance(built, BuildFailure), built
        assert "tensorflow-cpu" in built.reason
        assert PASSWORD not in built.reason + built.log
    finally:
        builder.close()
