"""Servers on a socket of their own that are no Docker engine."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    """An HTTP answer."""
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@contextmanager
def fake_engine(path: Path, reply: bytes | None) -> Iterator[tuple[str, threading.Event]]:
    """Listen at `path`; give the address, and what is set at the first connection.

    Each connection is answered with `reply` and closed, or held without a word where it is None.
    """
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    asked = threading.Event()
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            asked.set()
            if reply is None:
                held.append(connection)
                continue
            with connection:
                connection.recv(65_536)
                connection.sendall(reply)

    worker = threading.Thread(target=serve, daemon=True)
    worker.start()
    try:
        yield f"unix://{path}", asked
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        worker.join(timeout=5)
        for connection in held:
            connection.close()
