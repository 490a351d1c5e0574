"""One page of a package index: the files of a package, as the index tells them.

Reading a page is pure; fetching it is thin. The formats are those of
https://packaging.python.org/specifications/simple-repository-api/: JSON where the index has it,
else HTML, which says nothing of when a file was uploaded.
"""

from __future__ import annotations

import contextlib
import netrc
import warnings
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads it
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from requests.utils import get_auth_from_url, should_bypass_proxies
from urllib3.exceptions import InsecureRequestWarning

from runner.environments.connection import why
from runner.environments.index import PUBLIC_INDEX, scrub
from runner.environments.question import Question, Unanswered
from runner.errors import EngineUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from runner.environments.index import IndexSettings

_JSON: Final = "application/vnd.pypi.simple.v1+json"
_ACCEPT: Final = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_SECONDS: Final = 60
_LARGEST: Final = 64 * 2**20  # that of numpy has 2 MB
_CHUNK: Final = 2**16
_NOT_FOUND: Final = 404
_NEXT: Final = "check the network, or set UV_DEFAULT_INDEX (or pip's index-url) to one in reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFile:
    """A file of a package. `uploaded` is None where the index does not tell it."""

    name: str
    requires_python: str = ""
    yanked: bool = False
    uploaded: datetime | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    filename: str
    requires_python: str | None = Field(default=None, alias="requires-python")
    yanked: bool | str = False
    upload_time: AwareDatetime | None = Field(default=None, alias="upload-time")


class _Page(BaseModel):
    model_config = ConfigDict(extra="ignore")

    files: list[_File]


def read_json(text: bytes) -> tuple[IndexFile, ...]:
    """Read a page of JSON; a yanked file has a reason, be it an empty one.

    Raises
    ------
    ValueError
        It is none.
    """
    page = _Page.model_validate_json(text)
    return tuple(
        IndexFile(
            name=file.filename,
            requires_python=file.requires_python or "",
            yanked=file.yanked is not False,
            uploaded=file.upload_time,
        )
        for file in page.files
    )


def read_html(text: str) -> tuple[IndexFile, ...]:
    """Read a page of HTML, on which each link is a file."""
    parser = _Links()
    parser.feed(text)
    parser.close()
    return tuple(parser.files)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[IndexFile] = []
        self._attributes: dict[str, str | None] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._attributes, self._text = dict(attrs), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag != "a" or self._attributes is None:
            return
        file = IndexFile(
            name=self._text.strip(),
            requires_python=self._attributes.get("data-requires-python") or "",
            yanked="data-yanked" in self._attributes,
        )
        self.files.append(file)
        self._attributes = None


def fetch_files(package: str, index: IndexSettings, seconds: int = _SECONDS) -> list[IndexFile]:
    """Ask the index for the files of a package, once, within so many seconds.

    Raises
    ------
    EngineUnavailable
        It can't be reached, refuses, has no such package, or answers something else.
    """
    url = f"{(index.url or PUBLIC_INDEX).rstrip('/')}/{package}/"
    answer = Question(lambda: _fetch(url, index, seconds), seconds).answer()
    if isinstance(answer, Unanswered):
        said = scrub(f"package index not usable: {url}: {answer.reason}")
        raise EngineUnavailable(said, answer.remedy or _NEXT)
    return list(answer)


def _fetch(url: str, index: IndexSettings, seconds: int) -> tuple[IndexFile, ...]:
    with requests.Session() as session, warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRequestWarning)  # the host is trusted by name
        session.trust_env = False  # what counts of the environment is in the settings
        session.auth = _credentials(url, index.netrc)
        try:
            with session.get(
                url,
                headers={"Accept": _ACCEPT},
                timeout=seconds,
                verify=_verification(url, index),
                proxies=_proxies(url, index),
                stream=True,
            ) as response:
                return _read(response)
        except (requests.RequestException, OSError) as error:
            raise EngineUnavailable(why(error)) from None


def _read(response: requests.Response) -> tuple[IndexFile, ...]:
    if response.status_code == _NOT_FOUND:
        raise EngineUnavailable("it has no such package")
    if not response.ok:
        raise EngineUnavailable(f"it answers {response.status_code} {response.reason}")
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > _LARGEST:
            raise EngineUnavailable(f"its page is larger than {_LARGEST:,} bytes")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        if kind.endswith("json"):
            return read_json(bytes(body))
        return read_html(body.decode("utf-8"))
    except (ValidationError, ValueError):
        raise EngineUnavailable(f"what it answers is no page of files ({kind})") from None


def _credentials(url: str, file: Path | None) -> tuple[str, str] | None:
    """Give user and password: those in the address, or else those in the netrc file."""
    user, password = get_auth_from_url(url)
    if user:
        return user, password
    found = None
    with contextlib.suppress(OSError, netrc.NetrcParseError):
        found = netrc.netrc(file).authenticators(urlsplit(url).hostname or "") if file else None
    return (found[0] or found[1] or "", found[2] or "") if found else None


def _verification(url: str, index: IndexSettings) -> bool | str:
    """Say by which certificates the index is known; by none where it is trusted by name."""
    place = urlsplit(url)
    trusted = dict(index.variables).get("UV_INSECURE_HOST", "").replace(",", " ").split()
    if {place.hostname, place.netloc.rpartition("@")[2]} & set(trusted):
        return False
    return str(index.certificates) if index.certificates else True


def _proxies(url: str, index: IndexSettings) -> dict[str, str]:
    variables = dict(index.variables)
    if should_bypass_proxies(url, no_proxy=variables.get("NO_PROXY", "")):
        return {}
    named = (("http", "HTTP_PROXY"), ("https", "HTTPS_PROXY"), ("all", "ALL_PROXY"))
    return {scheme: variables[name] for scheme, name in named if name in variables}
