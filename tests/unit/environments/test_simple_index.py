"""Reading a page of a package index, and what is said where there is none to read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from private_index import NAME, PASSWORD, USER, PrivateIndex
from unit.environments.pages import JSON, serving

from runner.environments.index import IndexSettings
from runner.environments.simple_index import IndexFile, fetch_files, read_html, read_json
from runner.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WHEEL = "keras-3.4.1-py3-none-any.whl"
NEXT = "check the network, or set UV_DEFAULT_INDEX (or pip's index-url) to one in reach"


# a page


@pytest.mark.parametrize(
    ("told", "file"),
    [
        pytest.param({}, IndexFile(name=WHEEL), id="its name alone"),
        pytest.param({"yanked": False}, IndexFile(name=WHEEL), id="not yanked"),
        pytest.param({"yanked": "broken"}, IndexFile(name=WHEEL, yanked=True), id="yanked"),
        pytest.param({"yanked": ""}, IndexFile(name=WHEEL, yanked=True), id="for no reason"),
        pytest.param(
            {"requires-python": ">=3.9"},
            IndexFile(name=WHEEL, requires_python=">=3.9"),
            id="for some Pythons",
        ),
        pytest.param({"requires-python": None}, IndexFile(name=WHEEL), id="for any Python"),
        pytest.param(
            {"upload-time": "2024-06-26T18:44:01.123Z"},
            IndexFile(name=WHEEL, uploaded=datetime(2024, 6, 26, 18, 44, 1, 123_000, tzinfo=UTC)),
            id="when it came",
        ),
        pytest.param({"hashes": {}, "later": [1]}, IndexFile(name=WHEEL), id="what is not known"),
    ],
)
def test_a_page_of_json(told: dict[str, object], file: IndexFile) -> None:
    page = {"meta": {"api-version": "1.1"}, "files": [{"filename": WHEEL, **told}]}
    assert read_json(json.dumps(page).encode()) == (file,)


def test_a_page_of_html() -> None:
    page = f"""<!DOCTYPE html><html><body><h1>Links</h1>
      <a href="x">{WHEEL}</a>
      <a href="x" data-requires-python="&gt;=3.9" data-yanked> keras-3.4.0.tar.gz </a><br/>
      <a href="x" data-yanked="broken">other</a></body></html>"""
    assert read_html(page) == (
        IndexFile(name=WHEEL),
        IndexFile(name="keras-3.4.0.tar.gz", requires_python=">=3.9", yanked=True),
        IndexFile(name="other", yanked=True),
    )


# fetching it


def test_the_page_of_a_package_is_asked_for_as_json_first() -> None:
    with serving(json.dumps({"files": [{"filename": WHEEL}]}).encode()) as (index, asked):
        assert fetch_files("keras", index) == [IndexFile(name=WHEEL)]
    ((path, accept),) = asked
    assert path == "/simple/keras/"
    assert accept.startswith(f"{JSON}, ")
    assert "text/html" in accept


def test_an_index_that_only_has_html() -> None:
    page = f'<a href="x">{WHEEL}</a>'.encode()
    with serving(page, "text/html; charset=utf-8") as (index, _):
        assert fetch_files("keras", index) == [IndexFile(name=WHEEL)]


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        pytest.param(b"", JSON, 404, "it has no such package", id="no such package"),
        pytest.param(b"", JSON, 503, "it answers 503 Service Unavailable", id="refuses"),
        pytest.param(b"{", JSON, 200, f"what it answers is no page of files ({JSON})", id="cut"),
        pytest.param(
            b"\xff\xfe",
            "text/html",
            200,
            "what it answers is no page of files (text/html)",
            id="no text",
        ),
    ],
)
def test_an_index_without_an_answer(body: bytes, kind: str, status: int, said: str) -> None:
    with serving(body, kind, status) as (index, _):
        with pytest.raises(EngineUnavailable) as caught:
            fetch_files("keras", index)
        assert caught.value.message == f"package index not usable: {index.url}keras/: {said}"
    assert caught.value.hint == NEXT


def test_an_index_that_does_not_answer_in_time() -> None:
    with serving(b"", seconds=2) as (index, _), pytest.raises(EngineUnavailable) as caught:
        fetch_files("keras", index, seconds=1)
    assert "no answer within" in caught.value.message


def test_an_index_out_of_reach() -> None:
    nowhere = IndexSettings(url="http://someone:secret@127.0.0.1:9/simple")
    with pytest.raises(EngineUnavailable) as caught:
        fetch_files("keras", nowhere)
    assert caught.value.message.startswith(
        "package index not usable: http://***@127.0.0.1:9/simple/keras/: "
    )
    assert "secret" not in str(caught.value)


# the host's settings


@pytest.fixture
def private(tmp_path: Path) -> Iterator[PrivateIndex]:
    index = PrivateIndex(tmp_path / "authority.pem")
    yield index
    index.close()


def test_certificates_and_the_password_in_the_address(private: PrivateIndex) -> None:
    settings = IndexSettings(url=private.url, certificates=private.certificates)
    assert [file.name for file in fetch_files("tensorflow-cpu", settings)] == [NAME]


def test_a_password_in_the_netrc_file(private: PrivateIndex, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n", encoding="utf-8")
    bare = private.url.replace(f"{USER}:{PASSWORD}@", "")
    settings = IndexSettings(url=bare, certificates=private.certificates, netrc=netrc)
    assert [file.name for file in fetch_files("tensorflow-cpu", settings)] == [NAME]
    with pytest.raises(EngineUnavailable, match="it answers 401"):
        fetch_files("tensorflow-cpu", replace(settings, netrc=None))


def test_an_authority_that_is_not_known_is_not_trusted(private: PrivateIndex) -> None:
    with pytest.raises(EngineUnavailable, match="package index not usable"):
        fetch_files("tensorflow-cpu", IndexSettings(url=private.url))
    assert private.served == []


@pytest.mark.parametrize("host", ["127.0.0.1", "other, 127.0.0.1"])
def test_a_host_that_is_trusted_by_name(private: PrivateIndex, host: str) -> None:
    settings = IndexSettings(url=private.url, variables=(("UV_INSECURE_HOST", host),))
    assert [file.name for file in fetch_files("tensorflow-cpu", settings)] == [NAME]


def test_a_proxy_is_used_unless_the_host_is_named() -> None:
    page = json.dumps({"files": [{"filename": WHEEL}]}).encode()
    with serving(page) as (proxy, asked):
        assert proxy.url
        address = proxy.url.removesuffix("/simple/")
        far = IndexSettings(url="http://index.invalid/simple", variables=(("HTTP_PROXY", address),))
        assert fetch_files("keras", far) == [IndexFile(name=WHEEL)]
        assert [path for path, _ in asked] == ["http://index.invalid/simple/keras/"]
        beside = replace(far, variables=(*far.variables, ("NO_PROXY", "index.invalid")))
        with pytest.raises(EngineUnavailable):
            fetch_files("keras", beside)
        assert len(asked) == 1
