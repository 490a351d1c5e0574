"""A private package index on this host: HTTPS under its own authority, behind a password.

It serves one wheel, which calls itself TensorFlow so that the real Dockerfile can be built in
seconds.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import json
import ssl
import threading
import uuid
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

NAME = "tensorflow_cpu-2.20.0-py3-none-any.whl"
USER, PASSWORD = "builder", "s3cret-word"
METADATA = "Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.20.0\n"
TENSORFLOW = """\
class keras:
    class layers:
        Dense = None
"""


def make_wheel() -> bytes:
    """A wheel with a module `tensorflow` that has just what the Dockerfile imports.

    No two are the same, so that no cache has seen it.
    """
    info = "tensorflow_cpu-2.20.0.dist-info"
    files = {
        "tensorflow/__init__.py": f"{TENSORFLOW}# {uuid.uuid4()}\n",
        f"{info}/METADATA": METADATA,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


@dataclass
class PrivateIndex:
    """The index while it runs; `served` are the paths it gave to those who knew the password.

    One that tells sizes answers in JSON (https://packaging.python.org/en/latest/specifications/simple-repository-api/).
    """

    certificates: Path
    tells_sizes: bool = False
    wheel: bytes = field(default_factory=make_wheel)
    served: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    server: http.server.ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.certificates))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, with the password."""
        return f"https://{USER}:{PASSWORD}@127.0.0.1:{self.server.server_port}/simple"

    @property
    def lock_text(self) -> str:
        """The lock of an environment that needs just this wheel."""
        digest = hashlib.sha256(self.wheel).hexdigest()
        return f"# samebits lock\ntensorflow-cpu==2.20.0 \\\n    --hash=sha256:{digest}\n"

    def page(self) -> tuple[str, bytes]:
        """What it says of its one package, and in which format."""
        if not self.tells_sizes:
            return "text/html", f'<a href="/files/{NAME}">{NAME}</a>'.encode()
        file = {
            "filename": NAME,
            "url": f"/files/{NAME}",
            "hashes": {"sha256": hashlib.sha256(self.wheel).hexdigest()},
            "size": len(self.wheel),
        }
        document = {"meta": {"api-version": "1.1"}, "name": "tensorflow-cpu", "files": [file]}
        return "application/vnd.pypi.simple.v1+json", json.dumps(document).encode()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        index = self
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.headers.get("Authorization") != expected:
                    index.refused.append(self.path)
                    self._answer(401, "text/plain", b"who is it?")
                elif self.path.endswith(NAME):
                    index.served.append(self.path)
                    self._answer(200, "application/octet-stream", index.wheel)
                else:
                    index.served.append(self.path)
                    self._answer(200, *index.page())

            def _answer(self, code: int, kind: str, body: bytes) -> None:
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if code == 401:
                    self.send_header("WWW-Authenticate", 'Basic realm="index"')
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET  # noqa: N815 - the name that the server calls

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
