"""Engines that are far away, down or stuck."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from requirements_of_host import bases, docker_api
from scripted_trials import CELL, trial

from runner.environments import docker as docker_engine
from runner.environments.base_images import BaseImages
from runner.environments.docker import DockerEngine
from runner.environments.index import IndexSettings
from runner.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.engine

SOCKET = "/var/run/docker.sock"


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def forward(client: socket.socket) -> None:
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(SOCKET)
    back = threading.Thread(target=pump, args=(engine, client), daemon=True)
    back.start()
    pump(client, engine)
    back.join(timeout=60)
    engine.close()
    client.close()


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch, image: str) -> Iterator[str]:
    """The engine of this host, as a remote one: by TCP on the loopback address."""
    del image
    if not Path(SOCKET).exists():
        pytest.skip(f"the engine does not listen on {SOCKET}")
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                threading.Thread(target=forward, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setenv("DOCKER_HOST", address)
    yield address
    server.close()


def test_a_remote_engine_needs_no_shared_folder(remote: str, image: str, tmp_path: Path) -> None:
    api = docker_api()
    engine = DockerEngine(api, bases(api), IndexSettings())
    assert engine.address == remote
    outcome = engine.run(trial(image, "ok"), tmp_path)
    assert (outcome.exit_code, outcome.failure) == (0, "")
    assert (tmp_path / "result.json").exists()
    engine.close()


def test_the_processor_of_a_remote_engine_is_asked_for_there(remote: str) -> None:
    del remote
    api = docker_api()
    images = bases(api)
    images.find(CELL.environment)
    engine = DockerEngine(api, images, IndexSettings())
    assert engine.host().host_class.startswith("cpu ")
    engine.close()


def test_an_engine_that_is_down_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    start = time.monotonic()
    with pytest.raises(EngineUnavailable, match="no Docker engine answers at unix://"):
        docker_engine.connect()
    assert time.monotonic() - start < 3


def test_an_engine_that_hangs_is_given_up_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "hung.sock"))
    server.listen()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/hung.sock")
    start = time.monotonic()
    with pytest.raises(EngineUnavailable, match="no answer within the deadline"):
        docker_engine.connect()
    assert time.monotonic() - start < 12
    server.close()


def test_a_base_image_that_can_not_be_pulled_says_what_to_give_instead(image: str) -> None:
    del image
    api = docker_api()
    images = BaseImages(api, {"3.11": "127.0.0.1:9/nothing:here"}, {}, {})
    with pytest.raises(
        EngineUnavailable, match=r"127\.0\.0\.1:9/nothing:here can't be pulled"
    ) as error:
        images.find(CELL.environment)
    assert "--base 3.11=IMAGE" in error.value.hint
    api.close()


def test_the_command_names_a_base_that_can_not_be_pulled(image: str, tmp_path: Path) -> None:
    del image
    (tmp_path / "matrix.yaml").write_text(
        "version: 1\n"
        'base: {"3.11": "127.0.0.1:9/nothing:here"}\n'
        'environments: {cpu: {python: "3.11", tensorflow: "2.20.0"}}\n'
    )
    variables = {key: text for key, text in os.environ.items() if key != "SAMEBITS_BASE"}
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-m", "runner", "run", "--engine", "docker"],
        cwd=tmp_path,
        env=variables | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4
    assert "127.0.0.1:9/nothing:here can't be pulled" in ended.stderr
    assert "Traceback" not in ended.stderr
