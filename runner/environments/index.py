"""Which package index and certificates this host uses, as pip or uv is configured.

uv's own settings win, then pip's; so it works behind a mirror or a company's certificate authority
whichever of the two is set up. Only the one main index is taken: a second index invites dependency
confusion (https://docs.astral.sh/uv/concepts/indexes/).
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PUBLIC_INDEX = "https://pypi.org/simple"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_PASSED_ON = ("UV_HTTP_TIMEOUT", "UV_CONCURRENT_DOWNLOADS")
_CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """How to reach the package index from this host."""

    url: str | None = None
    certificates: Path | None = None
    netrc: Path | None = None
    variables: tuple[tuple[str, str], ...] = ()

    def uv_variables(self) -> dict[str, str]:
        """Environment variables for a uv process on this host."""
        found = dict(self.variables)
        if self.url:
            found["UV_DEFAULT_INDEX"] = self.url
        if self.certificates:
            found["SSL_CERT_FILE"] = str(self.certificates)
        if self.netrc:
            found["NETRC"] = str(self.netrc)
        return found

    def shell_text(self) -> str:
        """Shell text that sets index, proxies and timeouts inside a build, kept in a secret."""
        values = dict(self.variables)
        if self.url:
            values["UV_DEFAULT_INDEX"] = self.url
        return "".join(f"export {name}={shlex.quote(text)}\n" for name, text in values.items())


def host_settings(
    variables: Mapping[str, str] | None = None, home: Path | None = None, etc: Path = Path("/etc")
) -> IndexSettings:
    """Read the host's settings from the environment and the configuration of uv and pip."""
    variables = os.environ if variables is None else variables
    home = Path.home() if home is None else home
    pip = _pip_options(variables, home, etc)
    url = (
        variables.get("UV_DEFAULT_INDEX")
        or variables.get("UV_INDEX_URL")
        or _uv_index(variables, home, etc)
        or pip.get("index-url")
    )
    passed = {name: variables[name] for name in _PASSED_ON if variables.get(name)}
    for name in _PROXIES:
        if proxy := variables.get(name) or variables.get(name.lower()):
            passed[name] = proxy
    if hosts := variables.get("UV_INSECURE_HOST") or pip.get("trusted-host"):
        passed["UV_INSECURE_HOST"] = " ".join(hosts.split())
    if "UV_HTTP_TIMEOUT" not in passed and pip.get("default-timeout", pip.get("timeout")):
        passed["UV_HTTP_TIMEOUT"] = pip.get("default-timeout") or pip["timeout"]
    netrc = Path(variables.get("NETRC") or home / ".netrc")
    return IndexSettings(
        url=url,
        certificates=_first_file([*map(variables.get, _CERTIFICATES), pip.get("cert")]),
        netrc=netrc if netrc.is_file() else None,
        variables=tuple(sorted(passed.items())),
    )


def scrub(text: str) -> str:
    """Take user names and passwords out of the URLs in a text that will be shown or kept."""
    return re.sub(r"(?<=://)[^/\s]+@", "***@", text)


def _first_file(candidates: list[str | None]) -> Path | None:
    return next((Path(name) for name in candidates if name and Path(name).is_file()), None)


def _pip_options(variables: Mapping[str, str], home: Path, etc: Path) -> dict[str, str]:
    """Pip's options: install over global, later files over earlier, the environment over all."""
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}}
    for path in _pip_files(variables, home, etc):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue  # pip itself will complain about it; samebits only looks for an index
        for section, options in sections.items():
            if parser.has_section(section):
                options.update((key.replace("_", "-"), text) for key, text in parser.items(section))
    options = sections["global"] | sections["install"]
    for name, text in variables.items():
        if name.startswith("PIP_") and text:
            options[name.removeprefix("PIP_").lower().replace("_", "-")] = text
    return options


def _pip_files(variables: Mapping[str, str], home: Path, etc: Path) -> Iterator[Path]:
    """Where pip looks (https://pip.pypa.io/en/stable/topics/configuration/)."""
    own = variables.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return
    for folder in (variables.get("XDG_CONFIG_DIRS") or str(etc / "xdg")).split(":"):
        yield Path(folder) / "pip" / "pip.conf"
    yield etc / "pip.conf"
    yield home / ".pip" / "pip.conf"
    yield Path(variables.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    if own:
        yield Path(own)


def _uv_index(variables: Mapping[str, str], home: Path, etc: Path) -> str | None:
    """The default index in uv.toml, the user's before the system's."""
    user = Path(variables.get("XDG_CONFIG_HOME") or home / ".config")
    own = variables.get("UV_CONFIG_FILE")
    for path in [Path(own)] if own else [user / "uv" / "uv.toml", etc / "uv" / "uv.toml"]:
        try:
            settings = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if found := _default_index(settings):
            return str(found)
    return None


def _default_index(settings: Mapping[str, object]) -> object:
    indexes = settings.get("index")
    rows = indexes if isinstance(indexes, list) else []
    default = [row.get("url") for row in rows if isinstance(row, dict) and row.get("default")]
    return default[0] if default else settings.get("index-url")
